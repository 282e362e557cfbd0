// The texts of file errors.
#include "io/file_error.hpp"

#include <system_error>

#include "tightloop/error.hpp"

namespace tightloop::io {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "'";
  for (char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  out += text.size() > kLongest ? "...'" : "'";
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
