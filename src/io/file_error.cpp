// The texts of file errors.
#include "io/file_error.hpp"

#include <algorithm>
#include <system_error>

#include "tightloop/error.hpp"

namespace tightloop::io {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte_at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t end = std::min(text.size(), kLongest);
  // No character of UTF-8 is cut in two.
  while (end > 0 && end < text.size() && (byte_at(end) & 0xc0) == 0x80) --end;
  std::string out = "'";
  for (std::size_t i = 0; i < end; ++i) {
    const unsigned char byte = byte_at(i);
    // U+0080 to U+009F are controls for some terminals, too.
    const bool second = byte >= 0x80 && byte < 0xa0 && i > 0 && byte_at(i - 1) == 0xc2;
    if (second) out.pop_back();
    if (byte < 0x20 || byte == 0x7f || second) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += text[i];
    }
  }
  out += end < text.size() ? "...'" : "'";
  return out;
}

void throw_file_error(const std::string& path, const std::string& what, const std::string& hint) {
  throw Error(ErrorCode::file, in_quotes(path) + ": " + what, {}, hint);
}

void throw_system_error(const char* action, const std::string& path, int error_number) {
  throw Error(ErrorCode::file, "cannot " + std::string(action) + " " + in_quotes(path) + ": " +
                                   std::generic_category().message(error_number));
}

}  // namespace tightloop::io
