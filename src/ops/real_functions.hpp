// The real function of each row of the op table whose lowering is `math`, in any floating type of
// the C library: what constants fold with, what the reference evaluator rounds from a wider type,
// and the leaf of a function that has no vector kernel.
#pragma once

#include <math.h>  // lgamma_r is of POSIX

#include <cmath>
#include <limits>

namespace tightloop::real {

using std::acos;
using std::acosh;
using std::asin;
using std::asinh;
using std::atan;
using std::atan2;
using std::atanh;
using std::cbrt;
using std::cos;
using std::cosh;
using std::erf;
using std::erfc;
using std::exp;
using std::exp2;
using std::expm1;
using std::hypot;
using std::log;
using std::log10;
using std::log1p;
using std::log2;
using std::sin;
using std::sinh;
using std::tan;
using std::tanh;
using std::tgamma;

/// x to the y. The C library's long double function has +inf for (-inf) ** -2^63.
template <class T>
T pow(T x, T y) {
  const bool vanishes = std::isinf(x) && y == -std::ldexp(T{1}, 63);
  return vanishes ? T{0} : std::pow(x, y);
}

template <class T>
T exp10(T x) {
  return std::pow(T{10}, x);
}

/// The library's plain lgamma keeps the sign in a variable that threads share.
inline float lgamma(float x) {
  int sign = 0;
  return ::lgammaf_r(x, &sign);
}
inline double lgamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}
inline long double lgamma(long double x) {
  int sign = 0;
  return ::lgammal_r(x, &sign);
}

/// log(exp(x) + exp(y)) = max + log1p(exp(min - max)).
template <class T>
T logaddexp(T x, T y) {
  if (x == y) return x + static_cast<T>(0.693147180559945309417232121458176568L);
  const T gap = std::fabs(x - y);
  return std::isnan(gap) ? gap : std::fmax(x, y) + std::log1p(std::exp(-gap));
}

/// log2(exp2(x) + exp2(y)) = max + log1p(exp2(min - max)) / log(2).
template <class T>
T logaddexp2(T x, T y) {
  if (x == y) return x + 1;
  const T gap = std::fabs(x - y);
  constexpr T per_log = static_cast<T>(1.442695040888963407359924681001892137L);
  return std::isnan(gap) ? gap : std::fmax(x, y) + std::log1p(std::exp2(-gap)) * per_log;
}

/// x erfc(-x / sqrt(2)) / 2. Far out erfc falls so fast that the rounding of its argument has to be
/// made up for: by its derivative, -2 exp(-z^2) / sqrt(pi).
template <class T>
T gelu(T x) {
  if (x == -std::numeric_limits<T>::infinity()) return -T{0};
  constexpr long double kRootHalf = 0.707106781186547524400844362104849039L;
  constexpr T root = static_cast<T>(kRootHalf);
  // What `root` lacks; where T is the widest type, from the decimal expansion.
  constexpr T rest = std::numeric_limits<T>::digits == 64 ? static_cast<T>(0x1.65f626cdd52bp-66L)
                                                          : static_cast<T>(kRootHalf - root);
  const T z = -x * root;
  const T lost = std::fma(-x, root, -z) - x * rest;
  constexpr T slope = static_cast<T>(1.128379167095512573896158903121545172L);
  const T area = std::erfc(z) - (std::isfinite(lost) ? slope * std::exp(-z * z) * lost : T{0});
  return x * area / 2;
}

}  // namespace tightloop::real
