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

/// Returns the magnitude that bits without sign stand for. The bits after the largest value give
/// what would follow it, which is where rounding past it is measured from.
double half_magnitude(DType half, int bits) {
  const int fraction_bits = info(half).fraction_bits;
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const int exponent = bits >> fraction_bits;
  const int shift = 1 - exponent_bias(half) - fraction_bits;
  if (exponent == 0) return std::ldexp(fraction, shift);
  return std::ldexp(fraction | 1 << fraction_bits, exponent - 1 + shift);
}

/// Bits of the magnitude that follows the largest value: infinity or NaN.
int past_largest(DType half) {
  const int all = (1 << (8 * itemsize(half) - 1)) - 1;
  return info(half).specials == Specials::ieee ? all & ~((1 << info(half).fraction_bits) - 1) : all;
}

double load_half(DType half, unsigned bits) {
  const unsigned sign = 1U << (8 * itemsize(half) - 1);
  const int magnitude = static_cast<int>(bits & (sign - 1));
  double value = half_magnitude(half, magnitude);
  if (magnitude >= past_largest(half)) {
    const bool infinite = magnitude == past_largest(half) && info(half).specials == Specials::ieee;
    value = infinite ? HUGE_VAL : std::nan("");
  }
  return (bits & sign) != 0 ? -value : value;
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
Decimal shortest_half(DType half, double value) {
  int low = 0;
  int high = past_largest(half) - 1;
  while (low < high) {  // the magnitudes grow with the bits
    const int middle = (low + high) / 2;
    if (half_magnitude(half, middle) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (value == 0) return {"0", 0};
  const bool even = low % 2 == 0;
  const double below = (half_magnitude(half, low - 1) + value) / 2;
  const double above = (half_magnitude(half, low + 1) + value) / 2;
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
  if (is_half(type)) return shortest_half(type, magnitude);
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
  return visit_dtype(type, [&]<class T>() -> double {
    if constexpr (is_half(dtype_of<T>)) {
      return load_half(type, load<T>(element).bits);
    } else if constexpr (std::is_floating_point_v<T>) {
      return load<T>(element);
    } else {
      return load<double>(element);
    }
  });
}

std::string whole_text(DType type, const void* element) {
  return visit_dtype(type, [&]<class T>() -> std::string {
    if constexpr (std::is_same_v<T, bool>) {
      return load<std::uint8_t>(element) != 0 ? "True" : "False";
    } else if constexpr (std::is_integral_v<T>) {
      return std::to_string(load<T>(element));
    } else {
      return std::to_string(load<std::uint64_t>(element));
    }
  });
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
