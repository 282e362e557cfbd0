// Builds typed graphs by hand and evaluates them, so that the evaluator is tested without a parser
// or typing rules.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "exec/reference/evaluate.hpp"
#include "ir/shapes.hpp"

namespace tightloop::reference {

using ir::NodeId;

class TypedBuilder {
 public:
  NodeId array(const ArrayView& view) {
    inputs.push_back({view, {}});
    return variable(view.dtype(), false);
  }
  template <class T>
  NodeId weak(T value) {
    inputs.push_back({{}, Scalar::of(value)});
    return variable(dtype_of<T>, true);
  }
  template <class T>
  NodeId constant(T value) {
    graph.constants.push_back(Scalar::of(value));
    ir::TypedNode node = make(Op::constant, dtype_of<T>, {});
    node.attr = static_cast<std::uint32_t>(graph.constants.size() - 1);
    return push(node);
  }
  NodeId op(Op op, DType dtype, std::initializer_list<NodeId> args) {
    return push(make(op, dtype, args));
  }
  NodeId wrapping(Op op, DType dtype, std::initializer_list<NodeId> args) {
    ir::TypedNode node = make(op, dtype, args);
    node.may_wrap = true;
    return push(node);
  }
  NodeId reduce(Op op, DType dtype, NodeId x, std::vector<std::int64_t> axes = {},
                bool keepdims = false) {
    graph.reduces.push_back({axes.empty(), keepdims, std::move(axes)});
    ir::TypedNode node = make(op, dtype, {x});
    node.attr = static_cast<std::uint32_t>(graph.reduces.size() - 1);
    node.may_wrap = op == Op::sum || op == Op::prod;
    return push(node);
  }
  NodeId view(NodeId x, ir::ViewSpec spec) {
    graph.views.push_back(std::move(spec));
    ir::TypedNode node = make(Op::view, graph.nodes[x].dtype, {x});
    node.attr = static_cast<std::uint32_t>(graph.views.size() - 1);
    return push(node);
  }
  NodeId transpose(NodeId x) { return view(x, {ir::ViewSpec::Kind::transpose, {}, {}}); }
  NodeId reshape(NodeId x, std::vector<std::int64_t> dims) {
    return view(x, {ir::ViewSpec::Kind::reshape, {}, std::move(dims)});
  }
  NodeId broadcast_to(NodeId x, std::vector<std::int64_t> dims) {
    return view(x, {ir::ViewSpec::Kind::broadcast_to, {}, std::move(dims)});
  }
  NodeId slice(NodeId x, std::vector<ir::SliceItem> items) {
    return view(x, {ir::ViewSpec::Kind::slice, std::move(items), {}});
  }

  std::vector<Dims> shapes() const {
    std::vector<Dims> input_shapes;
    for (const Input& input : inputs) input_shapes.push_back(input.view.shape());
    return ir::infer_shapes(graph, input_shapes);
  }
  /// Evaluates into new arrays; `overflow` receives what evaluate returns.
  std::vector<Array> evaluate(std::vector<NodeId> results) {
    graph.results = std::move(results);
    const std::vector<Dims> all = shapes();
    std::vector<Array> arrays;
    std::vector<ArrayView> outs;
    for (NodeId id : graph.results) {
      arrays.emplace_back(graph.nodes[id].dtype, all[id]);
      outs.push_back(arrays.back().view());
    }
    overflow = reference::evaluate(graph, all, inputs, outs);
    return arrays;
  }
  template <class T>
  std::vector<T> values(NodeId result) {
    const std::vector<Array> arrays = evaluate({result});
    const auto span = arrays[0].values<T>();
    return {span.begin(), span.end()};
  }
  template <class T>
  T value(NodeId result) {
    return values<T>(result).at(0);
  }

  ir::TypedGraph graph;
  std::vector<Input> inputs;
  std::optional<OverflowAt> overflow;

 private:
  ir::TypedNode make(Op op, DType dtype, std::initializer_list<NodeId> args) {
    ir::TypedNode node;
    node.op = op;
    node.dtype = dtype;
    for (NodeId arg : args) node.args[node.nargs++] = arg;
    return node;
  }
  NodeId push(const ir::TypedNode& node) {
    graph.nodes.push_back(node);
    return static_cast<NodeId>(graph.nodes.size() - 1);
  }
  NodeId variable(DType dtype, bool weak) {
    graph.inputs.push_back({"x" + std::to_string(inputs.size()), dtype, weak});
    ir::TypedNode node = make(Op::variable, dtype, {});
    node.weak = weak;
    node.attr = static_cast<std::uint32_t>(inputs.size() - 1);
    return push(node);
  }
};

inline ir::SliceItem range(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                           std::optional<std::int64_t> step = {}) {
  return {ir::SliceItem::Kind::range, start, stop, step};
}
inline ir::SliceItem at(std::int64_t index) {
  return {ir::SliceItem::Kind::index, index, {}, {}};
}
inline ir::SliceItem new_axis() {
  return {ir::SliceItem::Kind::new_axis, {}, {}, {}};
}
inline ir::SliceItem ellipsis() {
  return {ir::SliceItem::Kind::ellipsis, {}, {}, {}};
}

}  // namespace tightloop::reference
