// An operand is a name, a number or something in brackets, with what may follow it.
#include "asked_attributes.hpp"

#include <algorithm>

#include "summary.hpp"
#include "tightloop/language.hpp"

namespace tightloop::tool {
namespace {

std::string_view text_of(std::string_view text, const Token& token) {
  return text.substr(token.span.begin, token.span.end - token.span.begin);
}

/// True where the tokens [begin, end) are one operand, not two with an operator between them.
bool is_operand(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  std::size_t depth = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const TokenKind kind = tokens[i].kind;
    if (kind == TokenKind::open) ++depth;
    if (kind == TokenKind::close && depth > 0) {
      --depth;
      continue;
    }
    const bool part = kind == TokenKind::name || kind == TokenKind::dot || kind == TokenKind::open;
    if (depth == 0 && !part) return false;
  }
  return begin < end && depth == 0;
}

AskedResult asked(std::string_view text, const std::vector<Token>& tokens, std::size_t begin,
                  std::size_t end) {
  AskedResult out{AskedResult::What::value, {tokens[begin].span.begin, tokens[end - 1].span.end}};
  if (end < begin + 3 || tokens[end - 2].kind != TokenKind::dot) return out;
  const std::string_view last = text_of(text, tokens[end - 1]);
  if ((last != "shape" && last != "dtype") || !is_operand(tokens, begin, end - 2)) return out;
  out.what = last == "shape" ? AskedResult::What::shape : AskedResult::What::dtype;
  out.span.end = tokens[end - 3].span.end;
  return out;
}

}  // namespace

bool AskedResults::any() const {
  return std::any_of(results.begin(), results.end(), [](const AskedResult& result) {
    return result.what != AskedResult::What::value;
  });
}

AskedResults asked_results(std::string_view text) {
  AskedResults out;
  const std::vector<Token> tokens = tokenize(text);
  std::size_t end = tokens.size();
  while (end > 0 && tokens[end - 1].kind == TokenKind::separator) --end;
  std::size_t begin = end;
  while (begin > 0 && tokens[begin - 1].kind != TokenKind::separator) --begin;
  if (begin == end) return out;
  out.begin = tokens[begin].span.begin;
  std::size_t depth = 0;
  for (std::size_t i = begin; i <= end; ++i) {
    const bool stops = i == end || (depth == 0 && tokens[i].kind == TokenKind::comma);
    if (stops && i > begin) out.results.push_back(asked(text, tokens, begin, i));
    if (stops) begin = i + 1;
    if (i == end) break;
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && depth > 0) --depth;
  }
  return out;
}

std::string attribute_text(AskedResult::What what, const ResultType& type) {
  return what == AskedResult::What::shape ? shape_text(type.shape) : std::string(name(type.dtype));
}

}  // namespace tightloop::tool
