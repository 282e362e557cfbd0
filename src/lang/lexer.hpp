// Text to tokens, and the cursor from which the parser takes them. A token is a kind and the bytes
// it covers; a character that starts none ends the list with a token that carries the error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/error.hpp"

namespace tightloop::lang {

enum class Tok : std::uint8_t {
  end,
  separator,  ///< ';' or a newline outside brackets
  name,
  number,
  string,
  op,  ///< an operator, "and", "or" and "not" too
  open_paren,
  close_paren,
  open_bracket,
  close_bracket,
  comma,
  colon,
  dot,
  ellipsis,
  assign,
  kw_if,
  kw_else,
  kw_true,
  kw_false,
  kw_none,
  bad,  ///< the text is no token here; the stream holds the error
};

struct Token {
  Tok kind = Tok::end;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  Span span() const { return {begin, end}; }
};

/// Holds the tokens of a text and a position among them. The text must outlive the stream.
class TokenStream {
 public:
  /// Reads the whole text; linear in its length. Throws only Error(limit), for a text longer than
  /// ir::kMaxSource.
  explicit TokenStream(std::string_view source);

  /// Returns the token `ahead` of the position; past the end, the last one.
  const Token& peek(std::size_t ahead = 0) const;
  /// Returns the token at the position and steps over it; never steps past the last one.
  Token next();
  /// Returns the token before the position; there must be one.
  const Token& previous() const { return tokens_[at_ - 1]; }
  bool at(Tok kind) const { return peek().kind == kind; }
  bool accept(Tok kind);
  bool at_operator(std::string_view text) const;

  std::string_view text(Span span) const {
    return source_.substr(span.begin, span.end - span.begin);
  }
  std::string_view text(const Token& token) const { return text(token.span()); }
  /// Returns the text for a hint, or a stand-in where it is long.
  std::string excerpt(Span span, std::string_view stand_in) const;
  std::string_view source() const { return source_; }

  std::size_t position() const { return at_; }
  void rewind(std::size_t position) { at_ = position; }
  /// Returns the bytes from the token at `position` to the end of the argument it is in.
  Span argument_span(std::size_t position) const;

  /// Throws the syntax error for the token at the position: the lexer's own, or "<message>, found
  /// <token>".
  [[noreturn]] void fail(std::string message, std::string hint = {}) const;
  /// Throws the lexer's error if that is what the position is at.
  void check() const;

 private:
  std::string_view source_;
  std::vector<Token> tokens_;
  std::optional<Error> error_;
  std::size_t at_ = 0;
};

/// Returns the text in single quotes, cut to a length that fits a message.
std::string in_quotes(std::string_view text);

}  // namespace tightloop::lang
