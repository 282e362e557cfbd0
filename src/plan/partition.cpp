// Levels of nodes, reductions of one level and space together, and results placed where they fit.
#include "plan/partition.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "ir/shapes.hpp"
#include "plan/epilogue_values.hpp"
#include "plan/matrix_product.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

class Partition {
 public:
  Partition(const ir::TypedGraph& graph, std::span<const Dims> shapes, std::span<const Dims> outs,
            const ProductFactors& products)
      : graph_(graph),
        shapes_(shapes),
        outs_(outs),
        products_(products),
        level_(graph.nodes.size(), 0),
        outline_of_(graph.nodes.size(), kNoPass),
        seen_(2 * graph.nodes.size(), 0) {}

  std::vector<StageOutline> run() {
    find_levels();
    group_reductions();
    delay_passes();
    place_results();
    std::stable_sort(
        outlines_.begin(), outlines_.end(),
        [](const StageOutline& a, const StageOutline& b) { return a.level < b.level; });
    note_passes();
    keep_what_is_read();
    return std::move(outlines_);
  }

 private:
  /// Calls visit(reduction, under_view) for the reductions that the cones of `roots` read directly,
  /// but not by way of a node of `in_epilogue`.
  void frontier(std::vector<std::pair<NodeId, bool>> roots,
                const std::function<void(NodeId, bool)>& visit,
                const std::vector<bool>& in_epilogue = {}) {
    ++walk_;
    std::vector<std::pair<NodeId, bool>>& stack = roots;
    while (!stack.empty()) {
      const auto [id, viewed] = stack.back();
      stack.pop_back();
      std::uint32_t& mark = seen_[2 * std::size_t{id} + (viewed ? 1 : 0)];
      if (mark == walk_ || (!in_epilogue.empty() && in_epilogue[id])) continue;
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

  /// The level of a node: that of the earliest stage that can read it. A reduction that has a stage
  /// is complete after that.
  void find_levels() {
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      const ir::TypedNode& node = graph_.nodes[id];
      level_[id] = 0;
      if (node.op == Op::extent) continue;
      for (std::size_t i = 0; i < node.nargs; ++i) {
        level_[id] = std::max(level_[id], level_[node.args[i]]);
      }
      if (!is_reduction(node.op)) continue;
      level_[id] = 1 + (outline_of_[id] == kNoPass ? level_[id] : outlines_[outline_of_[id]].level);
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
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::vector<std::int64_t>>;
    std::map<Key, std::size_t> known;
    const std::vector<bool> need = needed();
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      const ir::TypedNode& node = graph_.nodes[id];
      if (!need[id] || !is_reduction(node.op)) continue;
      const ir::ReduceSpec& spec = graph_.reduces[node.attr];
      StageOutline wanted;
      wanted.level = level_[id] - 1;
      wanted.iteration = shapes_[node.args[0]];
      wanted.mask = ir::reduced_axes(spec, wanted.iteration.size(), graph_.span(id));
      if (is_product(id)) {
        wanted.product = products_[id];
        wanted.reductions.push_back(id);
        outlines_.push_back(std::move(wanted));
        continue;
      }
      const Dims& space = wanted.iteration;
      const auto [at, fresh] = known.try_emplace(
          Key{wanted.level, wanted.mask, {space.begin(), space.end()}}, outlines_.size());
      const bool full =
          !fresh && outlines_[at->second].reductions.size() >= kernel::kMostReductions;
      if (full) at->second = outlines_.size();
      if (fresh || full) outlines_.push_back(wanted);
      outlines_[at->second].reductions.push_back(id);
    }
    note_passes();
  }

  void note_passes() {
    for (std::uint32_t p = 0; p < outlines_.size(); ++p) {
      for (NodeId id : outlines_[p].reductions) outline_of_[id] = p;
    }
  }

  bool is_product(NodeId id) const { return id < products_.size() && products_[id].has_value(); }

  /// True where a result is nothing but a matrix product that nothing else reads: it is its target.
  bool is_target(std::uint32_t result) const {
    NodeId root = graph_.results[result];
    const auto readers = [&](NodeId id) {
      auto count = std::count(graph_.results.begin(), graph_.results.end(), id);
      for (const ir::TypedNode& n : graph_.nodes) {
        const auto end = n.args.begin() + n.nargs;
        if (n.op != Op::extent) count += std::count(n.args.begin(), end, id);
      }
      return count;
    };
    const DType stored = graph_.nodes[root].dtype;
    while (graph_.nodes[root].op == Op::cast && !graph_.nodes[root].must_fit &&
           readers(root) == 1) {
      root = graph_.nodes[root].args[0];
    }
    return is_product(root) && product_dtype(graph_, root, *products_[root]) == stored &&
           readers(root) == 1 && shapes_[root] == outs_[result];
  }

  /// Returns the stage whose accumulators, of equal shape, a result is computed from, or kNoPass:
  /// whatever else it reads must be complete before.
  std::uint32_t epilogue_pass(std::uint32_t result) {
    const NodeId root = graph_.results[result];
    std::uint32_t found = kNoPass;
    bool fits = level_[root] > 0 && shapes_[root] == outs_[result];
    frontier({{root, false}}, [&](NodeId id, bool viewed) {
      if (level_[id] < level_[root]) return;
      if (found == kNoPass) found = outline_of_[id];
      fits = fits && !viewed && outline_of_[id] == found && shapes_[id] == outs_[result];
    });
    if (fits && found != kNoPass && outlines_[found].product) fits = is_target(result);
    return fits ? found : kNoPass;
  }

  /// Returns, of every node, the lowest level of a stage that reads it to reduce it.
  std::vector<std::uint32_t> first_uses() const {
    std::vector<std::uint32_t> first(graph_.nodes.size(), kNever);
    for (std::size_t id = graph_.nodes.size(); id-- > 0;) {
      const ir::TypedNode& node = graph_.nodes[id];
      const bool reduces = is_reduction(node.op);
      if (node.op == Op::extent || (reduces && outline_of_[id] == kNoPass)) continue;
      const std::uint32_t use = reduces ? outlines_[outline_of_[id]].level : first[id];
      for (std::size_t i = 0; i < node.nargs; ++i) {
        first[node.args[i]] = std::min(first[node.args[i]], use);
      }
    }
    return first;
  }

  /// Moves stages whose results are not read before a later stage over the same space into that
  /// one.
  void delay_passes() {
    using Space = std::pair<std::uint32_t, std::vector<std::int64_t>>;
    std::map<Space, std::uint32_t> later;  // the earliest stage seen
    const std::vector<std::uint32_t> first = first_uses();
    std::vector<std::uint32_t> order(outlines_.size());
    for (std::uint32_t p = 0; p < order.size(); ++p) order[p] = p;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return outlines_[a].level > outlines_[b].level;
    });
    for (const std::uint32_t p : order) {
      if (outlines_[p].product) continue;
      const Dims& space = outlines_[p].iteration;
      // No structured binding: clang before 16 does not let a lambda capture one.
      const auto found =
          later.try_emplace(Space{outlines_[p].mask, {space.begin(), space.end()}}, p);
      const auto at = found.first;
      const bool alone = found.second;
      std::vector<NodeId>& moved = outlines_[p].reductions;
      const bool can_wait = !alone && std::all_of(moved.begin(), moved.end(), [&](NodeId id) {
        return first[id] > outlines_[at->second].level;
      });
      std::vector<NodeId>& all = outlines_[at->second].reductions;
      if (can_wait && all.size() + moved.size() <= kernel::kMostReductions) {
        all.insert(all.end(), moved.begin(), moved.end());
        std::sort(all.begin(), all.end());
        moved.clear();
      } else {
        at->second = p;
      }
    }
    std::erase_if(outlines_, [](const StageOutline& p) { return p.reductions.empty(); });
    note_passes();
    find_levels();
  }

  void place_results() {
    std::vector<std::uint32_t> order(graph_.results.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return level_[graph_.results[a]] > level_[graph_.results[b]];
    });
    std::map<std::vector<std::int64_t>, std::vector<std::uint32_t>> over;  // stages by space
    for (std::uint32_t p = 0; p < outlines_.size(); ++p) {
      if (outlines_[p].product) continue;
      over[{outlines_[p].iteration.begin(), outlines_[p].iteration.end()}].push_back(p);
    }
    for (const std::uint32_t i : order) place_result(i, over[{outs_[i].begin(), outs_[i].end()}]);
    for (StageOutline& outline : outlines_) {
      std::sort(outline.stores.begin(), outline.stores.end());
      std::sort(outline.epilogues.begin(), outline.epilogues.end());
    }
  }

  /// A result joins the first stage over its space that comes late enough.
  void place_result(std::uint32_t result, std::vector<std::uint32_t>& candidates) {
    const std::uint32_t level = level_[graph_.results[result]];
    if (const std::uint32_t p = epilogue_pass(result); p != kNoPass) {
      outlines_[p].epilogues.push_back(result);
      return;
    }
    std::uint32_t best = kNoPass;
    for (const std::uint32_t p : candidates) {
      if (outlines_[p].level < level) continue;
      if (best == kNoPass || outlines_[p].level < outlines_[best].level) best = p;
    }
    if (best == kNoPass) {
      best = static_cast<std::uint32_t>(outlines_.size());
      candidates.push_back(best);
      StageOutline map;
      map.level = level;
      map.iteration = outs_[result];
      outlines_.push_back(map);
    }
    outlines_[best].stores.push_back(result);
  }

  void keep_what_is_read() {
    std::vector<bool> materialised(graph_.nodes.size(), false);
    const std::vector<bool> in_epilogue =
        move_to_epilogues(graph_, shapes_, outline_of_, outlines_);
    for (std::uint32_t p = 0; p < outlines_.size(); ++p) {
      const StageOutline& outline = outlines_[p];
      std::vector<std::pair<NodeId, bool>> roots, ends;
      for (NodeId id : outline.reductions) roots.emplace_back(graph_.nodes[id].args[0], false);
      for (std::uint32_t r : outline.stores) roots.emplace_back(graph_.results[r], false);
      for (std::uint32_t r : outline.epilogues) ends.emplace_back(graph_.results[r], false);
      frontier(
          std::move(roots), [&](NodeId id, bool) { materialised[id] = true; }, in_epilogue);
      frontier(std::move(ends), [&](NodeId id, bool) {
        if (outline_of_[id] != p) materialised[id] = true;
      });
    }
    for (StageOutline& outline : outlines_) {
      for (std::uint32_t i = 0; i < outline.reductions.size(); ++i) {
        if (materialised[outline.reductions[i]]) outline.materialised.push_back(i);
      }
    }
  }

  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  std::span<const Dims> outs_;
  const ProductFactors& products_;
  static constexpr std::uint32_t kNoPass = ~std::uint32_t{0};
  static constexpr std::uint32_t kNever = ~std::uint32_t{0};
  std::vector<std::uint32_t> level_;
  std::vector<std::uint32_t> outline_of_;  // of reductions
  std::vector<std::uint32_t> seen_;  // the last walk that met a node, outside and under a view
  std::uint32_t walk_ = 0;
  std::vector<StageOutline> outlines_;
};

}  // namespace

std::vector<StageOutline> partition(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                    std::span<const Dims> out_shapes,
                                    const ProductFactors& products) {
  return Partition(graph, shapes, out_shapes, products).run();
}

}  // namespace tightloop::plan
