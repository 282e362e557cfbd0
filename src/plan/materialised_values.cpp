// Finds costly values that several stages of a pass need, and tiles small enough to hold them.
#include "plan/materialised_values.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "plan/stage_loops.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

/// A value, the stage of a pass that computes it first, and those that need it again.
struct Value {
  NodeId node;
  std::size_t maker;
  std::vector<std::size_t> readers;
};

/// Marks nodes that compute a transcendental or need one that does, down to reductions.
std::vector<bool> find_costly(const ir::TypedGraph& graph) {
  std::vector<bool> costly(graph.nodes.size(), false);
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const ir::TypedNode& node = graph.nodes[id];
    if (is_reduction(node.op) || node.op == Op::extent) continue;
    bool any = in_table(node.op) && info(node.op).lowering == Lowering::math;
    for (std::size_t i = 0; i < node.nargs; ++i) any = any || costly[node.args[i]];
    costly[id] = any;
  }
  return costly;
}

class Keeper {
 public:
  Keeper(const DraftContext& context, std::span<const Draft> drafts, const PassDraft& pass,
         const std::vector<bool>& costly)
      : c_(context), drafts_(drafts), pass_(pass), costly_(costly) {}

  /// Returns the values that stages share, by node: of nested ones the outer.
  std::vector<Value> find() {
    std::map<NodeId, Value> found;
    std::vector<std::unordered_set<NodeId>> earlier;  // by stage: what it computes
    for (std::size_t p = 0; p < pass_.stages.size(); ++p) {
      const Draft& draft = drafts_[pass_.stages[p]];
      std::unordered_set<NodeId> own;
      for (NodeId id : draft.nodes) {
        if (id != ir::kNoNode && may_keep(id, draft)) own.insert(id);
      }
      for (const auto& [id, maker] : wanted(draft, own, earlier)) {
        found.try_emplace(id, Value{id, maker, {}}).first->second.readers.push_back(p);
      }
      earlier.push_back(std::move(own));
    }
    std::vector<Value> out;
    for (auto& [id, value] : found) out.push_back(std::move(value));
    return out;
  }

 private:
  bool may_keep(NodeId id, const Draft& draft) const {
    const ir::TypedNode& node = c_.graph.nodes[id];
    return costly_[id] && node.op != Op::view && c_.shapes[id] == draft.outline.iteration;
  }

  /// What the stage shares with an earlier one and uses outside of what it shares.
  std::vector<std::pair<NodeId, std::size_t>> wanted(
      const Draft& draft, const std::unordered_set<NodeId>& own,
      const std::vector<std::unordered_set<NodeId>>& earlier) const {
    std::vector<std::pair<NodeId, std::size_t>> out;
    std::unordered_set<NodeId> seen;
    const auto maker_of = [&](NodeId id) {
      std::size_t p = 0;
      while (p < earlier.size() && !earlier[p].contains(id)) ++p;
      return p;
    };
    const auto use = [&](NodeId id) {
      if (!own.contains(id) || !seen.insert(id).second) return;
      if (const std::size_t p = maker_of(id); p < earlier.size()) out.emplace_back(id, p);
    };
    for (NodeId id : draft.nodes) {
      if (id == ir::kNoNode || (own.contains(id) && maker_of(id) < earlier.size())) continue;
      const ir::TypedNode& node = c_.graph.nodes[id];
      for (std::size_t i = 0; i < node.nargs; ++i) use(node.args[i]);
    }
    for (NodeId id : draft.outline.reductions) use(c_.graph.nodes[id].args[0]);
    for (std::uint32_t r : draft.outline.stores) use(c_.graph.results[r]);
    return out;
  }

  const DraftContext& c_;
  std::span<const Draft> drafts_;
  const PassDraft& pass_;
  const std::vector<bool>& costly_;
};

/// Returns how many rows of a tile leave the values within the scratch memory; 0: not one does.
std::int64_t rows_that_fit(const DraftContext& c, std::span<const Draft> drafts,
                           const PassDraft& pass, const std::vector<Value>& values,
                           const MachineModel& machine) {
  const auto bytes = [&](std::int64_t rows) {
    Tiling tiling = pass.tiling;
    tiling.rows = rows;
    std::int64_t sum = 0;
    for (const Value& v : values) {
      const Dims& space = drafts[pass.stages[v.maker]].outline.iteration;
      const std::size_t item = itemsize(ir::lane_of(c.graph.nodes[v.node].dtype));
      const Dims strides = c_strides(space, item);
      sum += bytes_in_tile({strides.begin(), strides.end()}, space, item, tiling);
    }
    return sum;
  };
  std::int64_t low = 0, high = pass.tiling.rows;  // low fits
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    const std::int64_t most =
        middle == 1 ? machine.materialised_row_bytes : machine.materialised_bytes;
    if (bytes(middle) <= most) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/// How a stage is summed is decided where it computes everything itself.
void sum_alike(const Draft& plain, Draft& draft) {
  draft.plain_body = plain.plain_body;
  for (std::size_t i = 0; i < plain.main.reductions.size(); ++i) {
    draft.main.reductions[i].narrow_first = plain.main.reductions[i].narrow_first;
  }
}

}  // namespace

void materialise_values(const DraftContext& context, const IntermediateOf& reductions,
                        const IntermediateOf& finalised, std::vector<Intermediate>& intermediates,
                        std::vector<Draft>& drafts, std::vector<PassDraft>& passes,
                        const MachineModel& machine) {
  const auto many = [](const PassDraft& g) { return g.stages.size() > 1; };
  if (std::none_of(passes.begin(), passes.end(), many)) return;
  const std::vector<bool> costly = find_costly(context.graph);
  for (PassDraft& pass : passes) {
    if (!many(pass)) continue;
    const std::vector<Value> values = Keeper(context, drafts, pass, costly).find();
    if (values.empty()) continue;
    const std::int64_t rows = rows_that_fit(context, drafts, pass, values, machine);
    if (rows == 0) continue;
    const std::size_t intermediates_before = intermediates.size();
    std::vector<IntermediateOf> loaded(pass.stages.size(), finalised), stored(pass.stages.size());
    for (const Value& v : values) {
      const auto place = static_cast<std::uint32_t>(intermediates.size());
      const DType lane = ir::lane_of(context.graph.nodes[v.node].dtype);
      intermediates.push_back({lane, context.shapes[v.node], v.node});
      stored[v.maker].emplace(v.node, place);
      for (std::size_t p : v.readers) loaded[p].emplace(v.node, place);
    }
    std::vector<Draft> anew;
    std::size_t instructions = 0;  // no more than before
    bool same = true;
    for (std::size_t p = 0; p < pass.stages.size(); ++p) {
      const Draft& old = drafts[pass.stages[p]];
      anew.push_back(
          make_draft(context, old.outline, reductions, loaded[p], stored[p], instructions));
      sum_alike(old, anew[p]);
      same = same && same_order(make_stage(old, {}, machine), make_stage(anew[p], {}, machine));
    }
    if (!same) {
      intermediates.resize(intermediates_before);
      continue;
    }
    pass.tiling.rows = rows;
    for (std::size_t p = 0; p < pass.stages.size(); ++p) {
      drafts[pass.stages[p]] = std::move(anew[p]);
    }
  }
}

}  // namespace tightloop::plan
