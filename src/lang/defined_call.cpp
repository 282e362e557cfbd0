// Arguments of defined functions, by position and by name.
#include "lang/defined_call.hpp"

#include <string>

#include "lang/suggest.hpp"

namespace tightloop::lang {
namespace {

bool accept_sign(TokenStream& tokens) {
  const bool sign = tokens.at_operator("-") || tokens.at_operator("+");
  if (sign) tokens.next();
  return sign;
}

bool accept_number(TokenStream& tokens) {
  accept_sign(tokens);
  return tokens.accept(Tok::number);
}

/// "()", "(1,)" or "(1, 2)"; "(1)" is a number in parentheses.
bool accept_tuple(TokenStream& tokens) {
  if (!tokens.accept(Tok::open_paren)) return false;
  if (tokens.accept(Tok::close_paren)) return true;
  bool comma = false;
  while (!tokens.at(Tok::close_paren)) {
    if (!accept_number(tokens)) return false;
    if (!tokens.accept(Tok::comma)) break;
    comma = true;
  }
  return comma && tokens.accept(Tok::close_paren);
}

std::string hint_of(const Definition& definition) {
  return "the function is " + signature(definition);
}

}  // namespace

Span literal_span(TokenStream& tokens) {
  const std::size_t start = tokens.position();
  const std::size_t begin = tokens.peek().begin;
  for (const Tok word : {Tok::kw_none, Tok::kw_true, Tok::kw_false, Tok::string}) {
    if (tokens.accept(word)) return {begin, tokens.previous().end};
  }
  if (accept_number(tokens)) return {begin, tokens.previous().end};
  tokens.rewind(start);
  if (accept_tuple(tokens)) return {begin, tokens.previous().end};
  tokens.rewind(start);
  return {};
}

DefinedCall::DefinedCall(const Definition& definition, Span name, Budget& budget)
    : definition_(&definition),
      budget_(&budget),
      name_(name),
      arguments_(definition.parameters.size()) {}

bool DefinedCall::literal_argument(TokenStream& tokens) {
  const bool named = tokens.at(Tok::name) && tokens.peek(1).kind == Tok::assign;
  named ? choose_by_name(tokens) : choose_by_position(tokens);
  const std::size_t start = tokens.position();
  const Span span = literal_span(tokens);
  const bool all = tokens.at(Tok::comma) || tokens.at(Tok::close_paren);
  if (span == Span{} || !all) {
    tokens.rewind(start);
    return false;
  }
  arguments_[current_].literal = tokens.text(span);
  arguments_[current_].span = span;
  return true;
}

void DefinedCall::receive(const Value& value) {
  if (arguments_.empty()) {
    throw Error(ErrorCode::type, definition_->name + " takes no arguments", name_,
                hint_of(*definition_));
  }
  current_ = positional_++;
  operand(value);
  name_.begin = value.span.begin;
}

void DefinedCall::operand(const Value& value) {
  arguments_[current_].node = value.node;
  arguments_[current_].span = value.span;
}

void DefinedCall::choose_by_name(TokenStream& tokens) {
  const Token token = tokens.next();
  const std::string_view key = tokens.text(token);
  std::vector<std::string_view> names;
  for (const DefinedParameter& p : definition_->parameters) names.push_back(p.name);
  for (current_ = 0; current_ < names.size() && names[current_] != key;) ++current_;
  if (current_ == names.size()) {
    throw Error(ErrorCode::name, "unknown keyword " + in_quotes(key) + " of " + definition_->name,
                token.span(), suggest(key, names, "parameters"));
  }
  if (arguments_[current_].given()) {
    throw Error(ErrorCode::syntax, "argument " + in_quotes(key) + " is given twice", token.span(),
                hint_of(*definition_));
  }
  tokens.next();  // '='
  keywords_ = true;
}

void DefinedCall::choose_by_position(const TokenStream& tokens) {
  if (keywords_) {
    throw Error(ErrorCode::syntax, "a positional argument follows a keyword argument",
                tokens.argument_span(tokens.position()));
  }
  const std::size_t most = arguments_.size();
  if (positional_ == most) {
    throw Error(ErrorCode::type,
                definition_->name + " takes at most " + std::to_string(most) + " argument" +
                    (most == 1 ? "" : "s"),
                tokens.argument_span(tokens.position()), hint_of(*definition_));
  }
  current_ = positional_++;
}

Value DefinedCall::finish(ir::Graph& graph, std::size_t end) {
  const Span call{name_.begin, end};
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const DefinedParameter& p = definition_->parameters[i];
    if (!arguments_[i].given() && p.fallback.empty()) {
      throw Error(ErrorCode::type,
                  definition_->name + " lacks an argument for its parameter " + in_quotes(p.name),
                  call, hint_of(*definition_));
    }
  }
  return {expand(*definition_, arguments_, call, *budget_, graph), call};
}

}  // namespace tightloop::lang
