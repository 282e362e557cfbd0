// The lexer: one pass over the text, one token per step, strict about encoding and control
// characters everywhere, comments included.
#include "lang/lexer.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "ir/graph.hpp"

namespace tightloop::lang {
namespace {

constexpr std::size_t kMaxQuoted = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name_char(char c) {
  return is_name_start(c) || is_digit(c);
}

struct Spelling {
  std::string_view text;
  Tok kind;
};

// Longer spellings stand before their prefixes.
constexpr Spelling kSymbols[] = {
    {"...", Tok::ellipsis},   {"**", Tok::op},
    {"//", Tok::op},          {"<<", Tok::op},
    {">>", Tok::op},          {"<=", Tok::op},
    {">=", Tok::op},          {"==", Tok::op},
    {"!=", Tok::op},          {"&&", Tok::op},
    {"||", Tok::op},          {"+", Tok::op},
    {"-", Tok::op},           {"*", Tok::op},
    {"/", Tok::op},           {"%", Tok::op},
    {"<", Tok::op},           {">", Tok::op},
    {"&", Tok::op},           {"|", Tok::op},
    {"^", Tok::op},           {"~", Tok::op},
    {"!", Tok::op},           {"@", Tok::op},
    {"(", Tok::open_paren},   {")", Tok::close_paren},
    {"[", Tok::open_bracket}, {"]", Tok::close_bracket},
    {",", Tok::comma},        {":", Tok::colon},
    {".", Tok::dot},          {"=", Tok::assign},
    {";", Tok::separator},
};

constexpr Spelling kWords[] = {
    {"and", Tok::op},       {"or", Tok::op},          {"not", Tok::op},
    {"if", Tok::kw_if},     {"else", Tok::kw_else},   {"True", Tok::kw_true},
    {"None", Tok::kw_none}, {"False", Tok::kw_false},
};

/// Typographic characters that word processors put in place of ASCII.
struct Lookalike {
  char32_t value;
  std::string_view ascii;
};
constexpr Lookalike kLookalikes[] = {
    {0x2212, "-"},   {0x2013, "-"}, {0x2014, "-"},  {0xd7, "*"},     {0xb7, "*"},
    {0x22c5, "*"},   {0xf7, "/"},   {0x2264, "<="}, {0x2265, ">="},  {0x2260, "!="},
    {0x2018, "'"},   {0x2019, "'"}, {0x201c, "\""}, {0x201d, "\""},  {0x3c0, "pi"},
    {0x221e, "inf"}, {0xa0, " "},   {0x3000, " "},  {0x2026, "..."}, {0xff0c, ","},
};

std::string hex(unsigned value, int digits) {
  constexpr char digit[] = "0123456789abcdef";
  std::string text;
  for (int i = digits - 1; i >= 0; --i) text += digit[(value >> (4 * i)) & 0xf];
  return text;
}

class Lexer {
 public:
  Lexer(std::string_view source, std::vector<Token>& tokens) : source_(source), tokens_(tokens) {}

  void run() {
    while (at_ < source_.size()) step();
    push(Tok::end, at_);
  }

 private:
  char look(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  void push(Tok kind, std::size_t begin) {
    tokens_.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)});
  }

  void step() {
    const char c = look();
    if (c == ' ' || c == '\t') {
      ++at_;
    } else if (c == '\n' || c == '\r') {
      newline();
    } else if (c == '#') {
      comment();
    } else if (is_name_start(c)) {
      name();
    } else if (is_digit(c) || (c == '.' && is_digit(look(1)))) {
      number();
    } else if (c == '\'' || c == '"') {
      string();
    } else {
      symbol();
    }
  }

  void newline() {
    const std::size_t begin = at_;
    at_ += look() == '\r' && look(1) == '\n' ? 2 : 1;
    if (brackets_ == 0) push(Tok::separator, begin);
  }

  void comment() {
    while (at_ < source_.size() && look() != '\n' && look() != '\r') at_ += printable();
  }

  void name() {
    const std::size_t begin = at_;
    while (is_name_char(look())) ++at_;
    const std::string_view word = source_.substr(begin, at_ - begin);
    if (look() == '\'' || look() == '"') prefixed_string(begin, word);
    for (const Spelling& s : kWords) {
      if (s.text == word) return push(s.kind, begin);
    }
    push(Tok::name, begin);
  }

  [[noreturn]] void prefixed_string(std::size_t begin, std::string_view prefix) const {
    const Span span{begin, at_ + 1};
    if (prefix == "b" || prefix == "B") {
      throw Error(ErrorCode::syntax, "bytes literals are not supported", span,
                  "arrays of bytes have dtype uint8; compare with numbers");
    }
    throw Error(ErrorCode::syntax, "an operator is missing before the string", span,
                "strings have no prefix and only name dtypes: astype(x, 'float16')");
  }

  // Takes everything that could belong to the number; what it is worth is decided later.
  void number() {
    const std::size_t begin = at_;
    const char base = static_cast<char>(look(1) | 0x20);
    if (look() == '0' && (base == 'x' || base == 'o' || base == 'b')) {
      while (is_name_char(look())) ++at_;
      return push(Tok::number, begin);
    }
    digits();
    if (look() == '.') {
      ++at_;
      digits();
    }
    if ((look() | 0x20) == 'e') {
      const bool sign = look(1) == '+' || look(1) == '-';
      if (is_digit(look(sign ? 2 : 1))) at_ += sign ? 2 : 1;
    }
    while (is_name_char(look())) ++at_;
    push(Tok::number, begin);
  }

  void digits() {
    while (is_digit(look()) || look() == '_') ++at_;
  }

  void string() {
    const std::size_t begin = at_;
    const char quote = look();
    ++at_;
    while (look() != quote) {
      if (at_ >= source_.size() || look() == '\n' || look() == '\r') {
        throw Error(ErrorCode::syntax, "the string is not closed", {begin, at_});
      }
      if (look() == '\\') {
        throw Error(ErrorCode::syntax, "strings have no escapes", {at_, at_ + 1});
      }
      at_ += printable();
    }
    ++at_;
    push(Tok::string, begin);
  }

  void symbol() {
    const std::string_view rest = source_.substr(at_);
    for (const Spelling& s : kSymbols) {
      if (!rest.starts_with(s.text)) continue;
      const std::size_t begin = at_;
      at_ += s.text.size();
      if (s.kind == Tok::open_paren || s.kind == Tok::open_bracket) ++brackets_;
      const bool closes = s.kind == Tok::close_paren || s.kind == Tok::close_bracket;
      if (closes && brackets_ > 0) --brackets_;
      return push(s.kind, begin);
    }
    unexpected(printable());
  }

  /// Returns the size of the code point at the position. Throws for bytes that no text holds.
  std::size_t printable() const {
    const CodePoint c = decode_utf8(source_, at_);
    const unsigned byte = static_cast<unsigned char>(look());
    if (c.size == 0) {
      throw Error(ErrorCode::syntax, "byte 0x" + hex(byte, 2) + " is not valid UTF-8",
                  {at_, at_ + 1});
    }
    const bool control = c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0);
    if (control && c.value != '\t') {
      throw Error(ErrorCode::syntax, "the text contains the control character 0x" + hex(c.value, 2),
                  {at_, at_ + c.size});
    }
    return c.size;
  }

  [[noreturn]] void unexpected(std::size_t size) const {
    const Span span{at_, at_ + size};
    const char32_t value = decode_utf8(source_, at_).value;
    std::string message = "unexpected character '" + std::string(source_.substr(at_, size)) + "'";
    if (value < 0x80) {
      const bool brace = value == '{' || value == '}';
      throw Error(ErrorCode::syntax, message, span,
                  value == '\\'  ? "an expression in parentheses may span lines"
                  : value == '?' ? "write 'x if condition else y'"
                  : brace        ? "use parentheses"
                                 : "");
    }
    message += " (U+";
    std::string digits = hex(value, value > 0xffff ? 6 : 4);
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    message += digits + ")";
    for (const Lookalike& l : kLookalikes) {
      if (l.value == value) {
        throw Error(ErrorCode::syntax, message, span, "did you mean " + in_quotes(l.ascii) + "?");
      }
    }
    throw Error(ErrorCode::syntax, message, span,
                "names consist of the letters a-z and A-Z, digits and '_'");
  }

  std::string_view source_;
  std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  std::size_t brackets_ = 0;
};

}  // namespace

TokenStream::TokenStream(std::string_view source) : source_(source) {
  if (source.size() > ir::kMaxSource) {
    throw Error(ErrorCode::limit,
                "the text has " + std::to_string(source.size()) + " bytes, more than " +
                    std::to_string(ir::kMaxSource),
                {ir::kMaxSource, ir::kMaxSource + 1});
  }
  try {
    Lexer(source, tokens_).run();
  } catch (const Error& error) {
    error_ = error;
    const auto begin = static_cast<std::uint32_t>(error.span().begin);
    tokens_.push_back({Tok::bad, begin, static_cast<std::uint32_t>(error.span().end)});
  }
}

const Token& TokenStream::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token TokenStream::next() {
  const Token token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool TokenStream::accept(Tok kind) {
  if (!at(kind)) return false;
  next();
  return true;
}

bool TokenStream::at_operator(std::string_view spelling) const {
  return at(Tok::op) && text(peek()) == spelling;
}

Span TokenStream::argument_span(std::size_t position) const {
  std::size_t depth = 0;
  std::size_t i = position;
  for (; i < tokens_.size(); ++i) {
    const Tok kind = tokens_[i].kind;
    if (kind == Tok::bad) throw Error(*error_);
    if (kind == Tok::end || kind == Tok::separator) break;
    if (depth == 0 && kind == Tok::comma) break;
    if (kind == Tok::open_paren || kind == Tok::open_bracket) ++depth;
    if (kind == Tok::close_paren || kind == Tok::close_bracket) {
      if (depth == 0) break;
      --depth;
    }
  }
  if (i == position) return tokens_[i].span();
  return {tokens_[position].begin, tokens_[i - 1].end};
}

std::string TokenStream::excerpt(Span span, std::string_view stand_in) const {
  const std::string_view part = text(span);
  const bool fits = part.size() <= 30 && part.find_first_of("\n\r") == std::string_view::npos;
  return std::string(fits ? part : stand_in);
}

void TokenStream::check() const {
  if (at(Tok::bad)) throw Error(*error_);
}

void TokenStream::fail(std::string message, std::string hint) const {
  check();
  const Token& token = peek();
  message += ", found ";
  if (token.kind == Tok::end) {
    message += "the end of the text";
  } else if (token.kind == Tok::separator && text(token) != ";") {
    message += "the end of the line";
  } else {
    message += in_quotes(text(token));
  }
  throw Error(ErrorCode::syntax, std::move(message), token.span(), std::move(hint));
}

std::string in_quotes(std::string_view text) {
  if (text.size() <= kMaxQuoted) return "'" + std::string(text) + "'";
  std::size_t keep = kMaxQuoted - 3;
  while (keep > 0 && is_utf8_tail(text[keep])) --keep;
  return "'" + std::string(text.substr(0, keep)) + "...'";
}

}  // namespace tightloop::lang
