// Numbers of text, parsed and printed by std::from_chars and std::to_chars, which know no locale.
#include "io/formats/text_columns.hpp"

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

#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/stream_source.hpp"
#include "tightloop/error.hpp"
#include "types/half.hpp"

namespace tightloop::io {
namespace {

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
  return visit_dtype(dtype, []<class T>() -> const ElementText& { return kText<T>; });
}

/// Returns what stands between the columns of a text of that name.
char separator_of_name(std::string_view name) {
  return has_end(name, ".csv") ? ',' : has_end(name, ".tsv") ? '\t' : ' ';
}

std::unique_ptr<Source> open_text(std::unique_ptr<ByteStream> stream, const FileSpec& spec,
                                  const ReadingLimits& limits) {
  const bool tabs = separator_of_name(spec.kind) != ' ';
  return std::make_unique<ArraySource>(
      spec.path, read_text_columns(*stream, spec.path, spec.detail, tabs, limits));
}

std::unique_ptr<AtomicFile> write_text(const std::string& path, const ArrayView& array) {
  const std::string text = format_text_columns(array, separator_of_name(path), path);
  return write_bytes(path, std::as_bytes(std::span(text)));
}

}  // namespace

bool append_text_element(DType dtype, std::string_view text, std::vector<std::byte>& out) {
  return text_of(dtype).read(text, out);
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
  const Array packed = in_c_order(array);
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

constinit const Format formats::text = {
    .name = "text",
    .ends = ".txt .csv .tsv",
    .detail = ":column:dtype",
    .doc =
        "tables of numbers, float64 unless a dtype is named, read at once; at most two "
        "dimensions",
    .from_pipe = true,
    .open = open_text,
    .write = write_text};

}  // namespace tightloop::io
