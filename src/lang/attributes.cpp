// Calls by name and what stands after a '.': methods are the functions with the value before the
// point as their first argument; "np." before a function says nothing.
#include <string>
#include <utility>

#include "lang/absent.hpp"
#include "lang/expression.hpp"

namespace tightloop::lang {
namespace {

using ir::NodeId;
using ViewKind = ir::ViewSpec::Kind;

constexpr std::string_view kAttributes =
    "the attributes are .T, .real, .imag, .size, .ndim and .shape[0]; functions are methods, too";

}  // namespace

/// Takes a name, without a module's name before it.
Token Expression::unprefixed() {
  Token token = tokens_.next();
  const std::string_view text = tokens_.text(token);
  const bool prefix = is_module(text) && tokens_.at(Tok::dot) && tokens_.peek(1).kind == Tok::name;
  if (!prefix || scope_.find(text, token.span(), graph_) != ir::kNoNode) return token;
  tokens_.next();
  token = tokens_.next();
  const bool inner =
      tokens_.text(token) == "linalg" && tokens_.at(Tok::dot) && tokens_.peek(1).kind == Tok::name;
  if (!inner) return token;
  tokens_.next();
  return tokens_.next();
}

void Expression::open_call(const Token& name, const Value* receiver) {
  const std::string_view text = tokens_.text(name);
  const Functions& functions = scope_.functions();
  if (is_function(text)) {
    calls_.emplace_back(std::in_place_type<CallBuilder>, tokens_, name);
  } else if (const Definition* definition = functions.find(text)) {
    calls_.emplace_back(std::in_place_type<DefinedCall>, *definition, name.span(),
                        *functions.budget);
  } else if (receiver == nullptr && scope_.find(text, name.span(), graph_) != ir::kNoNode) {
    throw Error(ErrorCode::name, in_quotes(text) + " is a value, not a function", name.span(),
                "a product needs an operator: '*'");
  } else {
    unknown_function(text, name.span(), functions.names());
  }
  if (receiver != nullptr) {
    std::visit([&](auto& call) { call.receive(*receiver); }, calls_.back());
  }
  push({.kind = Frame::Kind::call, .span = tokens_.next().span()});
  argument();
}

void Expression::method(const Token& name) {
  const std::string_view text = tokens_.text(name);
  const Value x = values_.back();
  const std::string operand = tokens_.excerpt(x.span, "x");
  if (is_dtype_function(text)) {
    throw Error(ErrorCode::syntax, in_quotes(text) + " is a dtype, not a method", name.span(),
                "write " + operand + ".astype('" + std::string(text) + "')");
  }
  if (text == "einsum") {
    throw Error(ErrorCode::syntax, "einsum is no method: its subscripts come first", name.span(),
                "write einsum('...->...', " + operand + ") for it all");
  }
  values_.pop_back();
  open_call(name, &x);
}

void Expression::attribute() {
  const Token dot = tokens_.next();
  if (!tokens_.at(Tok::name)) tokens_.fail("expected a name after '.'");
  const Token token = tokens_.next();
  if (tokens_.at(Tok::open_paren)) return method(token);
  const std::string_view text = tokens_.text(token);
  const Value x = values_.back();
  const Value found = attribute_value(text, x, {x.span.begin, token.end});
  if (found.node != ir::kNoNode) {
    values_.back() = found;
    return;
  }
  const Span culprit{dot.begin, token.end};
  const std::string shown = in_quotes("." + std::string(text));
  if (text == "dtype") {
    throw Error(ErrorCode::type, "a dtype is no value of an expression", culprit,
                "alone, x.dtype is printed by the program and the session");
  }
  if (is_function(text) || scope_.functions().find(text) != nullptr) {
    throw Error(ErrorCode::name, shown + " is a method", culprit,
                "write " + tokens_.excerpt(x.span, "x") + "." + std::string(text) + "()");
  }
  throw Error(ErrorCode::name, "unknown attribute " + shown, culprit, std::string(kAttributes));
}

/// Returns a value without a node for a name that is no attribute.
Value Expression::attribute_value(std::string_view name, const Value& x, Span span) {
  if (name == "T") return {graph_.view(x.node, {ViewKind::transpose, {}, {}}, span), span};
  if (name == "real") return {graph_.unary(Op::real, x.node, span), span};
  if (name == "imag") return {graph_.unary(Op::imag, x.node, span), span};
  if (name == "size") return {graph_.extent(x.node, {}, span), span};
  if (name == "ndim") {
    const NodeId axes = graph_.view(x.node, {ViewKind::rank, {}, {}}, span);
    return {graph_.extent(axes, {}, span), span};
  }
  if (name == "shape") return extent_of_axis(x, span);
  return {};
}

/// Reads the subscript of "x.shape[0]".
Value Expression::extent_of_axis(const Value& x, Span span) {
  const std::size_t begin = tokens_.position();
  std::optional<std::int64_t> axis;
  if (tokens_.accept(Tok::open_bracket)) axis = integer_literal(tokens_);
  if (axis && tokens_.accept(Tok::close_bracket)) {
    span.end = tokens_.previous().end;
    return {graph_.extent(x.node, {false, false, {*axis}}, span), span};
  }
  tokens_.rewind(begin);
  throw Error(ErrorCode::type, "a shape is no value of an expression", span,
              "write " + tokens_.excerpt(x.span, "x") + ".shape[0] for the extent of one axis");
}

}  // namespace tightloop::lang
