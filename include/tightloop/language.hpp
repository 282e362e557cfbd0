// The language as text: its tokens and the names of its functions, for programs that complete,
// explain or rewrite expressions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/dtype.hpp"
#include "tightloop/error.hpp"
#include "tightloop/list.hpp"

namespace tightloop {

enum class TokenKind : std::uint8_t {
  name,       ///< of a variable, a function, a keyword argument or an attribute
  number,     ///< as far as it could be one; what it is worth is not looked at
  string,     ///< with its quotes
  keyword,    ///< and, or, not, if, else, True, False, None
  op,         ///< an operator of punctuation, "**" for one
  open,       ///< "(" or "["
  close,      ///< ")" or "]"
  comma,      ///< ","
  dot,        ///< "."
  assign,     ///< "="
  separator,  ///< ";", or the end of a line outside brackets
  other,      ///< ":" or "..."
  bad,        ///< nothing of the language; no token follows it
};

/// A piece of a text: what it is, and its bytes.
struct Token {
  TokenKind kind = TokenKind::other;
  Span span;
};

namespace detail {
TIGHTLOOP_API List<Token> token_list(std::string_view text);
}

/// Splits a text into its tokens, without white space and comments. A text that is not of the
/// language is split as far as it goes and ends in a token of kind bad. Throws Error(limit) for a
/// text longer than 1 MiB. Thread-safe.
TIGHTLOOP_IN_CALLER std::vector<Token> tokenize(std::string_view text) {
  return detail::token_list(text);
}

/// Reads what names a dtype where only a dtype can stand: "float32", NumPy's "f4", "<f4" and
/// "single", ... Returns none for what names none. Thread-safe.
TIGHTLOOP_API std::optional<DType> find_dtype(std::string_view text);
/// Returns the list of dtypes for a message: "the dtypes are bool, int8, ...".
TIGHTLOOP_API std::string dtype_list();

/// Describes a built-in function.
struct FunctionInfo {
  List<std::string> names;  ///< its spellings, the canonical one first
  std::string signature;    ///< "sum(x, axis=None, keepdims=False, where=, initial=)"
  std::string doc;          ///< one line, without a full stop
};

namespace detail {
TIGHTLOOP_API List<FunctionInfo> builtin_function_list();
}

/// Returns all built-in functions: the rows of the op table, then conversions, views and products.
/// Those of the prelude, and the user's own, are what prelude() and Definitions::list() return.
TIGHTLOOP_IN_CALLER std::vector<FunctionInfo> builtin_functions() {
  return detail::builtin_function_list();
}

}  // namespace tightloop
