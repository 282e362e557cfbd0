// Inputs cut into assignments, definitions and expressions, by tokens alone.
#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "repl/binder.hpp"
#include "tightloop/language.hpp"

namespace tightloop::tool {
namespace {

std::string_view text_of(std::string_view source, const Token& token) {
  return source.substr(token.span.begin, token.span.end - token.span.begin);
}

/// Returns the number of the bracket that closes the one at `open`, among the tokens before `end`;
/// `end` where none does.
std::size_t closing(const std::vector<Token>& tokens, std::size_t open, std::size_t end) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < end; ++i) {
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && --depth == 0) return i;
  }
  return end;
}

/// Reads what stands before the expression of an assignment: "x", "a, b" or "x +". Returns the
/// number of the '='; `end` where the statement is none.
std::size_t assignment(const std::string& source, const std::vector<Token>& tokens,
                       std::size_t begin, std::size_t end, Statement& out) {
  std::size_t at = begin;
  std::vector<std::string> names;
  while (at < end && tokens[at].kind == TokenKind::name) {
    names.emplace_back(text_of(source, tokens[at++]));
    if (at >= end || tokens[at].kind != TokenKind::comma) break;
    ++at;
  }
  if (at < end && tokens[at].kind == TokenKind::assign && tokens[at - 1].kind == TokenKind::name) {
    out.names = std::move(names);
    return at;
  }
  constexpr std::string_view kOperators[] = {"+", "-", "*", "/", "//", "%", "**",
                                             "@", "&", "|", "^", "<<", ">>"};
  const bool one = names.size() == 1 && at == begin + 1 && at + 1 < end;
  if (!one || tokens[at].kind != TokenKind::op || tokens[at + 1].kind != TokenKind::assign ||
      tokens[at].span.end != tokens[at + 1].span.begin) {
    return end;
  }
  const std::string_view op = text_of(source, tokens[at]);
  if (std::find(std::begin(kOperators), std::end(kOperators), op) == std::end(kOperators)) {
    return end;
  }
  out.names = std::move(names);
  out.op = op;
  return at + 1;
}

/// Reads the statement of tokens [begin, end); true where it is a definition.
bool read_statement(const std::string& source, const std::vector<Token>& tokens, std::size_t begin,
                    std::size_t end, Statement& out) {
  out.span = {tokens[begin].span.begin, tokens[end - 1].span.end};
  if (tokens[begin].kind != TokenKind::name || begin + 1 >= end) return false;
  if (const std::size_t sign = assignment(source, tokens, begin, end, out); sign < end) {
    out.kind = Statement::Kind::assignment;
    out.target = {tokens[begin].span.begin, tokens[sign].span.begin};
    out.span.begin = sign + 1 < end ? tokens[sign + 1].span.begin : out.span.end;
    return false;
  }
  if (text_of(source, tokens[begin + 1]) != "(") return false;
  const std::size_t close = closing(tokens, begin + 1, end);
  const bool defines = close + 1 < end && tokens[close + 1].kind == TokenKind::assign;
  if (defines) {
    out.kind = Statement::Kind::definition;
    out.name = text_of(source, tokens[begin]);
  }
  return defines;
}

}  // namespace

std::vector<Statement> statements(const std::string& source) {
  std::vector<Statement> out;
  const std::vector<Token> tokens = tokenize(source);
  for (std::size_t begin = 0; begin < tokens.size(); ++begin) {
    if (tokens[begin].kind == TokenKind::separator) continue;
    std::size_t end = begin;
    while (end < tokens.size() && tokens[end].kind != TokenKind::separator) ++end;
    Statement statement;
    const bool last = read_statement(source, tokens, begin, end, statement);
    // What the lexer refuses, the library is to say why: it gets all the rest.
    if (last || tokens[end - 1].kind == TokenKind::bad) statement.span.end = source.size();
    if (last) statement.span.begin = out.empty() ? 0 : statement.span.begin;  // comments are doc
    out.push_back(statement);
    if (last) break;
    begin = end;
  }
  return out;
}

}  // namespace tightloop::tool
