// Numbers of text, parsed and printed by std::from_chars and std::to_chars, which know no locale.
#include "io/text_columns.hpp"

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <vector>

#include "io/file_error.hpp"
#include "tightloop/error.hpp"
#include "types/half.hpp"

namespace tightloop::io {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
constexpr std::size_t kLongestLine = std::size_t{1} << 24;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // what some programs begin UTF-8 with

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Reads a number that std::from_chars finds out of range: true, with what it rounds to, where it
/// is too small; one that is too large is refused.
template <std::floating_point T>
bool parse_tiny(const std::string& text, T& value) {
  static const ::locale_t plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
  if (plain == nullptr) return false;
  if constexpr (std::is_same_v<T, float>) {
    value = ::strtof_l(text.c_str(), nullptr, plain);
  } else {
    value = ::strtod_l(text.c_str(), nullptr, plain);
  }
  return std::fabs(value) < 1;
}

/// Reads a number that is the whole text.
template <class T>
bool parse(std::string_view text, T& value) {
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  if constexpr (std::is_same_v<T, bool>) {
    value = text == "1" || text == "True" || text == "true";
    return value || text == "0" || text == "False" || text == "false";
  } else if constexpr (HalfElement<T>) {
    double wide = 0;
    if (!parse(text, wide)) return false;
    value = round_to_half<T>(wide);
    return true;
  } else {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ptr != text.data() + text.size()) return false;
    if constexpr (std::is_floating_point_v<T>) {
      if (read.ec == std::errc::result_out_of_range) return parse_tiny(std::string(text), value);
    }
    return read.ec == std::errc{};
  }
}

/// Reads "1.5", "2j", "1+2j" or "(1+2j)".
template <class T>
bool parse(std::string_view text, std::complex<T>& value) {
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    text = text.substr(1, text.size() - 2);
  }
  T real{0};
  T imaginary{0};
  if (text.empty() || text.back() != 'j') {
    if (!parse(text, real)) return false;
    value = {real, T{0}};
    return true;
  }
  text.remove_suffix(1);
  std::size_t sign = text.size();
  while (sign-- > 1) {
    const bool is_sign = text[sign] == '+' || text[sign] == '-';
    if (is_sign && text[sign - 1] != 'e' && text[sign - 1] != 'E') break;
  }
  const bool both = sign > 0 && sign < text.size();
  if (both && !parse(text.substr(0, sign), real)) return false;
  if (!parse(both ? text.substr(sign) : text, imaginary)) return false;
  value = {real, imaginary};
  return true;
}

bool is_whole_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// True where a float64 read from the text of an integer is that integer.
bool is_exact(std::string_view text, double value) {
  char digits[400];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 0);
  const bool signs = text.front() == '+' || text.front() == '-';
  std::string_view wanted = text.substr(signs ? 1 : 0);
  std::string_view got(digits, static_cast<std::size_t>(end.ptr - digits));
  if (got.front() == '-') got.remove_prefix(1);
  wanted.remove_prefix(std::min(wanted.find_first_not_of('0'), wanted.size() - 1));
  return got == wanted;
}

template <class T>
void append_number(std::string& out, T value) {
  char buffer[64];
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) value = std::fabs(value);
  }
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, end.ptr);
}

/// Prints the fewest digits that round to the same half.
template <HalfElement H>
void append_number(std::string& out, H value) {
  constexpr int kEnough = 9;
  const double wide = to_double(value);
  if (!std::isfinite(wide)) return append_number(out, wide);
  char buffer[64];
  for (int digits = 1;; ++digits) {
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, wide, std::chars_format::general, digits);
    double back = 0;
    std::from_chars(buffer, end.ptr, back);
    if (digits < kEnough && round_to_half<H>(back) != value) continue;
    out.append(buffer, end.ptr);
    return;
  }
}

template <class T>
void append_number(std::string& out, std::complex<T> value) {
  append_number(out, value.real());
  const bool minus = std::signbit(value.imag()) && !std::isnan(value.imag());
  if (!minus) out += '+';
  append_number(out, value.imag());
  out += 'j';
}

/// How one dtype is read and written.
struct ElementText {
  /// Appends the bytes of the element that the text stands for; false where it is none.
  bool (*read)(std::string_view text, std::vector<std::byte>& out);
  void (*print)(std::string& out, const std::byte* element);
};

template <class T>
bool append_element(std::string_view text, std::vector<std::byte>& out) {
  T value{};
  if (!parse(text, value)) return false;
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
  return true;
}

template <class T>
void print_element(std::string& out, const std::byte* element) {
  if constexpr (std::is_same_v<T, bool>) {
    out += *element == std::byte{0} ? '0' : '1';
  } else {
    T value;
    std::memcpy(&value, element, sizeof value);
    append_number(out, value);
  }
}

template <class T>
constexpr ElementText kText{append_element<T>, print_element<T>};

const ElementText& text_of(DType dtype) {
  switch (dtype) {
    case DType::bool_: return kText<bool>;
    case DType::int8: return kText<std::int8_t>;
    case DType::int16: return kText<std::int16_t>;
    case DType::int32: return kText<std::int32_t>;
    case DType::int64: return kText<std::int64_t>;
    case DType::uint8: return kText<std::uint8_t>;
    case DType::uint16: return kText<std::uint16_t>;
    case DType::uint32: return kText<std::uint32_t>;
    case DType::uint64: return kText<std::uint64_t>;
    case DType::float16: return kText<float16_t>;
    case DType::bfloat16: return kText<bfloat16_t>;
    case DType::float32: return kText<float>;
    case DType::float64: return kText<double>;
    case DType::complex64: return kText<std::complex<float>>;
    case DType::complex128: return kText<std::complex<double>>;
  }
  throw Error(ErrorCode::internal, "no such dtype");
}

/// Takes lines, one by one, and keeps their elements.
class ColumnReader {
 public:
  ColumnReader(const std::string& path, std::optional<DType> dtype)
      : path_(path),
        dtype_(dtype.value_or(DType::float64)),
        guessed_(!dtype),
        text_(text_of(dtype_)) {}

  void line(std::string_view text) {
    ++line_;
    if (line_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = trimmed(text.substr(0, text.find('#')));
    if (text.empty()) return;
    std::size_t columns = 0;
    const bool commas = text.find(',') != std::string_view::npos;
    const bool semicolons = text.find(';') != std::string_view::npos;
    // "1,5;2,5" is not four numbers.
    if (commas && semicolons) fail("has both commas and semicolons");
    const bool spaces = !commas && !semicolons;
    const std::string_view separators = commas ? "," : semicolons ? ";" : " \t\v\f\r";
    for (;;) {
      const std::size_t cut = text.find_first_of(separators);
      element(trimmed(text.substr(0, cut)));
      ++columns;
      if (cut == std::string_view::npos) break;
      text = text.substr(cut + 1);
      if (spaces) text = trimmed(text);
    }
    if (rows_ > 0 && columns != columns_) {
      fail("has " + std::to_string(columns) + " columns, the rows before have " +
           std::to_string(columns_));
    }
    columns_ = columns;
    ++rows_;
  }

  Array array() const {
    Dims shape = Dims::of(rows_);
    if (columns_ > 1) shape.push_back(static_cast<std::int64_t>(columns_));
    Array out(dtype_, shape);
    if (!bytes_.empty()) std::memcpy(out.data(), bytes_.data(), bytes_.size());
    return out;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const {
    throw_file_error(path_, "line " + std::to_string(line_) + " " + what, hint);
  }

 private:
  void element(std::string_view text) {
    if (text.empty()) fail("has an empty column");
    if (!text_.read(text, bytes_)) {
      fail("has " + in_quotes(text) + ", which is no " + std::string(name(dtype_)) + " number",
           rows_ == 0 ? "a line of names begins with '#'" : "");
    }
    if (guessed_ && is_whole_number(text)) {
      double value = 0;
      std::memcpy(&value, bytes_.data() + (bytes_.size() - sizeof value), sizeof value);
      if (!is_exact(text, value)) {
        fail("has " + in_quotes(text) + ", which float64 would round", "name a dtype: FILE:int64");
      }
    }
    if (static_cast<std::int64_t>(bytes_.size() / itemsize(dtype_)) > kMostTextElements) {
      fail("passes " + std::to_string(kMostTextElements) + " numbers, the most that are read");
    }
  }

  const std::string& path_;
  DType dtype_;
  bool guessed_;
  const ElementText& text_;
  std::vector<std::byte> bytes_;
  std::int64_t line_ = 0;
  std::int64_t rows_ = 0;
  std::size_t columns_ = 0;
};

}  // namespace

Array read_text_columns(const InputFile& file, std::optional<DType> dtype) {
  ColumnReader columns(file.path(), dtype);
  std::string pending;  // a line whose end has not been read yet
  std::string block(kBlock, '\0');
  for (std::uint64_t at = 0;;) {
    const std::size_t got = file.read_some(at, block.data(), block.size());
    at += got;
    std::string_view rest(block.data(), got);
    for (std::size_t cut = rest.find('\n'); cut != std::string_view::npos; cut = rest.find('\n')) {
      pending += rest.substr(0, cut);
      columns.line(pending);
      pending.clear();
      rest.remove_prefix(cut + 1);
    }
    pending += rest;
    if (pending.size() > kLongestLine) columns.fail("is followed by a line of 16 MiB");
    if (got < block.size()) break;
  }
  columns.line(pending);
  return columns.array();
}

std::string format_text_columns(const ArrayView& array, char separator, const std::string& path) {
  if (array.ndim() > 2) {
    throw_file_error(path,
                     "text has rows and columns: an array of " + std::to_string(array.ndim()) +
                         " dimensions does not fit",
                     "write .npy");
  }
  const std::int64_t columns = array.ndim() == 2 ? array.shape()[1] : 1;
  const std::int64_t rows = array.ndim() == 0 ? 1 : array.shape()[0];
  // Rows without columns are lines, too.
  if (const std::int64_t most = std::max(array.size(), rows); most > kMostTextElements) {
    throw_file_error(path,
                     "text is for at most " + std::to_string(kMostTextElements) + " " +
                         (array.size() < rows ? "rows" : "elements") + ", not " +
                         std::to_string(most),
                     "write .npy");
  }
  const Array packed = array.is_c_contiguous() ? Array(nullptr, array) : Array::copy_of(array);
  const ElementText& text = text_of(array.dtype());
  const auto* element = static_cast<const std::byte*>(packed.data());
  std::string out;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      if (column > 0) out += separator;
      text.print(out, element);
      element += itemsize(array.dtype());
    }
    out += '\n';
  }
  return out;
}

}  // namespace tightloop::io
