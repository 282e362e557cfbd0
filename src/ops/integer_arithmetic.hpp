// Integer arithmetic of the lanes: modulo 2^n, floored division, shifts past the width, powers; and
// for each operation that can leave its type, whether exact arithmetic would.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "ops/lane_types.hpp"
#include "types/range.hpp"

namespace tightloop::ops {

/// The value modulo 2^64, from which every narrower modulus follows.
template <Exact T>
constexpr std::uint64_t modular(T x) {
  return static_cast<std::uint64_t>(x);
}

template <Integer T>
constexpr T wrap(std::uint64_t x) {
  return static_cast<T>(x);
}

template <Integer T>
inline constexpr int width_of = std::numeric_limits<std::make_unsigned_t<T>>::digits;

/// |x| without overflow.
template <Integer T>
constexpr std::make_unsigned_t<T> magnitude(T x) {
  return static_cast<std::make_unsigned_t<T>>(x < 0 ? 0 - modular(x) : modular(x));
}

template <Integer T>
constexpr std::make_unsigned_t<T> distance(T x, T y) {
  return static_cast<std::make_unsigned_t<T>>(x > y ? modular(x) - modular(y)
                                                    : modular(y) - modular(x));
}

/// True for the one signed quotient that does not fit: the lowest value by -1.
template <Integer T>
constexpr bool quotient_overflows(T x, T y) {
  if constexpr (Signed<T>) {
    return x == std::numeric_limits<T>::min() && y == -1;
  } else {
    return false;
  }
}

template <Integer T>
constexpr T floored_quotient(T x, T y) {
  if (y == 0) return 0;
  if (quotient_overflows(x, y)) return x;
  const T quotient = static_cast<T>(x / y);
  const bool round_down = x % y != 0 && (x < 0) != (y < 0);
  return static_cast<T>(quotient - (round_down ? 1 : 0));
}

template <Integer T>
constexpr T floored_remainder(T x, T y) {
  if (y == 0 || quotient_overflows(x, y)) return 0;
  const T remainder = static_cast<T>(x % y);
  return remainder != 0 && (x < 0) != (y < 0) ? static_cast<T>(remainder + y) : remainder;
}

template <Integer T>
constexpr bool within_width(T count) {
  return count >= 0 && modular(count) < static_cast<std::uint64_t>(width_of<T>);
}

template <Integer T>
constexpr T shifted_left(T x, T count) {
  return within_width(count) ? wrap<T>(modular(x) << count) : T{0};
}

template <Integer T>
constexpr T shifted_right(T x, T count) {
  if (within_width(count)) return static_cast<T>(x >> count);
  return static_cast<T>(x < 0 ? -1 : 0);
}

/// A power with a negative exponent: 1 / x^n truncated, with 0 for 0.
template <Signed T>
constexpr T reciprocal_power(T x, T exponent) {
  if (x == 1) return 1;
  if (x == -1) return static_cast<T>(exponent % 2 == 0 ? 1 : -1);
  return 0;
}

template <Integer T>
constexpr T integer_power(T x, T exponent) {
  if constexpr (Signed<T>) {
    if (exponent < 0) return reciprocal_power(x, exponent);
  }
  std::uint64_t result = 1;
  std::uint64_t square = modular(x);
  for (std::uint64_t rest = modular(exponent); rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) result *= square;
    square *= square;
  }
  return wrap<T>(result);
}

/// Whether exact arithmetic leaves T. Operations without a function here never do.
namespace overflow {

template <Integer T>
constexpr bool add(T x, T y) {
  T result{};
  return __builtin_add_overflow(x, y, &result);
}
template <Integer T>
constexpr bool subtract(T x, T y) {
  T result{};
  return __builtin_sub_overflow(x, y, &result);
}
template <Integer T>
constexpr bool multiply(T x, T y) {
  T result{};
  return __builtin_mul_overflow(x, y, &result);
}
template <Integer T>
constexpr bool square(T x) {
  return multiply(x, x);
}
template <Integer T>
constexpr bool negative(T x) {
  return subtract(T{0}, x);
}
template <Integer T>
constexpr bool floor_divide(T x, T y) {
  return quotient_overflows(x, y);
}
template <Integer T>
constexpr bool fma(T x, T y, T z) {
  __extension__ using Wide = std::conditional_t<Signed<T>, int128, unsigned __int128>;
  const Wide exact = static_cast<Wide>(x) * static_cast<Wide>(y) + static_cast<Wide>(z);
  return exact != static_cast<Wide>(static_cast<T>(exact));
}
/// Counts at or past the width give 0 by definition and lose nothing by accident.
template <Integer T>
constexpr bool shift_left(T x, T count) {
  return within_width(count) && static_cast<T>(shifted_left(x, count) >> count) != x;
}
template <Integer T>
constexpr bool pow(T x, T exponent) {
  if (exponent <= 0) return false;
  T result = 1;
  T square = x;
  bool square_overflowed = false;
  for (std::uint64_t rest = modular(exponent); rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) {
      if (square_overflowed || __builtin_mul_overflow(result, square, &result)) return true;
    }
    square_overflowed = square_overflowed || __builtin_mul_overflow(square, square, &square);
  }
  return false;
}

}  // namespace overflow
}  // namespace tightloop::ops
