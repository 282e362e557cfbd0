#include "plan/partition.hpp"

#include <algorithm>
#include <functional>

#include "ir/shapes.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

class Partition {
 public:
  Partition(const ir::TypedGraph& graph, std::span<const Dims> shapes, std::span<const Dims> outs)
      : graph_(graph), shapes_(shapes), outs_(outs), level_(graph.nodes.size(), 0) {}

  std::vector<Pass> run() {
    find_levels();
    group_reductions();
    for (std::uint32_t i = 0; i < graph_.results.size(); ++i) place_result(i);
    std::stable_sort(passes_.begin(), passes_.end(),
                     [](const Pass& a, const Pass& b) { return a.level < b.level; });
    keep_what_is_read();
    return std::move(passes_);
  }

 private:
  /// Calls visit(reduction, under_view) for the reductions that a cone reads directly.
  void frontier(NodeId root, const std::function<void(NodeId, bool)>& visit) const {
    std::vector<std::uint8_t> seen(2 * (std::size_t{root} + 1), 0);
    std::vector<std::pair<NodeId, bool>> stack{{root, false}};
    while (!stack.empty()) {
      const auto [id, viewed] = stack.back();
      stack.pop_back();
      std::uint8_t& mark = seen[2 * std::size_t{id} + (viewed ? 1 : 0)];
      if (mark != 0) continue;
      mark = 1;
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
      auto at = std::find_if(passes_.begin(), passes_.end(), [&](const Pass& p) {
        return p.level == wanted.level && p.mask == wanted.mask && p.keepdims == wanted.keepdims &&
               p.iteration == wanted.iteration;
      });
      if (at == passes_.end()) at = passes_.insert(passes_.end(), wanted);
      at->reductions.push_back(id);
    }
  }

  bool epilogue_fits(std::uint32_t result, const Pass& pass) const {
    const NodeId root = graph_.results[result];
    if (!(shapes_[root] == outs_[result]) || !(shapes_[pass.reductions[0]] == outs_[result])) {
      return false;
    }
    bool fits = true;
    frontier(root, [&](NodeId id, bool viewed) {
      const auto& own = pass.reductions;
      if (std::find(own.begin(), own.end(), id) != own.end()) {
        fits = fits && !viewed;
      } else {
        fits = fits && level_[id] <= pass.level;
      }
    });
    return fits;
  }

  void place_result(std::uint32_t result) {
    const NodeId root = graph_.results[result];
    const std::uint32_t level = level_[root];
    for (Pass& pass : passes_) {
      if (level > 0 && !pass.reductions.empty() && pass.level + 1 == level &&
          epilogue_fits(result, pass)) {
        pass.epilogues.push_back(result);
        return;
      }
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

  void keep(NodeId reduction) {
    for (Pass& pass : passes_) {
      for (std::uint32_t i = 0; i < pass.reductions.size(); ++i) {
        if (pass.reductions[i] != reduction) continue;
        if (std::find(pass.kept.begin(), pass.kept.end(), i) == pass.kept.end()) {
          pass.kept.push_back(i);
        }
      }
    }
  }

  void keep_what_is_read() {
    for (const Pass& pass : passes_) {
      const auto keep_all = [&](NodeId id, bool) { keep(id); };
      for (NodeId id : pass.reductions) frontier(graph_.nodes[id].args[0], keep_all);
      for (std::uint32_t r : pass.stores) frontier(graph_.results[r], keep_all);
      for (std::uint32_t r : pass.epilogues) {
        frontier(graph_.results[r], [&](NodeId id, bool) {
          const auto& own = pass.reductions;
          if (std::find(own.begin(), own.end(), id) == own.end()) keep(id);
        });
      }
    }
    for (Pass& pass : passes_) std::sort(pass.kept.begin(), pass.kept.end());
  }

  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  std::span<const Dims> outs_;
  std::vector<std::uint32_t> level_;
  std::vector<Pass> passes_;
};

}  // namespace

std::vector<Pass> partition(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                            std::span<const Dims> out_shapes) {
  return Partition(graph, shapes, out_shapes).run();
}

}  // namespace tightloop::plan
