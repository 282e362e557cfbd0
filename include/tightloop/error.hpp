// The one exception type that a user of the library can meet, and the place in the text it names.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#if defined(__GNUC__)
#define TIGHTLOOP_API __attribute__((visibility("default")))
#else
#define TIGHTLOOP_API
#endif

namespace tightloop {

/// Says which family of mistake an Error reports.
enum class ErrorCode : unsigned char {
  syntax,       ///< the text is not an expression
  name,         ///< an unknown variable, function, dtype or keyword
  type,         ///< an operation that has no meaning for these dtypes, or a refused cast
  shape,        ///< shapes that do not broadcast, an axis out of range, a wrong destination
  value,        ///< a bad argument value (a missing input, a negative count, ...)
  overflow,     ///< an integer result past 64 bits, or an element that its destination cannot hold
  arithmetic,   ///< an event that Options::raise names
  file,         ///< a file that cannot be read, understood or written
  limit,        ///< a hard limit (text length, nesting, nodes, inputs, rank) was passed
  unsupported,  ///< valid, but no engine in this process can run it
  memory,       ///< memory could not be had
  stopped,      ///< Options::stop ended the evaluation
  internal,     ///< our bug, never the caller's mistake
};

/// Names a half-open range of bytes [begin, end) of the source text. Empty when there is none.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// Reports a user's mistake (or, with ErrorCode::internal, ours). Immutable, copyable without
/// throwing surprises, safe to pass between threads.
class TIGHTLOOP_API Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, Span span = {}, std::string hint = {});
  ~Error() override;
  Error(const Error&);
  Error& operator=(const Error&);

  /// Returns the message and the hint in one line: "unknown variable 'aa'; did you mean 'a'?".
  const char* what() const noexcept override;
  ErrorCode code() const noexcept { return code_; }
  /// Returns the message alone ("unknown variable 'aa'").
  const std::string& message() const noexcept { return message_; }
  /// Returns the bytes of source() that the message is about; begin == end where there are none.
  Span span() const noexcept { return span_; }
  /// Returns the hint alone ("did you mean 'a'?"), or an empty string.
  const std::string& hint() const noexcept { return hint_; }
  /// Returns the expression that was being evaluated, or an empty string.
  const std::string& source() const noexcept { return source_; }
  /// Returns the message, the source line and a caret under the span, over several lines without
  /// a final newline. Long lines are cut around the caret.
  std::string picture() const;
  /// Attaches the source text; the library does this before the error leaves it.
  void set_source(std::string_view source);

 private:
  std::string message_;
  std::string hint_;
  std::string what_;
  std::string source_;
  Span span_;
  ErrorCode code_;
};

/// Returns the lower-case name of a code ("syntax", "shape", ...). The string is static.
TIGHTLOOP_API const char* to_string(ErrorCode code) noexcept;

}  // namespace tightloop
