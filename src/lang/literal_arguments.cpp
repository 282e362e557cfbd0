// The arguments of a call that are literals and not expressions: axes, flags, numbers, dtypes,
// shapes and subscripts.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "lang/calls.hpp"
#include "lang/dtype_names.hpp"
#include "lang/number.hpp"
#include "lang/scope.hpp"
#include "lang/suggest.hpp"
#include "types/dtype_text.hpp"

namespace tightloop::lang {
namespace {

bool ends_argument(const TokenStream& tokens) {
  return tokens.at(Tok::comma) || tokens.at(Tok::close_paren);
}

bool at_tuple(const TokenStream& tokens) {
  return tokens.at(Tok::open_paren) || tokens.at(Tok::open_bracket);
}

/// Reads "(1, 2)", "(1,)" or "()", or the same in square brackets. Stays where the text is no tuple
/// of integers.
std::optional<std::vector<std::int64_t>> integer_tuple(TokenStream& tokens) {
  const std::size_t begin = tokens.position();
  const Token open = tokens.next();
  std::vector<std::int64_t> list;
  while (const auto value = integer_literal(tokens)) {
    list.push_back(*value);
    if (list.size() > static_cast<std::size_t>(kMaxRank)) {
      throw Error(ErrorCode::limit,
                  "a tuple of more than " + std::to_string(kMaxRank) + " integers",
                  {open.begin, tokens.peek().begin}, "arrays have at most so many dimensions");
    }
    if (!tokens.accept(Tok::comma)) break;
  }
  const Tok close = open.kind == Tok::open_paren ? Tok::close_paren : Tok::close_bracket;
  if (tokens.accept(close)) return list;
  tokens.rewind(begin);
  return std::nullopt;
}
}  // namespace

void CallBuilder::literal(TokenStream& tokens, std::string_view parameter) {
  given_.push_back(parameter);
  if (parameter == "axis") return axis(tokens);
  if (parameter == "keepdims") return keepdims(tokens);
  if (parameter == "ddof") return ddof(tokens);
  if (parameter == "dtype") return dtype(tokens);
  if (parameter == "axes") return axes(tokens);
  if (parameter == "decimals") return decimals(tokens);
  shape(tokens);
}

void CallBuilder::not_literal(const TokenStream& tokens, std::size_t begin,
                              std::string_view wanted) const {
  const Span span = tokens.argument_span(begin);
  const bool pair = (callee_.op == Op::min || callee_.op == Op::max) && positional_ == 2 &&
                    !keywords_ && operands_.size() == 1;
  std::string hint;
  if (pair && span.end > span.begin) {
    hint = "write " + std::string(callee_.op == Op::min ? "minimum(" : "maximum(") +
           tokens.excerpt(operands_[0].span, "x") + ", " + tokens.excerpt(span, "y") + ")";
  }
  throw Error(ErrorCode::type,
              "the " + std::string(given_.back()) + " of " + std::string(name_) + " must be " +
                  std::string(wanted),
              span, hint);
}

void CallBuilder::end_of_literal(const TokenStream& tokens, std::size_t begin,
                                 std::string_view wanted) const {
  if (ends_argument(tokens)) return;
  const bool unfinished = tokens.at(Tok::end) || tokens.at(Tok::separator) || tokens.at(Tok::bad);
  if (unfinished) tokens.fail("expected ',' or ')'");
  not_literal(tokens, begin, wanted);
}

void CallBuilder::axis(TokenStream& tokens) {
  constexpr std::string_view wanted = "None, an integer or a tuple of integers";
  const std::size_t begin = tokens.position();
  if (tokens.accept(Tok::kw_none)) {
    reduce_.all = true;
  } else if (at_tuple(tokens)) {
    auto list = integer_tuple(tokens);
    if (!list) not_literal(tokens, begin, wanted);
    reduce_.all = false;
    reduce_.axes = std::move(*list);
  } else {
    const auto value = integer_literal(tokens);
    if (!value) not_literal(tokens, begin, wanted);
    reduce_.all = false;
    reduce_.axes = {*value};
    if (!operands_.empty()) {
      pair_text_ = "(" + tokens.excerpt(operands_[0].span, "x") + ", " +
                   tokens.excerpt(tokens.argument_span(begin), "y") + ")";
    }
  }
  end_of_literal(tokens, begin, wanted);
}

void CallBuilder::axes(TokenStream& tokens) {
  constexpr std::string_view wanted = "None, integers or one tuple of integers";
  const std::size_t begin = tokens.position();
  if (at_tuple(tokens)) {
    auto list = integer_tuple(tokens);
    if (!list) not_literal(tokens, begin, wanted);
    dims_ = std::move(*list);
    tuple_dims_ = true;
  } else if (!tokens.accept(Tok::kw_none)) {
    const auto value = integer_literal(tokens);
    if (!value) not_literal(tokens, begin, wanted);
    dims_.push_back(*value);
  }
  end_of_literal(tokens, begin, wanted);
  if (dims_.size() > static_cast<std::size_t>(kMaxRank)) {
    throw Error(ErrorCode::limit, "more than " + std::to_string(kMaxRank) + " axes",
                tokens.argument_span(begin));
  }
}

void CallBuilder::decimals(TokenStream& tokens) {
  constexpr std::int64_t kMost = 300;
  const std::string wanted = "an integer from -300 to 300";
  const std::size_t begin = tokens.position();
  const auto value = integer_literal(tokens);
  if (!value || *value < -kMost || *value > kMost) not_literal(tokens, begin, wanted);
  end_of_literal(tokens, begin, wanted);
  decimals_ = *value;
}

void CallBuilder::keepdims(TokenStream& tokens) {
  constexpr std::string_view wanted = "True or False";
  const std::size_t begin = tokens.position();
  reduce_.keepdims = tokens.at(Tok::kw_true);
  if (!tokens.accept(Tok::kw_true) && !tokens.accept(Tok::kw_false)) {
    not_literal(tokens, begin, wanted);
  }
  end_of_literal(tokens, begin, wanted);
}

void CallBuilder::ddof(TokenStream& tokens) {
  constexpr std::string_view wanted = "a number";
  const std::size_t begin = tokens.position();
  const bool negative = tokens.at_operator("-");
  if (negative || tokens.at_operator("+")) tokens.next();
  const Token token = tokens.peek();
  if (token.kind != Tok::number) not_literal(tokens, begin, wanted);
  const Number value = parse_number(tokens.text(token), token.span());
  tokens.next();
  end_of_literal(tokens, begin, wanted);
  const auto* whole = std::get_if<BigInteger>(&value);
  const auto* scalar = std::get_if<Scalar>(&value);
  if (scalar != nullptr && is_complex(scalar->dtype)) not_literal(tokens, begin, wanted);
  const double size = whole != nullptr ? whole->to_double() : scalar->as<double>();
  if (!std::isfinite(size)) not_literal(tokens, begin, "a finite number");
  reduce_.ddof = negative ? -size : size;
}

void CallBuilder::dtype(TokenStream& tokens) {
  constexpr std::string_view wanted = "the name of a dtype";
  const std::size_t begin = tokens.position();
  if (is_module(tokens.text(tokens.peek())) && tokens.peek(1).kind == Tok::dot) {
    tokens.next();
    tokens.next();
  }
  const Token token = tokens.peek();
  if (token.kind != Tok::name && token.kind != Tok::string) not_literal(tokens, begin, wanted);
  tokens.next();
  end_of_literal(tokens, begin, wanted);
  std::string_view text = tokens.text(token);
  if (token.kind == Tok::string) text = text.substr(1, text.size() - 2);
  // A letter could be a name; in quotes it is none.
  if (token.kind == Tok::string || text.size() > 1) target_ = types::dtype_of_text(text);
  if (!target_) {
    const std::string near = suggest(text, dtype_names(), "dtypes");
    throw Error(ErrorCode::name, "unknown dtype " + in_quotes(text), token.span(),
                near.starts_with("did") ? near : types::dtype_list());
  }
}

void CallBuilder::subscripts(TokenStream& tokens) {
  const std::size_t begin = tokens.position();
  given_.push_back("subscripts");
  const Token token = tokens.peek();
  if (token.kind != Tok::string) not_literal(tokens, begin, "a string such as 'ij,jk->ik'");
  tokens.next();
  end_of_literal(tokens, begin, "one string");
  subscripts_ = token;
  subscript_text_ = tokens.text(token);
}

void CallBuilder::shape(TokenStream& tokens) {
  constexpr std::string_view wanted = "integers or one tuple of integers";
  const std::size_t begin = tokens.position();
  if (at_tuple(tokens)) {
    auto list = integer_tuple(tokens);
    if (!list) not_literal(tokens, begin, wanted);
    dims_ = std::move(*list);
    tuple_dims_ = true;
  } else {
    const auto value = integer_literal(tokens);
    if (!value) not_literal(tokens, begin, wanted);
    dims_.push_back(*value);
  }
  end_of_literal(tokens, begin, wanted);
  check_shape(tokens.argument_span(begin));
}

void CallBuilder::check_shape(Span span) const {
  if (dims_.size() > static_cast<std::size_t>(kMaxRank)) {
    throw Error(ErrorCode::limit,
                "a shape of more than " + std::to_string(kMaxRank) + " dimensions", span);
  }
  const bool may_infer = callee_.view == ir::ViewSpec::Kind::reshape;
  int unknown = 0;
  for (const std::int64_t d : dims_) {
    if (d == -1) ++unknown;
    if (d < -1 || (d == -1 && !may_infer)) {
      throw Error(ErrorCode::value, "the shape has a negative extent " + std::to_string(d), span);
    }
  }
  if (unknown > 1) {
    throw Error(ErrorCode::value, "the shape has more than one unknown extent -1", span);
  }
}

}  // namespace tightloop::lang
