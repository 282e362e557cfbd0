// A whole text to a graph. What no result needs is left out of it.
#include "lang/parser.hpp"

#include <utility>
#include <vector>

#include "lang/lexer.hpp"
#include "lang/prelude.hpp"
#include "lang/scope.hpp"
#include "lang/statements.hpp"

namespace tightloop::lang {
namespace {

using ir::kNoNode;
using ir::NodeId;

/// Copies a node whose operands, already copied, are given by `copy`.
NodeId copy_node(const ir::Graph& from, NodeId id, const std::vector<NodeId>& copy, ir::Graph& to) {
  const ir::Node& node = from[id];
  const Span span = from.span(id);
  const auto arg = [&](std::size_t i) { return copy[node.args[i]]; };
  switch (node.op) {
    case Op::variable: return to.variable(from.inputs()[node.attr], span);
    case Op::constant: return to.constant(from.constants()[node.attr], span);
    case Op::view: return to.view(arg(0), from.views()[node.attr], span);
    case Op::astype:
    case Op::saturate:
    case Op::bitcast: return to.convert(node.op, arg(0), static_cast<DType>(node.attr), span);
    case Op::contract:
      return to.contract(from.contracts()[node.attr], arg(0), node.nargs > 1 ? arg(1) : kNoNode,
                         span);
    default: break;
  }
  if (is_reduction(node.op)) {
    const ir::ReduceSpec& spec = from.reduces()[node.attr];
    return to.reduce(node.op, arg(0), spec, span, spec.where ? arg(1) : kNoNode,
                     spec.initial ? arg(node.nargs - std::size_t{1}) : kNoNode);
  }
  if (node.op == Op::extent) {
    const ir::Node& counted = from[node.args[0]];
    return to.extent(to[copy[node.args[0]]].args[0], from.reduces()[counted.attr], span);
  }
  if (node.nargs == 1) return to.unary(node.op, arg(0), span);
  if (node.nargs == 2) return to.binary(node.op, arg(0), arg(1), span);
  return to.ternary(node.op, arg(0), arg(1), arg(2), span);
}

/// Copies what the results reach, depth first from the first result, operands from left to right:
/// the same computation gives the same graph, however it was bound to names.
ir::Graph reachable(const ir::Graph& from) {
  ir::Graph to;
  std::vector<NodeId> copy(from.nodes().size(), kNoNode);
  std::vector<std::pair<NodeId, std::uint8_t>> path;  // a node and how many operands were visited
  for (const NodeId result : from.results) {
    path.push_back({result, 0});
    while (!path.empty()) {
      auto& [id, visited] = path.back();
      const ir::Node& node = from[id];
      if (copy[id] == kNoNode && visited < node.nargs) {
        const NodeId operand = node.args[visited++];
        if (copy[operand] == kNoNode) path.push_back({operand, 0});
        continue;
      }
      if (copy[id] == kNoNode) copy[id] = copy_node(from, id, copy, to);
      path.pop_back();
    }
    to.results.push_back(copy[result]);
  }
  return to;
}

}  // namespace

ir::Graph parse(std::string_view text, std::span<const std::string_view> variables,
                const Dictionary* defined) {
  try {
    TokenStream tokens(text);
    ir::Graph graph;
    Budget budget;
    Scope scope(variables, {defined, &prelude, &budget});
    graph.results = read_statements(tokens, scope, graph).results;
    return reachable(graph);
  } catch (Error& error) {
    // A text past the limit is not copied whole.
    error.set_source(text.substr(0, ir::kMaxSource + 1));
    throw;
  }
}

}  // namespace tightloop::lang
