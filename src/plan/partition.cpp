#include "plan/partition.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "ir/shapes.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

class Partition {
 public:
  Partition(const ir::TypedGraph& graph, std::span<const Dims> shapes, std::span<const Dims> outs)
      : graph_(graph),
        shapes_(shapes),
        outs_(outs),
        level_(graph.nodes.size(), 0),
        pass_of_(graph.nodes.size(), kNoPass),
        seen_(2 * graph.nodes.size(), 0) {}

  std::vector<Pass> run() {
    find_levels();
    group_reductions();
    for (std::uint32_t i = 0; i < graph_.results.size(); ++i) place_result(i);
    std::stable_sort(passes_.begin(), passes_.end(),
                     [](const Pass& a, const Pass& b) { return a.level < b.level; });
    note_passes();
    keep_what_is_read();
    return std::move(passes_);
  }

 private:
  /// Calls visit(reduction, under_view) for the reductions that the cones of `roots` read directly.
  void frontier(std::vector<std::pair<NodeId, bool>> roots,
                const std::function<void(NodeId, bool)>& visit) {
    ++walk_;
    std::vector<std::pair<NodeId, bool>>& stack = roots;
    while (!stack.empty()) {
      const auto [id, viewed] = stack.back();
      stack.pop_back();
      std::uint32_t& mark = seen_[2 * std::size_t{id} + (viewed ? 1 : 0)];
      if (mark == walk_) continue;
      mark = walk_;
      const ir::TypedNode& node = graph_.nodes[id];
      if (is_reduction(node.op)) {
        visit(id, viewed);
      } else if (node.op != Op::extent) {
        for (std::size_t i = node.nargs; i-- > 0;) {
          stack.emplace_back(node.args[i], viewed || node.op == Op::view);
        }
      }
    }
  }

  void find_levels() {
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      const ir::TypedNode& node = graph_.nodes[id];
      if (node.op == Op::extent) continue;
      for (std::size_t i = 0; i < node.nargs; ++i) {
        level_[id] = std::max(level_[id], level_[node.args[i]]);
      }
      if (is_reduction(node.op)) ++level_[id];
    }
  }

  std::vector<bool> needed() const {
    std::vector<bool> need(graph_.nodes.size(), false);
    for (NodeId r : graph_.results) need[r] = true;
    for (std::size_t id = graph_.nodes.size(); id-- > 0;) {
      const ir::TypedNode& node = graph_.nodes[id];
      if (!need[id] || node.op == Op::extent) continue;
      for (std::size_t i = 0; i < node.nargs; ++i) need[node.args[i]] = true;
    }
    return need;
  }

  void group_reductions() {
    using Key = std::tuple<std::uint32_t, std::uint32_t, bool, std::vector<std::int64_t>>;
    std::map<Key, std::size_t> known;
    const std::vector<bool> need = needed();
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      const ir::TypedNode& node = graph_.nodes[id];
      if (!need[id] || !is_reduction(node.op)) continue;
      const ir::ReduceSpec& spec = graph_.reduces[node.attr];
      Pass wanted;
      wanted.level = level_[id] - 1;
      wanted.iteration = shapes_[node.args[0]];
      wanted.mask = ir::reduced_axes(spec, wanted.iteration.size(), graph_.span(id));
      wanted.keepdims = spec.keepdims;
      const Dims& space = wanted.iteration;
      const auto [at, fresh] = known.try_emplace(
          Key{wanted.level, wanted.mask, wanted.keepdims, {space.begin(), space.end()}},
          passes_.size());
      if (fresh) passes_.push_back(wanted);
      passes_[at->second].reductions.push_back(id);
    }
    note_passes();
  }

  void note_passes() {
    for (std::uint32_t p = 0; p < passes_.size(); ++p) {
      for (NodeId id : passes_[p].reductions) pass_of_[id] = p;
    }
  }

  /// Returns the pass whose accumulators, of equal shape, a result is computed from, or kNoPass:
  /// whatever else it reads must be complete before.
  std::uint32_t epilogue_pass(std::uint32_t result) {
    const NodeId root = graph_.results[result];
    std::uint32_t found = kNoPass;
    bool fits = level_[root] > 0 && shapes_[root] == outs_[result];
    frontier({{root, false}}, [&](NodeId id, bool viewed) {
      if (level_[id] < level_[root]) return;
      if (found == kNoPass) found = pass_of_[id];
      fits = fits && !viewed && pass_of_[id] == found && shapes_[id] == outs_[result];
    });
    return fits ? found : kNoPass;
  }

  void place_result(std::uint32_t result) {
    const std::uint32_t level = level_[graph_.results[result]];
    if (const std::uint32_t p = epilogue_pass(result); p != kNoPass) {
      passes_[p].epilogues.push_back(result);
      return;
    }
    for (Pass& pass : passes_) {
      if (pass.level == level && pass.iteration == outs_[result]) {
        pass.stores.push_back(result);
        return;
      }
    }
    Pass map;
    map.level = level;
    map.iteration = outs_[result];
    map.stores.push_back(result);
    passes_.push_back(map);
  }

  void keep_what_is_read() {
    std::vector<bool> kept(graph_.nodes.size(), false);
    for (std::uint32_t p = 0; p < passes_.size(); ++p) {
      const Pass& pass = passes_[p];
      std::vector<std::pair<NodeId, bool>> roots, ends;
      for (NodeId id : pass.reductions) roots.emplace_back(graph_.nodes[id].args[0], false);
      for (std::uint32_t r : pass.stores) roots.emplace_back(graph_.results[r], false);
      for (std::uint32_t r : pass.epilogues) ends.emplace_back(graph_.results[r], false);
      frontier(std::move(roots), [&](NodeId id, bool) { kept[id] = true; });
      frontier(std::move(ends), [&](NodeId id, bool) {
        if (pass_of_[id] != p) kept[id] = true;
      });
    }
    for (Pass& pass : passes_) {
      for (std::uint32_t i = 0; i < pass.reductions.size(); ++i) {
        if (kept[pass.reductions[i]]) pass.kept.push_back(i);
      }
    }
  }

  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  std::span<const Dims> outs_;
  static constexpr std::uint32_t kNoPass = ~std::uint32_t{0};
  std::vector<std::uint32_t> level_;
  std::vector<std::uint32_t> pass_of_;  // of reductions
  std::vector<std::uint32_t> seen_;     // the last walk that met a node, outside and under a view
  std::uint32_t walk_ = 0;
  std::vector<Pass> passes_;
};

}  // namespace

std::vector<Pass> partition(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                            std::span<const Dims> out_shapes) {
  return Partition(graph, shapes, out_shapes).run();
}

}  // namespace tightloop::plan
