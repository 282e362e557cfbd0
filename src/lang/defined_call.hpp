// One call of a defined function while its arguments are read: which parameter each is for, and
// whether it is a literal or an expression.
#pragma once

#include <vector>

#include "ir/graph.hpp"
#include "lang/calls.hpp"
#include "lang/expansion.hpp"
#include "lang/lexer.hpp"

namespace tightloop::lang {

class DefinedCall {
 public:
  /// Borrows the definition and the budget.
  DefinedCall(const Definition& definition, Span name, Budget& budget);

  /// Makes a value, whose method the call is, the first argument.
  void receive(const Value& value);

  /// Reads an argument that is a literal. Returns false where an expression comes next, whose value
  /// is then given to operand().
  bool literal_argument(TokenStream& tokens);
  void operand(const Value& value);

  /// Adds the nodes of the body; `end` is the end of the closing parenthesis.
  Value finish(ir::Graph& graph, std::size_t end);

 private:
  void choose_by_name(TokenStream& tokens);
  void choose_by_position(const TokenStream& tokens);

  const Definition* definition_;
  Budget* budget_;
  Span name_;
  std::vector<Argument> arguments_;  // parallel to the parameters
  std::size_t current_ = 0;          // the parameter that the argument at hand is for
  std::size_t positional_ = 0;
  bool keywords_ = false;
};

/// Steps over a literal: a number with an optional sign, True, False, None, a quoted string or a
/// tuple of integers. Returns its bytes; stays, and returns an empty span, where there is none.
Span literal_span(TokenStream& tokens);

}  // namespace tightloop::lang
