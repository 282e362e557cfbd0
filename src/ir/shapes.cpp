// Shape inference over a typed graph, axes of reductions, and views of strided layouts.
// Broadcasting and indexing follow NumPy.
#include "ir/shapes.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "ir/extents.hpp"
#include "ir/operators.hpp"
#include "types/text.hpp"

namespace tightloop::ir {
namespace {

/// The operator or function that the text has where a node comes from.
std::string operation_name(const TypedGraph& graph, NodeId id) {
  const NodeId origin = graph.nodes[id].origin;
  const Op op = origin == kNoNode ? graph.nodes[id].op : graph.source[origin].op;
  if (op == Op::contract) {
    return std::string(name_of(graph.source.contracts()[graph.source[origin].attr].kind));
  }
  if (const Operator* row = find_operator(kInfixOperators, op)) return std::string(row->text);
  if (!in_table(op)) return std::string(tightloop::id(op));
  const std::string_view names = info(op).names;
  return std::string(names.substr(0, names.find(' ')));
}

Dims elementwise_shape(const TypedGraph& graph, NodeId id, const std::vector<Dims>& shapes) {
  const TypedNode& n = graph.nodes[id];
  Dims shape = shapes[n.args[0]];
  for (std::size_t i = 1; i < n.nargs; ++i) {
    const Dims& next = shapes[n.args[i]];
    const auto joined = broadcast(shape, next);
    if (!joined) {
      shape_error("operands of '" + operation_name(graph, id) +
                      "' do not broadcast: " + to_string(shape) + " and " + to_string(next),
                  graph.span(id));
    }
    shape = *joined;
  }
  require_countable(shape, graph.span(id));
  return shape;
}

Dims reduced_shape(const TypedGraph& graph, NodeId id, const Dims& operand) {
  const TypedNode& n = graph.nodes[id];
  const ReduceSpec& spec = graph.reduces[n.attr];
  const NodeId origin = graph.nodes[id].origin;
  if (operand.size() == 0 && !spec.axes.empty() && origin != kNoNode &&
      graph.source[origin].op == Op::extent) {
    shape_error("axis " + std::to_string(spec.axes[0]) + " is out of range for an array of rank 0",
                graph.span(id));
  }
  const std::uint32_t mask = reduced_axes(spec, operand.size(), graph.span(id));
  Dims shape;
  bool nothing = false;
  for (int i = 0; i < operand.size(); ++i) {
    const bool reduced = (mask >> i & 1) != 0;
    if (reduced && operand[i] == 0) nothing = true;
    if (!reduced) shape.push_back(operand[i]);
    if (reduced && spec.keepdims) shape.push_back(1);
  }
  const bool ordering =
      n.op == Op::min || n.op == Op::max || n.op == Op::argmin || n.op == Op::argmax;
  if (nothing && ordering && !spec.initial) {
    throw Error(ErrorCode::value,
                "'" + operation_name(graph, id) + "' of no elements: the operand has shape " +
                    to_string(operand),
                graph.span(id));
  }
  return shape;
}

/// Returns the shape of a view of a value by its shape alone: strides of zero allow every reshape.
Dims viewed_shape(const ViewSpec& spec, const Dims& shape, Span span) {
  Layout layout{shape, shape, 0};
  for (std::int64_t& stride : layout.strides) stride = 0;
  return apply_view(spec, layout, span).shape;
}

/// Returns the shape of an operand in the joint space of a contraction.
Dims aligned_shape(const TypedGraph& graph, NodeId id, const std::vector<Dims>& shapes) {
  const JointSpace joint = join_of(graph, id, shapes);
  const TypedNode& n = graph.nodes[id];
  const std::vector<int>& axes = aligns_right(n) ? joint.right : joint.left;
  return viewed_shape(axes_view(axes, joint.extents.size()), shapes[n.args[0]], graph.span(id));
}

}  // namespace

namespace {

/// Refuses a reduction of far more elements than there are in memory: a short text could ask for
/// years of work.
void require_bounded_work(const Dims& shape, std::int64_t most, std::int64_t largest_input,
                          Span span) {
  const std::int64_t count = element_count(shape).value_or(0);
  if (count > most && count / 64 > largest_input) {
    throw Error(ErrorCode::limit,
                "the reduction of " + to_string(shape) + " broadcast elements is more than " +
                    std::to_string(most) + " of them",
                span);
  }
}

}  // namespace

std::vector<Dims> infer_shapes(const TypedGraph& graph, std::span<const Dims> inputs) {
  std::int64_t largest_input = 0;
  for (const Dims& shape : inputs) {
    largest_input = std::max(largest_input, element_count(shape).value_or(0));
  }
  if (inputs.size() != graph.inputs.size()) {
    throw Error(ErrorCode::internal, "shape inference got " + std::to_string(inputs.size()) +
                                         " shapes for " + std::to_string(graph.inputs.size()) +
                                         " inputs");
  }
  std::vector<Dims> shapes;
  shapes.reserve(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const TypedNode& n = graph.nodes[i];
    const auto id = static_cast<NodeId>(i);
    if (n.op == Op::variable) {
      shapes.push_back(inputs[n.attr]);
    } else if (n.op == Op::constant || n.op == Op::extent) {
      shapes.push_back({});
    } else if (n.op == Op::view) {
      shapes.push_back(viewed_shape(graph.views[n.attr], shapes[n.args[0]], graph.span(id)));
    } else if (n.op == Op::align) {
      shapes.push_back(aligned_shape(graph, id, shapes));
    } else if (is_reduction(n.op)) {
      require_bounded_work(shapes[n.args[0]],
                           product_of(graph, id) ? kMaxContractionWork : kMaxBroadcastWork,
                           largest_input, graph.span(id));
      shapes.push_back(reduced_shape(graph, id, shapes[n.args[0]]));
    } else {
      shapes.push_back(elementwise_shape(graph, id, shapes));
    }
  }
  return shapes;
}

std::uint32_t reduced_axes(const ReduceSpec& spec, int rank, Span span) {
  if (spec.all) return static_cast<std::uint32_t>((std::uint64_t{1} << rank) - 1);
  // As in NumPy, what has no axes may be reduced along its first or last one.
  const bool scalar = rank == 0 && spec.axes.size() == 1;
  if (scalar && (spec.axes[0] == 0 || spec.axes[0] == -1)) return 0;
  std::uint32_t mask = 0;
  for (std::int64_t axis : spec.axes) {
    if (axis < -rank || axis >= rank) {
      shape_error("axis " + std::to_string(axis) + " is out of range for an array of rank " +
                      std::to_string(rank),
                  span);
    }
    const std::uint32_t bit = std::uint32_t{1} << (axis < 0 ? axis + rank : axis);
    if ((mask & bit) != 0) {
      shape_error("axis " + std::to_string(axis) + " is given twice", span);
    }
    mask |= bit;
  }
  return mask;
}

}  // namespace tightloop::ir
