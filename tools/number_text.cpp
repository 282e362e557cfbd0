// Shortest decimals: std::to_chars for float32 and float64, a search by digits for the half types.
#include "number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tightloop::tool {
namespace {

template <class T>
T load(const void* element) {
  T value;
  std::memcpy(&value, element, sizeof value);
  return value;
}

/// Layout of a 16-bit float.
struct HalfFormat {
  int mantissa_bits;
  int bias;
  std::uint16_t infinity;
};
constexpr HalfFormat kFloat16{10, 15, 0x7c00};
constexpr HalfFormat kBfloat16{7, 127, 0x7f80};

constexpr const HalfFormat& format_of(DType type) {
  return type == DType::float16 ? kFloat16 : kBfloat16;
}

/// Returns the magnitude that bits without sign stand for. Infinity's bits give the power of two
/// that would follow the largest value, which is where rounding to infinity is measured from.
double half_magnitude(const HalfFormat& format, int bits) {
  const int fraction = bits & ((1 << format.mantissa_bits) - 1);
  const int exponent = bits >> format.mantissa_bits;
  const int shift = 1 - format.bias - format.mantissa_bits;
  if (exponent == 0) return std::ldexp(fraction, shift);
  return std::ldexp(fraction | 1 << format.mantissa_bits, exponent - 1 + shift);
}

double load_half(const HalfFormat& format, std::uint16_t bits) {
  const int magnitude = bits & 0x7fff;
  double value = half_magnitude(format, magnitude);
  if (magnitude == format.infinity) value = HUGE_VAL;
  if (magnitude > format.infinity) value = std::nan("");
  return (bits & 0x8000) != 0 ? -value : value;
}

/// Splits "d.ddde+XX" and drops trailing zeros.
Decimal split(std::string_view scientific) {
  const std::size_t e = scientific.find('e');
  Decimal out;
  for (char c : scientific.substr(0, e)) {
    if (c != '.') out.digits += c;
  }
  while (out.digits.size() > 1 && out.digits.back() == '0') out.digits.pop_back();
  std::string_view exponent = scientific.substr(e + 1);
  if (exponent.front() == '+') exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent);
  return out;
}

constexpr std::size_t kLongest = 64;  // "d." 17 digits, exponent; rounded() asks for few places

template <class T>
Decimal shortest_of(T value) {
  char buffer[kLongest];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  return split({buffer, static_cast<std::size_t>(end.ptr - buffer)});
}

/// Finds the fewest digits that fall between the midpoints to both neighbours.
Decimal shortest_half(const HalfFormat& format, double value) {
  int low = 0;
  int high = format.infinity - 1;
  while (low < high) {  // the magnitudes grow with the bits
    const int middle = (low + high) / 2;
    if (half_magnitude(format, middle) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (value == 0) return {"0", 0};
  const bool even = low % 2 == 0;
  const double below = (half_magnitude(format, low - 1) + value) / 2;
  const double above = (half_magnitude(format, low + 1) + value) / 2;
  constexpr int kEnough = 6;
  for (int places = 0; places < kEnough; ++places) {
    char buffer[kLongest];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, places);
    double back = 0;
    std::from_chars(buffer, end.ptr, back);
    const bool inside = back > below && back < above;
    if (inside || (even && (back == below || back == above))) {
      return split({buffer, static_cast<std::size_t>(end.ptr - buffer)});
    }
  }
  return shortest_of(value);
}

std::string exponent_text(int exponent) {
  std::string out = exponent < 0 ? "e-" : "e+";
  const int size = std::abs(exponent);
  if (size < 10) out += '0';
  return out + std::to_string(size);
}

/// Writes a part of a complex number: as Python, without ".0".
std::string part_text(double value, DType type) {
  std::string out = real_text(value, type);
  if (out.size() > 2 && out.compare(out.size() - 2, 2, ".0") == 0) out.resize(out.size() - 2);
  return out;
}

}  // namespace

Decimal shortest(double value, DType type) {
  const double magnitude = std::fabs(value);
  if (is_half(type)) return shortest_half(format_of(type), magnitude);
  if (type == DType::float32) return shortest_of(static_cast<float>(magnitude));
  return shortest_of(magnitude);
}

Decimal rounded(double value, int places) {
  char buffer[kLongest];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value),
                                 std::chars_format::scientific, places);
  return split({buffer, static_cast<std::size_t>(end.ptr - buffer)});
}

std::string real_text(double value, DType type) {
  constexpr int kFirstScientific = 16;
  if (std::isnan(value)) return "nan";
  std::string out = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return out + "inf";
  const Decimal decimal = shortest(value, type);
  const int count = static_cast<int>(decimal.digits.size());
  const int point = decimal.exponent + 1;  // digits before the point
  if (decimal.exponent < -4 || decimal.exponent >= kFirstScientific) {
    out += decimal.digits[0];
    if (count > 1) out += '.' + decimal.digits.substr(1);
    return out + exponent_text(decimal.exponent);
  }
  if (point <= 0) {
    return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + decimal.digits;
  }
  if (point >= count) {
    return out + decimal.digits + std::string(static_cast<std::size_t>(point - count), '0') + ".0";
  }
  const auto cut = static_cast<std::size_t>(point);
  return out + decimal.digits.substr(0, cut) + '.' + decimal.digits.substr(cut);
}

double load_real(DType type, const void* element) {
  switch (type) {
    case DType::float16: return load_half(kFloat16, load<std::uint16_t>(element));
    case DType::bfloat16: return load_half(kBfloat16, load<std::uint16_t>(element));
    case DType::float32: return load<float>(element);
    default: return load<double>(element);
  }
}

std::string whole_text(DType type, const void* element) {
  switch (type) {
    case DType::bool_: return load<std::uint8_t>(element) != 0 ? "True" : "False";
    case DType::int8: return std::to_string(load<std::int8_t>(element));
    case DType::int16: return std::to_string(load<std::int16_t>(element));
    case DType::int32: return std::to_string(load<std::int32_t>(element));
    case DType::int64: return std::to_string(load<std::int64_t>(element));
    case DType::uint8: return std::to_string(load<std::uint8_t>(element));
    case DType::uint16: return std::to_string(load<std::uint16_t>(element));
    case DType::uint32: return std::to_string(load<std::uint32_t>(element));
    default: return std::to_string(load<std::uint64_t>(element));
  }
}

std::string element_text(DType type, const void* element) {
  if (is_float(type)) return real_text(load_real(type, element), type);
  if (!is_complex(type)) return whole_text(type, element);
  const DType part = part_type(type);
  const double imaginary = load_real(part, static_cast<const std::byte*>(element) + itemsize(part));
  std::string second = part_text(imaginary, part);
  if (second.front() != '-') second.insert(0, 1, '+');
  return "(" + part_text(load_real(part, element), part) + second + "j)";
}

}  // namespace tightloop::tool
