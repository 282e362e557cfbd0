// The expression grammar: an operator-precedence machine whose stacks are on the heap, so that
// nesting costs memory (bounded by ir::kMaxDepth) and never the machine's own stack.
#pragma once

#include <variant>
#include <vector>

#include "ir/graph.hpp"
#include "ir/operators.hpp"
#include "lang/calls.hpp"
#include "lang/defined_call.hpp"
#include "lang/lexer.hpp"
#include "lang/scope.hpp"

namespace tightloop::lang {

/// Reads expressions from a token stream into a graph. Borrows all three.
class Expression {
 public:
  Expression(TokenStream& tokens, const Scope& scope, ir::Graph& graph)
      : tokens_(tokens), scope_(scope), graph_(graph) {}

  /// Reads one expression, up to a token that cannot continue it. Throws Error.
  Value parse();

 private:
  /// What waits for its right operand or its closing bracket.
  struct Frame {
    enum class Kind : std::uint8_t { paren, call, prefix, infix, choice_if, choice_else };
    Kind kind;
    Span span;                         // of the token that opened it
    const ir::Operator* op = nullptr;  // prefix, infix
    ir::NodeId chain = ir::kNoNode;    // comparisons: the conjunction of those before
  };

  // Where an operand is expected.
  void operand();
  void name();
  void prefix();
  Token unprefixed();
  void open_call(const Token& name, const Value* receiver);
  void argument();
  void operand_of_call();
  [[noreturn]] void no_operand();
  std::string_view misspelling() const;

  // Where an operand is complete.
  bool continuation();
  void infix(const ir::Operator& op);
  bool compare(const ir::Operator& op, Span span);
  void choice_if();
  void choice_else();
  void attribute();
  void method(const Token& name);
  Value attribute_value(std::string_view name, const Value& x, Span span);
  Value extent_of_axis(const Value& x, Span span);
  void subscript();
  bool comma();
  bool close_paren();
  bool stop();

  void push(Frame frame);
  void pop();
  void reduce(ir::Precedence loosest);
  void apply(const Frame& frame);
  void apply_prefix(const Frame& frame);
  void close_call(const Token& close);
  bool top_is(Frame::Kind kind) const { return !frames_.empty() && frames_.back().kind == kind; }

  TokenStream& tokens_;
  const Scope& scope_;
  ir::Graph& graph_;
  std::vector<Frame> frames_;
  std::vector<Value> values_;
  std::vector<std::variant<CallBuilder, DefinedCall>> calls_;
  std::size_t depth_ = 0;
  bool want_operand_ = true;
};

}  // namespace tightloop::lang
