// erf from tables; erfc and gelu as exp(-x^2) times the scaled function erfcx,
// piecewise too (Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23,
// 1969, has the decomposition), which keeps their relative accuracy down to the underflow.
#pragma once

#include "math/erf_rows.hpp"
#include "math/error_constants.hpp"
#include "math/precise_exponential.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct ErrorConstants;
// last: erfc(last) is 0, as is gelu(-last_gelu).
#define TIGHTLOOP_ERROR_CONSTANTS(V, s, last_, last_gelu_)               \
  template <>                                                            \
  struct ErrorConstants<V> {                                             \
    using T = LaneOf<V>::Float;                                          \
    static constexpr T last = last_, last_gelu = last_gelu_;             \
    static constexpr T half_root = static_cast<T>(0x1.6a09e667f3bcdp-1); \
    static constexpr const auto& erfcx = kErfcx##s;                      \
  }
TIGHTLOOP_ERROR_CONSTANTS(D, D, 27.5, 39);
TIGHTLOOP_ERROR_CONSTANTS(F, F, 10.5F, 15);
#undef TIGHTLOOP_ERROR_CONSTANTS

/// erf(x) = x Q(|x|), with Q from one of sixteen intervals of width 1/4.
TIGHTLOOP_INLINE F erf_kernel(F x) {
  const F a = abs(x);
  const F shifted = fma(a, splat<F>(4), splat<F>(-0.5F)) + 0x1.8p23F;
  const F t = nfma(shifted - 0x1.8p23F, splat<F>(0.25F), a - 0.125F);
  const F y = a * piecewise<kErfF>(t, Row<F>{(U32)shifted});
  return with_sign(a > 3.92F ? splat<F>(1) : y, x);
}

/// The Taylor series around the nearest multiple r of 1/128: erf(r + d) = erf(r) + erf'(r) d (1 + d
/// q), where the coefficients of q are polynomials in r (Hermite's).
TIGHTLOOP_INLINE D erf_kernel(D x) {
  const D a = abs(x), shifted = min(a, splat<D>(6)) + 0x1.8p45, r = shifted - 0x1.8p45, d = a - r;
  const Both<D> at = read_rows(kErfRows, (U64)shifted & 0x3ff);
  const D r2 = r * r, d2 = d * d;
  const auto even = [&](double first, const auto&... c) __attribute__((always_inline)) {
    D sum = splat<D>(first);
    ((sum = fma(sum, r2, splat<D>(c))), ...);
    return sum;
  };
  const D low = fma(even(2.0 / 3, -1.0 / 3), d, -r);
  const D mid = fma(even(2.0 / 15, -2.0 / 5, 0.1), d, r * even(-1.0 / 3, 0.5));
  const D top = fma(even(1.0 / 7, -1.0 / 42), d, r * even(-2.0 / 45, 2.0 / 9, -1.0 / 6));
  const D q = fma(fma(top, d2, mid), d2, low), step = at.second * d;
  const D y = at.first + fma(step, d * q, step);
  return with_sign(a > 5.93 ? splat<D>(1) : y, x);
}

/// exp(x + low) times factor, rounded twice only where it is subnormal.
template <class V>
TIGHTLOOP_INLINE V scaled_exp(V x, V low, V factor) {
  const Exponential<V> e = precise_exp(x, low);
  return scale_by_power(e.p * factor, e.n);
}

/// exp(a^2) erfc(a) for a = x scale, from 0 to 30; a is used rounded only to find the interval.
template <class V>
TIGHTLOOP_INLINE V erfcx(V x, typename LaneOf<V>::Float scale) {
  using C = ErrorConstants<V>;
  const Quarter<V> at = quarter_of(fma(x, splat<V>(scale), splat<V>(2)));
  return piecewise<C::erfcx>(fma(x, splat<V>(scale), 2 - at.middle), at.row);
}

template <class V>
TIGHTLOOP_INLINE V erfc_kernel(V x) {
  using C = ErrorConstants<V>;
  const V a = min(splat<V>(C::last), abs(x)), square = a * a;
  const V tail = scaled_exp(-square, -product_error(a, a, square), erfcx(a, 1));
  return x < 0 ? 2 - tail : tail;
}

/// x (1 - erfc(x / sqrt 2) / 2), which for negative x is -|x| erfc(|x| / sqrt 2) / 2.
template <class V>
TIGHTLOOP_INLINE V gelu_kernel(V x) {
  using C = ErrorConstants<V>;
  const V a = min(splat<V>(C::last_gelu), abs(x)), square = a * a;
  const V factor = erfcx(a, C::half_root) * (a * 0.5F);
  const V part = scaled_exp(square * -0.5F, product_error(a, a, square) * -0.5F, factor);
  return x < 0 ? -part : x - part;
}

}  // namespace
}  // namespace tightloop::math
