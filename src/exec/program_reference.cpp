// What executables only note is found by the reference evaluator: the element that overflowed, and
// where floating-point events came first.
#include "exec/reference/evaluate.hpp"

#include "exec/program.hpp"
#include "ir/shapes.hpp"

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

}  // namespace

void Program::confirm_overflow(std::span<const Arg* const> args,
                               std::span<const ArrayView* const> outs, StopFlag stop) const {
  // Executables only say that it happened. The reference evaluator finds the first place, with the
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
