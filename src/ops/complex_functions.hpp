// The functions of complex operands, on principal branches with the special values of C99 Annex G,
// in any floating type of the C library: what constants fold with, what the reference evaluator
// rounds from a wider type, and the leaves of kernels. complex_functions.def lists them.
#pragma once

#include <cmath>
#include <complex>
#include <limits>

namespace tightloop::complex_valued {

using std::acos;
using std::acosh;
using std::asin;
using std::asinh;
using std::atan;
using std::atanh;
using std::cos;
using std::cosh;
using std::exp;
using std::log;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tan;
using std::tanh;

template <class T>
using Complex = std::complex<T>;

template <class T>
bool is_finite(Complex<T> z) {
  return std::isfinite(z.real()) && std::isfinite(z.imag());
}

/// Multiplies part by part, so that an infinite part keeps the sign and kind of its factor.
template <class T>
Complex<T> scaled(Complex<T> z, T factor) {
  return {z.real() * factor, z.imag() * factor};
}

template <class T>
Complex<T> log2(Complex<T> z) {
  return scaled(std::log(z), static_cast<T>(1.442695040888963407359924681001892137L));
}
template <class T>
Complex<T> log10(Complex<T> z) {
  return scaled(std::log(z), static_cast<T>(0.434294481903251827651128918916605082L));
}

/// The sum of two numbers, and what its rounding lost added to `lost` (Knuth, TAOCP 2, 4.2.2).
template <class T>
T sum_with_rest(T x, T y, T& lost) {
  const T sum = x + y, other = sum - x;
  lost += (x - (sum - other)) + (y - other);
  return sum;
}

/// |1 + z|^2 - 1 = 2x + x^2 + y^2 with the products and the sums in two parts: they cancel where
/// |1 + z| is near 1.
template <class T>
T squared_distance_less_one(T x, T y) {
  const T xx = x * x, yy = y * y;
  T lost = std::fma(x, x, -xx) + std::fma(y, y, -yy);
  const bool x_first = std::fabs(x) > std::fabs(y);
  T sum = sum_with_rest(2 * x, x_first ? xx : yy, lost);
  sum = sum_with_rest(sum, x_first ? yy : xx, lost);
  return sum + lost;
}

template <class T>
Complex<T> log1p(Complex<T> z) {
  const T x = z.real(), y = z.imag();
  if (x == 0 && y == 0) return z;
  const T squared = x * x + y * y;
  if (!std::isfinite(squared)) return std::log(Complex<T>(1 + x, y));
  const T less_one = squared_distance_less_one(x, y), angle = std::atan2(y, 1 + x);
  // Near -1 it is 1 + x that is exact, and the square that cancels.
  if (less_one < T{-0.5}) return {std::log(std::hypot(1 + x, y)), angle};
  return {std::log1p(less_one) / 2, angle};
}

/// expm1(x) cos(y) - 2 sin(y/2)^2 + i exp(x) sin(y).
template <class T>
Complex<T> expm1(Complex<T> z) {
  const T x = z.real(), y = z.imag();
  if (y == 0 || !is_finite(z)) {
    const Complex<T> e = std::exp(z);
    return {std::isfinite(x) && y == 0 ? std::expm1(x) : e.real() - 1, e.imag()};
  }
  const T s = std::sin(y / 2), grown = std::exp(z).imag();
  return {std::fma(std::expm1(x), std::cos(y), -2 * s * s), grown};
}

/// z / |z|; 0 for 0, the axis of an only infinite part, NaN where both are infinite or one is NaN.
template <class T>
Complex<T> sign(Complex<T> z) {
  const T x = z.real(), y = z.imag();
  if (std::isnan(x) || std::isnan(y) || (std::isinf(x) && std::isinf(y))) {
    return {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::quiet_NaN()};
  }
  if (std::isinf(x)) return {std::copysign(T{1}, x), std::copysign(T{0}, y)};
  if (std::isinf(y)) return {std::copysign(T{0}, x), std::copysign(T{1}, y)};
  if (x == 0 && y == 0) return z;
  const T size = std::hypot(x, y);
  return {x / size, y / size};
}

template <class T>
Complex<T> product(Complex<T> x, Complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  return {a * c - b * d, a * d + b * c};
}

/// The quotient where a formula gave NaN in both parts, as C99 Annex G (G.5.1, example 2): over
/// zero and of infinities it is infinite, over infinities it is zero; else it is what it was.
template <class T>
Complex<T> recovered_quotient(Complex<T> quotient, Complex<T> x, Complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  if (c == 0 && d == 0) return {a / c, b / c};
  const auto unit = [](T v) { return std::copysign(std::isinf(v) ? T{1} : T{0}, v); };
  const auto scaled = [](T scale, T p, T q, T r, T s) -> Complex<T> {
    return {scale * (p * r + q * s), scale * (q * r - p * s)};
  };
  if ((std::isinf(a) || std::isinf(b)) && is_finite(y)) {
    return scaled(std::numeric_limits<T>::infinity(), unit(a), unit(b), c, d);
  }
  if ((std::isinf(c) || std::isinf(d)) && is_finite(x)) return scaled(0, a, b, unit(c), unit(d));
  return quotient;
}

/// (a + bi)/(c + di) by Smith's algorithm (CACM 5(8), 1962, algorithm 116):
///   |c| >= |d|:  r = d / c,  den = c + d * r,  re = (a + b * r) / den,  im = (b - a * r) / den
///   otherwise:   r = c / d,  den = c * r + d,  re = (a * r + b) / den,  im = (b * r - a) / den
/// A NaN in y takes the second form, y = 0 the first.
template <class T>
Complex<T> quotient(Complex<T> x, Complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  const bool first = std::abs(c) >= std::abs(d);
  const T large = first ? c : d, small = first ? d : c;
  const T r = small / large;
  const T rest = small * r, ar = a * r, br = b * r;
  const T den = large + rest;
  const Complex<T> z = first ? Complex<T>((a + br) / den, (b - ar) / den)
                             : Complex<T>((ar + b) / den, (br - a) / den);
  return std::isnan(z.real()) && std::isnan(z.imag()) ? recovered_quotient(z, x, y) : z;
}

/// z to a whole power n >= 1 by squaring.
template <class T>
Complex<T> whole_power(Complex<T> z, unsigned n) {
  Complex<T> result = z;
  bool started = false;
  for (;; z = product(z, z)) {
    if ((n & 1) != 0) {
      result = started ? product(result, z) : z;
      started = true;
    }
    n >>= 1;
    if (n == 0) return result;
  }
}

/// True where no intermediate power overflows or is lost below the smallest number.
template <class T>
bool powers_stay_finite(Complex<T> z, unsigned n) {
  const T size = std::fmax(std::fabs(z.real()), std::fabs(z.imag()));
  if (!is_finite(z) || size == 0) return false;
  const int exponent = std::abs(std::ilogb(size)) + 1;
  return static_cast<int>(2 * n) * exponent < std::numeric_limits<T>::max_exponent;
}

/// exp(w log z). Whole exponents multiply, real operands stay real; 0 to a power with a positive
/// real part is 0, to a negative whole one is 1 / 0, to any other one but 0 is NaN; anything to the
/// power 0 is 1.
template <class T>
Complex<T> pow(Complex<T> z, Complex<T> w) {
  const T power = w.real();
  const bool real_power = w.imag() == 0;
  if (real_power && power == 0) return {1, 0};
  if (z.real() == 0 && z.imag() == 0) {
    if (power > 0) return {0, 0};
    if (real_power && power == std::trunc(power)) {
      return quotient(Complex<T>{1, 0}, std::fmod(power, T{2}) == 0 ? Complex<T>{0, 0} : z);
    }
    return {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::quiet_NaN()};
  }
  if (real_power && z.imag() == 0 && z.real() > 0) return {std::pow(z.real(), power), 0};
  const T size = std::fabs(power);
  if (real_power && size <= 64 && size == std::trunc(size)) {
    const auto n = static_cast<unsigned>(size);
    if (powers_stay_finite(z, n)) {
      const Complex<T> whole = whole_power(z, n);
      if (power > 0) return whole;
      const T norm = whole.real() * whole.real() + whole.imag() * whole.imag();
      return {whole.real() / norm, -whole.imag() / norm};
    }
  }
  const Complex<T> l = std::log(z);
  return std::exp(real_power ? scaled(l, power) : product(l, w));
}

}  // namespace tightloop::complex_valued
