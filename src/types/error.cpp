// The exception type and its picture: message, source line with a caret, hint.
#include "tightloop/error.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace tightloop {
namespace {

constexpr std::size_t kColumns = 76;      // of source text shown
constexpr std::size_t kLeftContext = 36;  // columns kept before the caret of a long line
constexpr std::size_t kTabWidth = 4;
constexpr std::string_view kCut = "...";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

/// One line of the source, as byte positions.
struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t number = 1;
};

Line line_of(std::string_view source, std::size_t at) {
  if (at < source.size() && source[at] == '\n' && at > 0 && source[at - 1] == '\r') --at;
  Line line;
  for (std::size_t i = 0; i < at; ++i) {
    const bool pair = source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n';
    if (!is_line_end(source[i]) || pair) continue;
    line.begin = i + 1;
    ++line.number;
  }
  line.end = at;
  while (line.end < source.size() && !is_line_end(source[line.end])) ++line.end;
  return line;
}

/// What one code point looks like on a terminal.
struct Cell {
  std::string text;
  std::size_t columns = 1;
  std::size_t bytes = 1;
};

bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xff00 && c <= 0xff60) || (c >= 0x1f300 && c <= 0x1faff) ||
         (c >= 0x20000 && c <= 0x3fffd);
}

// Control and text-direction characters could rearrange the reader's terminal.
bool is_unprintable(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

Cell cell_at(std::string_view source, std::size_t at) {
  if (source[at] == '\t') return {std::string(kTabWidth, ' '), kTabWidth, 1};
  const CodePoint c = decode_utf8(source, at);
  if (c.size == 0) return {std::string(kReplacement), 1, 1};
  if (is_unprintable(c.value)) return {std::string(kReplacement), 1, c.size};
  return {std::string(source.substr(at, c.size)), is_wide(c.value) ? 2U : 1U, c.size};
}

/// Steps back over at most `columns` columns of the line, never into the middle of a code point.
std::size_t step_back(std::string_view source, const Line& line, std::size_t at,
                      std::size_t columns) {
  while (at > line.begin) {
    std::size_t previous = at - 1;
    while (previous > line.begin && at - previous < 4 && is_utf8_tail(source[previous])) --previous;
    if (cell_at(source, previous).bytes != at - previous) previous = at - 1;
    const std::size_t width = cell_at(source, previous).columns;
    if (width > columns) break;
    columns -= width;
    at = previous;
  }
  return at;
}

std::size_t columns_after(std::string_view source, const Line& line, std::size_t at) {
  std::size_t columns = 0;
  while (at < line.end && columns < kColumns) {
    const Cell cell = cell_at(source, at);
    columns += cell.columns;
    at += cell.bytes;
  }
  return columns;
}

/// Draws the line that holds the start of the span, and the caret line below it.
std::string snippet(std::string_view source, Span span) {
  const std::size_t at = std::min(span.begin, source.size());
  const Line line = line_of(source, at);
  const std::size_t right = columns_after(source, line, at);
  const std::size_t left = std::max(kLeftContext, kColumns - std::min(kColumns, right));
  std::size_t i = step_back(source, line, at, left);
  std::string text = i > line.begin ? std::string(kCut) : std::string();
  std::string carets(text.size(), ' ');
  std::size_t used = 0;
  while (i < line.end) {
    const Cell cell = cell_at(source, i);
    if (used + cell.columns > kColumns) break;
    text += cell.text;
    carets.append(cell.columns, i < at ? ' ' : i < std::max(span.end, at + 1) ? '~' : ' ');
    used += cell.columns;
    i += cell.bytes;
  }
  if (i < line.end) text += kCut;
  const std::size_t first = carets.find('~');
  if (first == std::string::npos) {
    carets += '^';
  } else {
    carets[first] = '^';
  }
  carets.erase(carets.find_last_not_of(' ') + 1);
  const std::string number = std::to_string(line.number);
  return "\n " + number + " | " + text + "\n " + std::string(number.size(), ' ') + " | " + carets;
}

}  // namespace

Error::Error(ErrorCode code, std::string message, Span span, std::string hint)
    : message_(std::move(message)), hint_(std::move(hint)), span_(span), code_(code) {
  what_ = hint_.empty() ? message_ : message_ + "; " + hint_;
}

Error::~Error() = default;
Error::Error(const Error&) = default;
Error& Error::operator=(const Error&) = default;

const char* Error::what() const noexcept {
  return what_.c_str();
}

std::string Error::picture() const {
  std::string out = "error: " + message_;
  // The end of the text is an empty span too, but never at 0 of a text that says something.
  if (!source_.empty() && span_ != Span{}) out += snippet(source_, span_);
  if (!hint_.empty()) out += "\nhint: " + hint_;
  return out;
}

void Error::set_source(std::string_view source) {
  source_ = source;
}

const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::syntax: return "syntax";
    case ErrorCode::name: return "name";
    case ErrorCode::type: return "type";
    case ErrorCode::shape: return "shape";
    case ErrorCode::value: return "value";
    case ErrorCode::overflow: return "overflow";
    case ErrorCode::arithmetic: return "arithmetic";
    case ErrorCode::file: return "file";
    case ErrorCode::limit: return "limit";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::memory: return "memory";
    case ErrorCode::stopped: return "stopped";
    case ErrorCode::internal: return "internal";
  }
  return "unknown";
}

}  // namespace tightloop
