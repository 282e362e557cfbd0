// Parser and printer of .npy headers. The parser accepts exactly the literals that the format
// allows, in any key order and spacing; it never recurses and never looks past its text.
#include "io/formats/npy_header.hpp"

#include <cstring>
#include <optional>

#include "io/file_error.hpp"
#include "io/little_endian.hpp"
#include "io/type_code.hpp"

namespace tightloop::io {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::uint64_t kLongestText = 1 << 20;

/// Says in words what a dtype string that we do not support stands for.
std::string_view describe_kind(char kind) {
  switch (kind) {
    case 'O': return "Python objects";
    case 'S':
    case 'a':
    case 'U': return "strings";
    case 'M':
    case 'm': return "dates or durations";
    case 'V': return "raw bytes";
    case 'f':
    case 'c': return "numbers of an unsupported precision";
    default: return "an unknown type";
  }
}

/// Walks over the text; every failure names the file and the byte.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const NpyPreamble& preamble, const std::string& path,
               std::optional<DType> said)
      : text_(text), preamble_(preamble), path_(path), said_(said) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      entry();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("unexpected text after the closing brace");
    if (!seen_descr_) fail_without_place("the key 'descr' is missing");
    if (!seen_order_) fail_without_place("the key 'fortran_order' is missing");
    if (!seen_shape_) fail_without_place("the key 'shape' is missing");
    header_.data_bytes = total_bytes();
    return header_;
  }

 private:
  [[noreturn]] void fail_without_place(const std::string& what) const {
    throw_file_error(path_, "bad .npy header: " + what);
  }
  [[noreturn]] void fail(const std::string& what) const {
    fail_without_place(what + " (byte " + std::to_string(preamble_.text_offset + at_) + ")");
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n\f", text_[at_]) != nullptr &&
           text_[at_] != '\0') {
      ++at_;
    }
  }
  bool accept(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (accept(c)) return;
    if (at_ == text_.size()) fail(std::string("ends where '") + c + "' should follow");
    fail(std::string("'") + c + "' expected, not " + in_quotes(text_.substr(at_, 1)));
  }
  bool accept_word(std::string_view word) {
    skip_space();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  /// Reads 'text' or "text" of printable ASCII without escapes: all that the format needs.
  std::string_view string_literal(const std::string& what) {
    skip_space();
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail(what + " must be a string");
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      const char c = text_[at_];
      if (c < 0x20 || c > 0x7e || c == '\\') fail("a string with an unexpected character");
      ++at_;
    }
    if (at_ == text_.size()) fail("a string that does not end");
    return text_.substr(begin, at_++ - begin);
  }

  void entry() {
    const std::string_view key = string_literal("a key");
    expect(':');
    if (key == "descr") {
      once(seen_descr_, key);
      descr();
    } else if (key == "fortran_order") {
      once(seen_order_, key);
      header_.fortran_order = boolean();
    } else if (key == "shape") {
      once(seen_shape_, key);
      shape();
    } else {
      fail("unknown key " + in_quotes(key));
    }
  }
  void once(bool& seen, std::string_view key) {
    if (seen) fail("the key " + in_quotes(key) + " stands twice");
    seen = true;
  }

  bool boolean() {
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    fail("'fortran_order' must be True or False");
  }

  void descr() {
    skip_space();
    if (peek() == '[' || peek() == '(') {
      throw_file_error(path_, "holds structured elements (records), which are not supported",
                       "save each field as an array of its own");
    }
    dtype_string(string_literal("'descr'"));
  }

  void dtype_string(std::string_view text) {
    if (const std::optional<TypeCode> code = parse_type_code(text)) {
      const bool orderless = itemsize(code->dtype) == 1 || !info(code->dtype).in_numpy;
      if (!code->has_order && !orderless) {
        fail("dtype " + in_quotes(text) + " has no byte order ('<' or '>')");
      }
      header_.dtype = code->dtype;
      header_.order = code->order;
      return;
    }
    std::string_view code = text;
    if (!code.empty() && std::string_view("<>=|").find(code.front()) != std::string_view::npos) {
      code.remove_prefix(1);
    }
    const char kind = code.empty() ? '\0' : code.front();
    if (said_ && kind == 'V' && code.substr(1) == std::to_string(itemsize(*said_))) {
      header_.dtype = *said_;
      return;
    }
    if (code == "V1") {
      throw_file_error(path_,
                       "holds bytes of a type that it does not name (" + in_quotes(text) + ")",
                       "name it behind the file, as in FILE:float8_e4m3fn");
    }
    throw_file_error(
        path_, "unsupported dtype " + in_quotes(text) + ": " + std::string(describe_kind(kind)),
        "the element types are bool, int8 to int64, uint8 to uint64, float16 to float64, "
        "complex64, complex128, '<V2' for bfloat16 and '<f1' for float8_e5m2");
  }

  void shape() {
    if (!accept('(')) fail("'shape' must be a tuple");
    if (accept(')')) return;
    for (;;) {
      const std::int64_t extent = integer();
      if (header_.shape.size() == kMaxRank) {
        fail("more than " + std::to_string(kMaxRank) + " dimensions");
      }
      header_.shape.push_back(extent);
      const bool comma = accept(',');
      if (accept(')')) {
        if (!comma && header_.shape.size() == 1) fail("'shape' must be a tuple, '(n,)'");
        return;
      }
      if (!comma) fail("',' or ')' expected in 'shape'");
    }
  }

  std::int64_t integer() {
    skip_space();
    if (peek() == '-') fail("a negative extent in 'shape'");
    const std::size_t begin = at_;
    std::int64_t value = 0;
    for (; is_digit(peek()); ++at_) {
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
          __builtin_add_overflow(value, std::int64_t{peek() - '0'}, &value)) {
        fail("an extent in 'shape' that does not fit 63 bits");
      }
    }
    if (at_ == begin) fail("'shape' must hold integers");
    if (text_[begin] == '0' && at_ - begin > 1) fail("an extent with leading zeros");
    // Python 2 wrote long integers so; version 3.0 came after it.
    if (peek() == 'L' && preamble_.major < 3) ++at_;
    return value;
  }

  std::uint64_t total_bytes() const {
    // Extents of 0 count as 1 here: the strides beside them must not overflow either.
    auto bytes = static_cast<std::int64_t>(itemsize(header_.dtype));
    bool empty = false;
    for (std::int64_t extent : header_.shape) {
      empty = empty || extent == 0;
      if (extent != 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
        fail_without_place("the size of this shape does not fit 63 bits");
      }
    }
    return empty ? 0 : static_cast<std::uint64_t>(bytes);
  }

  std::string_view text_;
  const NpyPreamble& preamble_;
  const std::string& path_;
  const std::optional<DType> said_;
  std::size_t at_ = 0;
  NpyHeader header_;
  bool seen_descr_ = false;
  bool seen_order_ = false;
  bool seen_shape_ = false;
};

}  // namespace

NpyPreamble parse_npy_preamble(std::span<const std::byte> bytes, std::uint64_t file_size,
                               const std::string& path) {
  const std::size_t compared = bytes.size() < kMagic.size() ? bytes.size() : kMagic.size();
  if (bytes.empty()) throw_file_error(path, "is empty, not a .npy file");
  if (std::memcmp(bytes.data(), kMagic.data(), compared) != 0) {
    throw_file_error(path, "is not a .npy file (it does not begin with \\x93NUMPY)");
  }
  const auto need = [&](std::size_t count) {
    if (bytes.size() >= count) return;
    throw_file_error(path, "is cut off inside the .npy header: at least " +
                               std::to_string(count - bytes.size()) + " bytes are missing");
  };
  need(8);
  NpyPreamble preamble;
  preamble.major = std::to_integer<int>(bytes[6]);
  const int minor = std::to_integer<int>(bytes[7]);
  if (preamble.major < 1 || preamble.major > 3 || minor != 0) {
    throw_file_error(path, "unsupported .npy version " + std::to_string(preamble.major) + "." +
                               std::to_string(minor) + " (1.0, 2.0 and 3.0 are supported)");
  }
  const std::size_t width = preamble.major == 1 ? 2 : 4;
  need(8 + width);
  preamble.text_offset = 8 + width;
  preamble.text_size = width == 2 ? little_endian<std::uint16_t>(bytes.data() + 8)
                                  : little_endian<std::uint32_t>(bytes.data() + 8);
  if (preamble.data_offset() > file_size) {
    throw_file_error(path, "is cut off inside the .npy header: " +
                               std::to_string(preamble.data_offset() - file_size) +
                               " bytes are missing");
  }
  if (preamble.text_size > kLongestText) {
    throw_file_error(path, "a .npy header of " + std::to_string(preamble.text_size) +
                               " bytes (at most " + std::to_string(kLongestText) + " are read)");
  }
  return preamble;
}

NpyHeader parse_npy_header(std::string_view text, const NpyPreamble& preamble,
                           const std::string& path, std::optional<DType> said) {
  return HeaderParser(text, preamble, path, said).parse();
}

std::string format_npy_header(DType dtype, const Dims& shape, bool fortran_order) {
  // kMaxRank extents stay far below the 64 KiB that version 1.0 can say.
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kPreamble = 10;
  std::string text = "{'descr': '" + type_code(dtype) +
                     "', 'fortran_order': " + (fortran_order ? "True" : "False") + ", 'shape': (";
  for (int i = 0; i < shape.size(); ++i) {
    text += std::to_string(shape[i]);
    if (i + 1 < shape.size()) text += ", ";
  }
  text += shape.size() == 1 ? ",), }" : "), }";
  const std::size_t used = kPreamble + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  text += '\n';

  std::string out(kMagic);
  out += {'\x01', '\x00'};
  out += static_cast<char>(text.size() & 0xff);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

}  // namespace tightloop::io
