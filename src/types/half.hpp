// The half types as numbers: their elements to float or double exactly, and float, double and
// 64-bit integers to them with one rounding. Integer arithmetic only.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "tightloop/dtype.hpp"

namespace tightloop {

template <class H>
concept HalfElement = Element<H> && is_half(dtype_of<H>);

/// The layout of a binary format: sign, `exponent_bits`, `fraction_bits`, from the top.
struct BinaryFormat {
  int exponent_bits;
  int fraction_bits;
  bool has_infinity = true;  ///< false: the codes of the highest exponent are finite, but for the
                             ///< last, which is NaN and what larger numbers and infinity become
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  /// Bits of +infinity: all exponent bits set.
  constexpr std::uint64_t infinity() const {
    return ((std::uint64_t{1} << exponent_bits) - 1) << fraction_bits;
  }
  /// Bits of what is past the largest finite number: infinity, or NaN where there is none.
  constexpr std::uint64_t overflow() const {
    return has_infinity ? infinity() : infinity() | fraction_mask();
  }
  /// Bits of the largest finite number.
  constexpr std::uint64_t largest() const { return overflow() - 1; }
  /// Bits of a quiet NaN, with as much of a payload as 16-bit formats and wider ones keep.
  constexpr std::uint64_t nan(std::uint64_t payload) const {
    if (!has_infinity) return overflow();
    return infinity() | quiet_bit() | (sign_shift() > 7 ? payload : 0);
  }
  constexpr std::uint64_t quiet_bit() const { return std::uint64_t{1} << (fraction_bits - 1); }
  constexpr std::uint64_t fraction_mask() const { return (std::uint64_t{1} << fraction_bits) - 1; }
  constexpr int sign_shift() const { return exponent_bits + fraction_bits; }
};

/// The format of a float dtype, or of the parts of a complex one.
constexpr BinaryFormat format_of(DType t) {
  return {info(t).exponent_bits, info(t).fraction_bits, info(t).specials != Specials::finite_nan};
}
inline constexpr BinaryFormat kBinary32 = format_of(DType::float32);
inline constexpr BinaryFormat kBinary64 = format_of(DType::float64);

template <HalfElement H>
inline constexpr BinaryFormat half_format = format_of(dtype_of<H>);
template <HalfElement H>
using HalfBits = decltype(H::bits);

namespace detail {

/// Rounds magnitude * 2^exponent to the nearest value of `to`, ties to even; what rounds past the
/// largest value overflows. Returns the bits without a sign.
constexpr std::uint64_t round_magnitude(std::uint64_t magnitude, int exponent, BinaryFormat to) {
  if (magnitude == 0) return 0;
  const int lowest = 1 - to.bias();
  const int leading = exponent + 63 - std::countl_zero(magnitude);
  if (leading > to.bias() + (to.has_infinity ? 0 : 1)) return to.overflow();
  const int binade = std::max(leading, lowest);
  const int shift = binade - to.fraction_bits - exponent;
  std::uint64_t kept = 0;
  if (shift <= 0) {
    kept = magnitude << -shift;
  } else if (shift < 64) {
    const std::uint64_t rest = magnitude & ((std::uint64_t{1} << shift) - 1);
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    kept = magnitude >> shift;
    if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
  } else if (shift == 64 && magnitude > std::uint64_t{1} << 63) {
    kept = 1;
  }
  // A normal `kept` has its leading bit set, which adds one to the exponent field; so does a carry
  // of the rounding, up to infinity or past the NaN.
  const std::uint64_t bits =
      (static_cast<std::uint64_t>(binade - lowest) << to.fraction_bits) + kept;
  return std::min(bits, to.overflow());
}

/// Converts the bits of one format to those of a narrower one, with one rounding; a NaN keeps its
/// sign and the upper bits of its payload, as far as `to` has payloads, and is quiet.
constexpr std::uint64_t narrow_bits(std::uint64_t bits, BinaryFormat from, BinaryFormat to) {
  const std::uint64_t sign = (bits >> from.sign_shift() & 1) << to.sign_shift();
  const std::uint64_t fraction = bits & from.fraction_mask();
  const std::uint64_t exponent = (bits & from.infinity()) >> from.fraction_bits;
  if ((bits & from.infinity()) == from.infinity()) {
    const std::uint64_t payload = fraction >> (from.fraction_bits - to.fraction_bits);
    return sign | (fraction == 0 ? to.overflow() : to.nan(payload));
  }
  const std::uint64_t hidden = exponent == 0 ? 0 : from.fraction_mask() + 1;
  const int scale = std::max(static_cast<int>(exponent), 1) - from.bias() - from.fraction_bits;
  return sign | round_magnitude(fraction | hidden, scale, to);
}

/// Converts the bits of one format to those of a wider one, exactly; a NaN becomes quiet.
constexpr std::uint64_t widen_bits(std::uint64_t bits, BinaryFormat from, BinaryFormat to) {
  const std::uint64_t sign = (bits >> from.sign_shift() & 1) << to.sign_shift();
  const std::uint64_t fraction = bits & from.fraction_mask();
  const std::uint64_t exponent = (bits & from.infinity()) >> from.fraction_bits;
  const int widening = to.fraction_bits - from.fraction_bits;
  if (!from.has_infinity && (bits & from.overflow()) == from.overflow()) return sign | to.nan(0);
  if (from.has_infinity && (bits & from.infinity()) == from.infinity()) {
    return sign | to.infinity() | fraction << widening | (fraction == 0 ? 0 : to.quiet_bit());
  }
  if (exponent != 0) {
    const auto rebias = static_cast<std::uint64_t>(to.bias() - from.bias());
    return sign | (exponent + rebias) << to.fraction_bits | fraction << widening;
  }
  return sign | round_magnitude(fraction, 1 - from.bias() - from.fraction_bits, to);
}

}  // namespace detail

/// Converts exactly; a signalling NaN becomes quiet.
template <HalfElement H>
constexpr float to_float(H x) {
  return std::bit_cast<float>(
      static_cast<std::uint32_t>(detail::widen_bits(x.bits, half_format<H>, kBinary32)));
}
template <HalfElement H>
constexpr double to_double(H x) {
  return std::bit_cast<double>(detail::widen_bits(x.bits, half_format<H>, kBinary64));
}

/// Rounds to the nearest H once, ties to even; overflow gives infinity, or NaN where H has none;
/// NaN gives a quiet NaN.
template <HalfElement H>
constexpr H round_to_half(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return {static_cast<HalfBits<H>>(detail::narrow_bits(bits, kBinary32, half_format<H>))};
}
template <HalfElement H>
constexpr H round_to_half(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  return {static_cast<HalfBits<H>>(detail::narrow_bits(bits, kBinary64, half_format<H>))};
}
template <HalfElement H>
constexpr H round_to_half(std::uint64_t x) {
  return {static_cast<HalfBits<H>>(detail::round_magnitude(x, 0, half_format<H>))};
}
template <HalfElement H>
constexpr H round_to_half(std::int64_t x) {
  const std::uint64_t magnitude =
      x < 0 ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
  const std::uint64_t sign = x < 0 ? std::uint64_t{1} << half_format<H>.sign_shift() : 0;
  return {static_cast<HalfBits<H>>(sign | detail::round_magnitude(magnitude, 0, half_format<H>))};
}

/// The largest finite H: 65504 for float16, about 3.39e38 for bfloat16.
template <HalfElement H>
inline constexpr H half_max{static_cast<HalfBits<H>>(half_format<H>.largest())};

}  // namespace tightloop
