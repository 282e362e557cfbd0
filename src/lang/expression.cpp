// Operator precedence with an explicit stack (after Dijkstra's shunting-yard): a frame waits until
// an operator that binds no tighter, or the end, completes its right operand.
#include "lang/expression.hpp"

#include <string>
#include <utility>

#include "lang/number.hpp"
#include "lang/subscript.hpp"

namespace tightloop::lang {
namespace {

using ir::kNoNode;
using ir::NodeId;
using ir::Operator;
using ir::Precedence;

constexpr std::string_view kNeverClosed = "'(' was never closed";

/// Operators of Python and C that mean nothing here.
struct Foreign {
  std::string_view text;
  std::string_view message;
  std::string_view hint;
};
constexpr Foreign kForeign[] = {
    {"!", "unexpected '!'", "'!' stands before its operand; the comparison is '!='"},
    {"~", "unexpected '~'", "'~' stands before its operand; exclusive or is '^'"},
    {"not", "unexpected 'not'", "'not' stands before its operand"},
};

}  // namespace

Value Expression::parse() {
  frames_.clear();
  values_.clear();
  calls_.clear();
  depth_ = 0;
  want_operand_ = true;
  for (bool more = true; more;) {
    if (want_operand_) {
      operand();
    } else {
      more = continuation();
    }
  }
  return values_.back();
}

void Expression::operand() {
  const Token token = tokens_.peek();
  NodeId node = kNoNode;
  switch (token.kind) {
    case Tok::name: return name();
    case Tok::op: return prefix();
    case Tok::open_paren:
      tokens_.next();
      if (tokens_.at(Tok::close_paren)) tokens_.fail("expected an expression");
      return push({.kind = Frame::Kind::paren, .span = token.span()});
    case Tok::number:
      node = add_number(graph_, parse_number(tokens_.text(token), token.span()), token.span());
      break;
    case Tok::kw_true:
    case Tok::kw_false:
      node = graph_.constant(Scalar::of(token.kind == Tok::kw_true), token.span());
      break;
    default: no_operand();
  }
  tokens_.next();
  values_.push_back({node, token.span()});
  want_operand_ = false;
}

// Finds a comparison of another language in the token at hand and the one before it.
std::string_view Expression::misspelling() const {
  if (tokens_.position() == 0) return {};
  const Token& before = tokens_.previous();
  const Token& token = tokens_.peek();
  if (before.end != token.begin) return {};
  const std::string_view text = tokens_.text({before.begin, token.end});
  if (text == "<>") return "'!=' compares for inequality";
  if (text == "=<" || text == "=>") return "'<=' and '>=' compare";
  if (text == "===" || text == "!==") return "'==' and '!=' compare";
  return {};
}

void Expression::no_operand() {
  const Tok kind = tokens_.peek().kind;
  const Span span = tokens_.peek().span();
  if (kind == Tok::string) {
    throw Error(ErrorCode::syntax, "a string can only name a dtype", span,
                "write astype(x, 'float16')");
  }
  if (kind == Tok::kw_none) {
    throw Error(ErrorCode::syntax, "None can only be an axis or stand in a subscript", span);
  }
  if (kind == Tok::open_bracket) {
    throw Error(ErrorCode::syntax, "lists are not part of the language", span,
                "arrays are passed as variables; a session has array([1, 2, 3])");
  }
  const bool open = !frames_.empty();
  const bool line = kind == Tok::separator && tokens_.text(tokens_.peek()) != ";";
  if (const std::string_view hint = misspelling(); !hint.empty()) {
    tokens_.fail("expected an expression", std::string(hint));
  }
  tokens_.fail("expected an expression",
               line && open ? "an expression in parentheses may span lines" : "");
}

void Expression::name() {
  const Token token = unprefixed();
  const std::string_view text = tokens_.text(token);
  if (tokens_.at(Tok::open_paren)) return open_call(token, nullptr);
  const NodeId node = scope_.find(text, token.span(), graph_);
  if (node == kNoNode) scope_.fail(text, token.span());
  values_.push_back({node, token.span()});
  want_operand_ = false;
}

void Expression::prefix() {
  const Token token = tokens_.peek();
  const Operator* op = ir::find_operator(ir::kPrefixOperators, tokens_.text(token));
  if (op == nullptr) tokens_.fail("expected an expression", std::string(misspelling()));
  const bool loose = op->precedence == Precedence::logical_not;
  if (loose && !frames_.empty() && frames_.back().op != nullptr &&
      frames_.back().op->precedence > Precedence::logical_not) {
    throw Error(ErrorCode::syntax, "'not' binds less tightly than the operator before it",
                token.span(), "put it in parentheses: '(not x)'");
  }
  tokens_.next();
  push({.kind = Frame::Kind::prefix, .span = token.span(), .op = op});
}

// Reads literal arguments until an expression comes or the call ends.
void Expression::argument() {
  for (;;) {
    if (tokens_.at(Tok::close_paren)) return close_call(tokens_.next());
    tokens_.check();
    if (tokens_.at(Tok::end) || tokens_.at(Tok::separator)) {
      throw Error(ErrorCode::syntax, std::string(kNeverClosed), frames_.back().span);
    }
    const auto is_literal = [&](auto& call) { return call.literal_argument(tokens_); };
    if (!std::visit(is_literal, calls_.back())) {
      want_operand_ = true;
      return;
    }
    if (tokens_.at(Tok::close_paren)) return close_call(tokens_.next());
    tokens_.next();  // a comma: the literal has been checked to end its argument
  }
}

// Hands the value on top to the innermost call.
void Expression::operand_of_call() {
  std::visit([&](auto& call) { call.operand(values_.back()); }, calls_.back());
  values_.pop_back();
}

void Expression::close_call(const Token& close) {
  pop();
  if (auto* call = std::get_if<CallBuilder>(&calls_.back())) {
    values_.push_back(call->finish(graph_, close.end));
  } else {
    values_.push_back(std::get<DefinedCall>(calls_.back()).finish(graph_, close.end));
  }
  calls_.pop_back();
  want_operand_ = false;
}

bool Expression::continuation() {
  switch (tokens_.peek().kind) {
    case Tok::op: break;
    case Tok::dot: attribute(); return true;
    case Tok::open_bracket: subscript(); return true;
    case Tok::kw_if: choice_if(); return true;
    case Tok::kw_else: choice_else(); return true;
    case Tok::comma: return comma();
    case Tok::close_paren: return close_paren();
    default: return stop();
  }
  const std::string_view text = tokens_.text(tokens_.peek());
  if (const Operator* op = ir::find_operator(ir::kInfixOperators, text)) {
    infix(*op);
    return true;
  }
  for (const Foreign& f : kForeign) {
    if (f.text == text) {
      throw Error(ErrorCode::syntax, std::string(f.message), tokens_.peek().span(),
                  std::string(f.hint));
    }
  }
  throw Error(ErrorCode::internal, "an operator without a meaning", tokens_.peek().span());
}

void Expression::infix(const Operator& op) {
  const Span span = tokens_.next().span();
  want_operand_ = true;
  if (op.precedence == Precedence::comparison && compare(op, span)) return;
  const bool to_the_right = op.precedence == Precedence::power;
  reduce(to_the_right ? ir::tighter(op.precedence) : op.precedence);
  push({.kind = Frame::Kind::infix, .span = span, .op = &op});
}

// Continues a chain: in "a < b < c", b stays as the left operand of the second comparison.
bool Expression::compare(const Operator& op, Span span) {
  reduce(ir::tighter(Precedence::comparison));
  if (!top_is(Frame::Kind::infix) || frames_.back().op->precedence != Precedence::comparison) {
    return false;
  }
  Frame& frame = frames_.back();
  const Value right = values_.back();
  values_.pop_back();
  const Span whole{values_.back().span.begin, right.span.end};
  NodeId node = graph_.binary(frame.op->op, values_.back().node, right.node, whole);
  if (frame.chain != kNoNode) node = graph_.binary(Op::logical_and, frame.chain, node, whole);
  frame.chain = node;
  frame.op = &op;
  frame.span = span;
  values_.back() = {right.node, whole};
  return true;
}

void Expression::choice_if() {
  const Span span = tokens_.peek().span();
  reduce(ir::tighter(Precedence::choice));
  if (top_is(Frame::Kind::choice_if)) {
    throw Error(ErrorCode::syntax, "'if' inside the condition of another", span,
                "put one of them in parentheses");
  }
  tokens_.next();
  push({.kind = Frame::Kind::choice_if, .span = span});
  want_operand_ = true;
}

void Expression::choice_else() {
  const Span span = tokens_.peek().span();
  reduce(ir::tighter(Precedence::choice));
  if (!top_is(Frame::Kind::choice_if)) {
    throw Error(ErrorCode::syntax, "'else' without 'if'", span, "write 'x if condition else y'");
  }
  tokens_.next();
  frames_.back().kind = Frame::Kind::choice_else;
  want_operand_ = true;
}

void Expression::subscript() {
  ir::ViewSpec spec = parse_subscript(tokens_);
  Value& x = values_.back();
  const Span span{x.span.begin, tokens_.previous().end};
  x = {graph_.view(x.node, std::move(spec), span), span};
}

bool Expression::comma() {
  reduce(Precedence::choice);
  if (frames_.empty()) return false;
  if (!top_is(Frame::Kind::call)) {
    throw Error(ErrorCode::syntax, "a tuple is not a value", tokens_.peek().span(),
                "several results are written without parentheses: 'a, b'");
  }
  tokens_.next();
  operand_of_call();
  argument();
  return true;
}

bool Expression::close_paren() {
  reduce(Precedence::choice);
  if (frames_.empty()) {
    throw Error(ErrorCode::syntax, "')' was never opened", tokens_.peek().span());
  }
  const Token close = tokens_.next();
  if (top_is(Frame::Kind::call)) {
    operand_of_call();
    close_call(close);
    return true;
  }
  values_.back().span = {frames_.back().span.begin, close.end};
  pop();
  return true;
}

// Ends the expression where nothing is left open, or says what is wrong with the token.
bool Expression::stop() {
  const Token token = tokens_.peek();
  tokens_.check();
  reduce(Precedence::choice);
  const bool ends = token.kind == Tok::end || token.kind == Tok::separator;
  if (ends && frames_.empty()) return false;
  if (ends) throw Error(ErrorCode::syntax, std::string(kNeverClosed), frames_.back().span);
  const std::string text = in_quotes(tokens_.text(token));
  std::string hint;
  if (token.kind == Tok::close_bracket) {
    throw Error(ErrorCode::syntax,
                frames_.empty() ? "']' was never opened" : "'(' is closed by ']'", token.span());
  }
  if (text == "'is'") {
    hint = "write '==' to compare";
  } else if (token.kind == Tok::assign) {
    hint = "a binding is 'name = expression' on its own; '==' compares";
  } else if (token.kind != Tok::colon && token.kind != Tok::ellipsis) {
    hint = "an operator is missing before it";
  }
  throw Error(ErrorCode::syntax, "unexpected " + text, token.span(), hint);
}

void Expression::push(Frame frame) {
  const bool nests = frame.kind != Frame::Kind::infix || frame.op->precedence == Precedence::power;
  if (nests && ++depth_ > ir::kMaxDepth) {
    throw Error(ErrorCode::limit,
                "the expression is nested deeper than " + std::to_string(ir::kMaxDepth) + " levels",
                frame.span, "bind sub-expressions to names: 'd = a - b; sum(d)'");
  }
  frames_.push_back(frame);
}

void Expression::pop() {
  const Frame& frame = frames_.back();
  if (frame.kind != Frame::Kind::infix || frame.op->precedence == Precedence::power) --depth_;
  frames_.pop_back();
}

// Completes every waiting operator that binds at least as tightly.
void Expression::reduce(Precedence loosest) {
  while (!frames_.empty()) {
    const Frame frame = frames_.back();
    switch (frame.kind) {
      case Frame::Kind::paren:
      case Frame::Kind::call: return;
      case Frame::Kind::prefix:
      case Frame::Kind::infix:
        if (frame.op->precedence < loosest) return;
        break;
      case Frame::Kind::choice_if:
        if (loosest > Precedence::choice) return;
        throw Error(ErrorCode::syntax, "'if' without 'else'", frame.span,
                    "write 'x if condition else y'");
      case Frame::Kind::choice_else:
        if (loosest > Precedence::choice) return;
        break;
    }
    pop();
    apply(frame);
  }
}

void Expression::apply(const Frame& frame) {
  if (frame.kind == Frame::Kind::prefix) return apply_prefix(frame);
  const Value right = values_.back();
  values_.pop_back();
  const Value middle = values_.back();
  if (frame.kind == Frame::Kind::choice_else) {
    values_.pop_back();
    const Span span{values_.back().span.begin, right.span.end};
    const NodeId x = values_.back().node;
    values_.back() = {graph_.ternary(Op::where, middle.node, x, right.node, span), span};
    return;
  }
  const Span span{middle.span.begin, right.span.end};
  if (frame.op->op == Op::contract) {
    values_.back() = {graph_.contract({}, middle.node, right.node, span), span};
    return;
  }
  NodeId node = graph_.binary(frame.op->op, middle.node, right.node, span);
  if (frame.chain != kNoNode) node = graph_.binary(Op::logical_and, frame.chain, node, span);
  values_.back() = {node, span};
}

void Expression::apply_prefix(const Frame& frame) {
  Value& x = values_.back();
  const Span span{frame.span.begin, x.span.end};
  // A minus before a literal is part of it: typing sees the constant -5 and its own range.
  if (frame.op->op == Op::negative) {
    if (const auto literal = negated(graph_, x.node, span)) {
      x = {*literal, span};
      return;
    }
  }
  x = {graph_.unary(frame.op->op, x.node, span), span};
}

}  // namespace tightloop::lang
