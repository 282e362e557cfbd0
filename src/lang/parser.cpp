// Statements: bindings, then one line of results. What no result needs is left out of the graph.
#include "lang/parser.hpp"

#include <string>
#include <utility>
#include <vector>

#include "lang/expression.hpp"
#include "lang/lexer.hpp"
#include "lang/scope.hpp"

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
    case Op::saturate: return to.convert(node.op, arg(0), static_cast<DType>(node.attr), span);
    default: break;
  }
  if (is_reduction(node.op)) return to.reduce(node.op, arg(0), from.reduces()[node.attr], span);
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

/// Reads the statements of one text.
class Program {
 public:
  Program(TokenStream& tokens, std::span<const std::string_view> variables)
      : tokens_(tokens), scope_(variables), expression_(tokens, scope_, graph_) {}

  ir::Graph parse() {
    while (skip_separators()) {
      if (!graph_.results.empty()) {
        throw Error(ErrorCode::syntax, "only the last statement can be without a name",
                    results_span_, "bind it: 'd = ...'; results are separated by ','");
      }
      const bool binds = tokens_.peek(1).kind == Tok::assign;
      binds ? binding() : results();
    }
    if (graph_.results.empty()) no_result();
    return reachable(graph_);
  }

 private:
  bool skip_separators() {
    while (tokens_.accept(Tok::separator)) {
    }
    return !tokens_.at(Tok::end);
  }

  bool at_end() const { return tokens_.at(Tok::end) || tokens_.at(Tok::separator); }

  void binding() {
    const Token name = tokens_.peek();
    if (name.kind != Tok::name) {
      tokens_.check();
      throw Error(ErrorCode::syntax, "cannot bind " + quoted(tokens_.text(name)), name.span(),
                  "a binding is 'name = expression'");
    }
    tokens_.next();
    tokens_.next();
    const Value value = expression_.parse();
    last_binding_ = name.span();
    if (!at_end()) {
      throw Error(ErrorCode::syntax, "a binding holds one value, found ','", tokens_.peek().span(),
                  "';' or a new line separates statements");
    }
    scope_.bind(tokens_.text(name), value.node);
  }

  void results() {
    results_span_.begin = tokens_.peek().begin;
    do {
      const Value value = expression_.parse();
      if (graph_.results.size() >= ir::kMaxResults) {
        throw Error(ErrorCode::limit, "more than " + std::to_string(ir::kMaxResults) + " results",
                    value.span);
      }
      graph_.results.push_back(value.node);
    } while (tokens_.accept(Tok::comma) && !at_end());
    results_span_.end = tokens_.previous().end;
  }

  [[noreturn]] void no_result() const {
    if (last_binding_ == Span{}) {
      const std::size_t end = tokens_.source().size();
      throw Error(ErrorCode::syntax, "the expression is empty", {end, end});
    }
    const std::string name(tokens_.text(last_binding_));
    throw Error(ErrorCode::syntax, "the text ends with a binding and has no result", last_binding_,
                "add a line with the results: " + quoted(name.size() > 30 ? "d" : name));
  }

  TokenStream& tokens_;
  Scope scope_;
  ir::Graph graph_;
  Expression expression_;
  Span results_span_;
  Span last_binding_;
};

}  // namespace

ir::Graph parse(std::string_view text, std::span<const std::string_view> variables) {
  try {
    TokenStream tokens(text);
    return Program(tokens, variables).parse();
  } catch (Error& error) {
    // A text past the limit is not copied whole.
    error.set_source(text.substr(0, ir::kMaxSource + 1));
    throw;
  }
}

}  // namespace tightloop::lang
