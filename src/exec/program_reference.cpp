// Programs and the reference evaluator: the way without a code generator, and the search for the
// element that a kernel saw overflow.
#include "exec/reference/evaluate.hpp"

#include "exec/program.hpp"
#include "ir/shapes.hpp"
#include "types/strides.hpp"

namespace tightloop::exec {
namespace {

std::string index_text(const Dims& index) {
  return index.empty() ? std::string() : " at index " + to_string(index);
}

std::vector<reference::Input> reference_inputs(const ir::TypedGraph& graph,
                                               std::span<const Arg* const> args) {
  std::vector<reference::Input> out(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->weak()) {
      out[i].scalar = scalar_as(*args[i], graph.inputs[i].dtype);
    } else {
      out[i].view = args[i]->view();
    }
  }
  return out;
}

[[noreturn]] void throw_overflow_at(const ir::TypedGraph& graph, const reference::OverflowAt& at) {
  const ir::TypedNode& node = graph.nodes[at.node];
  if (node.must_fit) {
    throw Error(ErrorCode::overflow,
                std::string(name(node.dtype)) + " cannot hold " + ir::number_text(at.operand) +
                    ", the value of '" + graph.text(at.node) + "'" + index_text(at.index),
                graph.span(at.node), ir::kFitHint);
  }
  throw Error(ErrorCode::overflow,
              "integer overflow in '" + graph.text(at.node) + "'" + index_text(at.index),
              graph.span(at.node));
}

std::int64_t size_of(const Dims& shape) {
  std::int64_t n = 1;
  for (std::int64_t e : shape) n *= e;
  return n;
}

bool is_gapless(const ArrayView& vector) {
  return vector.strides()[0] == static_cast<std::int64_t>(itemsize(vector.dtype()));
}

/// Sees the memory of a vector as a C-ordered array.
ArrayView in_c_order(const ArrayView& vector, const Dims& shape) {
  return ArrayView(vector.mutable_data(), vector.dtype(), shape,
                   c_strides(shape, itemsize(vector.dtype())), vector.byte_order());
}

/// Repeats a view along broadcast axes: `shape` must broadcast to the shape of `like`.
ArrayView stretched(const ArrayView& view, const Dims& shape) {
  const ir::Layout wide = ir::broadcast_to({view.shape(), view.strides(), 0}, shape);
  return ArrayView(view.data(), view.dtype(), wide.shape, wide.strides, view.byte_order());
}

}  // namespace

void Program::run_reference(std::span<const Arg* const> args,
                            std::span<const ArrayView* const> outs, StopFlag stop) const {
  const std::vector<Dims> node_shapes = shapes(args);
  std::vector<Array> narrow(outs.size());
  std::vector<ArrayView> targets;
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const Dims& shape = node_shapes[graph_.results[i]];
    targets.push_back(*outs[i]);
    if (shape == outs[i]->shape()) continue;
    if (outs[i]->ndim() == 1 && outs[i]->size() == size_of(shape) && is_gapless(*outs[i])) {
      targets[i] = in_c_order(*outs[i], shape);
      continue;
    }
    bool fits = shape.size() <= outs[i]->ndim();
    for (int d = 1; fits && d <= shape.size(); ++d) {
      const std::int64_t extent = shape[shape.size() - d];
      fits = extent == 1 || extent == outs[i]->shape()[outs[i]->ndim() - d];
    }
    if (!fits) {
      throw Error(ErrorCode::shape,
                  "the result has shape " + to_string(shape) + " but the destination has " +
                      to_string(outs[i]->shape()),
                  graph_.span(graph_.results[i]));
    }
    narrow[i] = Array(outs[i]->dtype(), shape);
    targets[i] = narrow[i].view();
  }
  const auto inputs = reference_inputs(graph_, args);
  const auto at = reference::evaluate(graph_, node_shapes, inputs, targets, stop);
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (targets[i].data() != outs[i]->data()) {
      copy_elements(*outs[i], stretched(targets[i], outs[i]->shape()));
    }
  }
  if (at) throw_overflow_at(graph_, *at);
}

void Program::confirm_overflow(std::span<const Arg* const> args,
                               std::span<const ArrayView* const> outs, StopFlag stop) const {
  // The kernels only say that it happened. The reference evaluator finds the first place, with the
  // results as its scratch memory.
  const std::vector<Dims> node_shapes = shapes(args);
  std::vector<Array> narrow;
  std::vector<ArrayView> targets;
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const Dims& shape = node_shapes[graph_.results[i]];
    if (shape == outs[i]->shape()) {
      targets.push_back(*outs[i]);
    } else {
      narrow.emplace_back(outs[i]->dtype(), shape);
      targets.push_back(narrow.back().view());
    }
  }
  const auto inputs = reference_inputs(graph_, args);
  if (const auto at = reference::evaluate(graph_, node_shapes, inputs, targets, stop)) {
    throw_overflow_at(graph_, *at);
  }
}

void Program::report_events(std::span<const Arg* const> args, const Options& options) const {
  constexpr const char* what[] = {"division by zero", "invalid value", "overflow", "underflow"};
  const auto inputs = reference_inputs(graph_, args);
  const auto found = reference::find_events(graph_, shapes(args), inputs, options.stop);
  if (options.events != nullptr) {
    options.events->clear();
    for (const reference::EventAt& at : found) {
      options.events->push_back({at.kind, graph_.text(at.node), graph_.span(at.node), at.index});
    }
  }
  for (const reference::EventAt& at : found) {
    if (!options.raise.contains(at.kind)) continue;
    throw Error(ErrorCode::arithmetic,
                std::string(what[static_cast<int>(at.kind)]) + " in '" + graph_.text(at.node) +
                    "'" + index_text(at.index),
                graph_.span(at.node));
  }
}

}  // namespace tightloop::exec
