// Orders the sweeps of an evaluation: reductions level by level, those over the same axes of the
// same shape together, then the results of each shape.
#include "exec/reference/evaluate.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <string>
#include <tuple>
#include <utility>

#include "exec/reference/sweep.hpp"
#include "ir/shapes.hpp"

namespace tightloop::reference {
namespace {

using Extents = std::vector<std::int64_t>;

Extents extents(const Dims& shape) {
  return {shape.begin(), shape.end()};
}

[[noreturn]] void bug(const std::string& what) {
  throw Error(ErrorCode::internal, "reference: " + what);
}

void check_arguments(const Bindings& bindings, std::span<const ArrayView> outs) {
  const ir::TypedGraph& graph = bindings.graph;
  if (bindings.shapes.size() != graph.nodes.size()) bug("not one shape per node");
  if (bindings.inputs.size() != graph.inputs.size()) bug("not one value per input");
  if (outs.size() != graph.results.size()) bug("not one destination per result");
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const ir::NodeId id = graph.results[i];
    const bool fits = outs[i].dtype() == graph.nodes[id].dtype &&
                      outs[i].shape() == bindings.shapes[id] &&
                      (outs[i].size() == 0 || outs[i].mutable_data() != nullptr);
    if (!fits) bug("destination " + std::to_string(i) + " does not fit its result");
  }
}

/// Marks the nodes whose values the results are made of.
std::vector<bool> find_needed(const ir::TypedGraph& graph) {
  std::vector<bool> needed(graph.nodes.size(), false);
  for (ir::NodeId id : graph.results) needed[id] = true;
  for (std::size_t id = graph.nodes.size(); id-- > 0;) {
    const ir::TypedNode& node = graph.nodes[id];
    if (!needed[id] || node.op == Op::extent) continue;
    for (std::size_t k = 0; k < node.nargs; ++k) needed[node.args[k]] = true;
  }
  return needed;
}

/// Counts the reductions on the longest way down from each node, its own included.
std::vector<std::uint32_t> find_levels(const ir::TypedGraph& graph) {
  std::vector<std::uint32_t> level(graph.nodes.size(), 0);
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    const ir::TypedNode& node = graph.nodes[id];
    if (node.op == Op::extent) continue;
    for (std::size_t k = 0; k < node.nargs; ++k) {
      level[id] = std::max(level[id], level[node.args[k]]);
    }
    if (is_reduction(node.op)) ++level[id];
  }
  return level;
}

void compute_reductions(Bindings& bindings, FirstOverflow& overflow) {
  const ir::TypedGraph& graph = bindings.graph;
  const std::vector<bool> needed = find_needed(graph);
  const std::vector<std::uint32_t> level = find_levels(graph);
  std::map<std::tuple<std::uint32_t, Extents, std::uint32_t>, std::vector<ir::NodeId>> sweeps;
  for (ir::NodeId id = 0; id < graph.nodes.size(); ++id) {
    const ir::TypedNode& node = graph.nodes[id];
    if (!needed[id] || !is_reduction(node.op)) continue;
    const Dims& shape = bindings.shapes[node.args[0]];
    const std::uint32_t axes =
        ir::reduced_axes(graph.reduces[node.attr], shape.size(), graph.span(id));
    sweeps[{level[id], extents(shape), axes}].push_back(id);
  }
  for (const auto& [key, nodes] : sweeps) {
    sweep_to_reductions(bindings, nodes, std::get<2>(key), overflow);
  }
}

void compute_results(const Bindings& bindings, std::span<const ArrayView> outs,
                     FirstOverflow& overflow) {
  struct Group {
    std::vector<ir::NodeId> nodes;
    std::vector<ArrayView> outs;
  };
  std::map<Extents, Group> groups;
  for (std::size_t i = 0; i < bindings.graph.results.size(); ++i) {
    const ir::NodeId id = bindings.graph.results[i];
    Group& group = groups[extents(bindings.shapes[id])];
    group.nodes.push_back(id);
    if (!outs.empty()) group.outs.push_back(outs[i]);
  }
  for (const auto& [shape, group] : groups) {
    sweep_to_arrays(bindings, group.nodes, group.outs, overflow);
  }
}

Dims index_of(std::int64_t element, const Dims& shape) {
  Dims index = shape;
  for (int i = shape.size() - 1; i >= 0; --i) {
    index[i] = element % shape[i];
    element /= shape[i];
  }
  return index;
}

}  // namespace

std::optional<OverflowAt> evaluate(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                   std::span<const Input> inputs, std::span<const ArrayView> outs,
                                   StopFlag stop) try {
  if (ir::has_contractions(graph)) {
    return evaluate(ir::with_plain_views(graph, {shapes.begin(), shapes.end()}), shapes, inputs,
                    outs, stop);
  }
  Bindings bindings{graph, shapes, inputs, {}, nullptr, stop};
  check_arguments(bindings, outs);
  FirstOverflow overflow;
  compute_reductions(bindings, overflow);
  compute_results(bindings, outs, overflow);
  if (overflow.node == ir::kNoNode) return std::nullopt;
  return OverflowAt{overflow.node, index_of(overflow.element, shapes[overflow.node]),
                    overflow.operand};
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::memory, "no memory for the results of the reductions");
}

std::vector<EventAt> find_events(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                 std::span<const Input> inputs, StopFlag stop) try {
  if (ir::has_contractions(graph)) {
    return find_events(ir::with_plain_views(graph, {shapes.begin(), shapes.end()}), shapes, inputs,
                       stop);
  }
  EventWatch watch;
  Bindings bindings{graph, shapes, inputs, {}, &watch, stop};
  FirstOverflow overflow;
  compute_reductions(bindings, overflow);
  compute_results(bindings, {}, overflow);
  std::vector<EventAt> found;
  for (EventKind kind :
       {EventKind::divide, EventKind::invalid, EventKind::overflow, EventKind::underflow}) {
    const auto [node, element] = watch.first(kind);
    if (node == ir::kNoNode) continue;
    found.push_back({kind, node, index_of(element, shapes[node])});
  }
  return found;
} catch (const std::bad_alloc&) {
  throw Error(ErrorCode::memory, "no memory for the results of the reductions");
}

}  // namespace tightloop::reference
