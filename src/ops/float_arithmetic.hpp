// Floating-point operations that C++ has no single function for: NaN-aware selection, floored
// division after Python's float_divmod, and functions computed in a wider type and rounded once.
#pragma once

#include <cmath>
#include <limits>

#include "ops/lane_types.hpp"
#include "ops/remainder.hpp"

namespace tightloop::ops {

template <Float T>
constexpr bool is_nan(T x) {
  return x != x;
}

template <Float T>
constexpr T quiet_nan() {
  return std::numeric_limits<T>::quiet_NaN();
}

/// The smaller of two numbers, neither NaN; -0 is below +0.
template <Float T>
T lesser(T x, T y) {
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

template <Float T>
T greater_of(T x, T y) {
  if (x == y) return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

/// The remainder of fmod, moved by y where their signs differ; a zero has the sign of y.
template <Float T>
T floored_remainder(T x, T y) {
  const T remainder = exact_fmod(x, y);
  if (remainder == 0) return std::copysign(T{0}, y);
  return (remainder < 0) != (y < 0) ? remainder + y : remainder;
}

/// (x - fmod(x, y)) / y is an integer but for rounding; it goes to the nearest one, after 1 is
/// taken off where the remainder was moved. A zero has the sign of x / y.
template <Float T>
T floored_quotient(T x, T y) {
  if (y == 0) return x / y;
  const T remainder = exact_fmod(x, y);
  T quotient = (x - remainder) / y;
  if (remainder != 0 && (remainder < 0) != (y < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T{0}, x / y);
  const T below = std::floor(quotient);
  return quotient - below > T{0.5} ? below + 1 : below;
}

/// The type in which functions of T are computed before they are rounded once to T.
template <Float T>
using Wider = std::conditional_t<std::same_as<T, float>, double, long double>;

template <Float T, class F>
T rounded(F&& function, T x) {
  return static_cast<T>(function(static_cast<Wider<T>>(x)));
}
template <Float T, class F>
T rounded(F&& function, T x, T y) {
  return static_cast<T>(function(static_cast<Wider<T>>(x), static_cast<Wider<T>>(y)));
}

}  // namespace tightloop::ops
