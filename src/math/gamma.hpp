// tgamma and lgamma: piecewise polynomials from 1/2 to 8, Stirling's series with a logarithm in two
// parts from there on, the reflection formula below 0. float32 is computed in float64.
#pragma once

#include "math/gamma_constants.hpp"
#include "math/library.hpp"
#include "math/logarithms.hpp"
#include "math/piecewise.hpp"
#include "math/power.hpp"

namespace tightloop::math {
namespace {

/// log(gamma(a)) with an error of about 2^-63 of it, for a from 8 to 1e305.
TIGHTLOOP_INLINE Pair stirling(D a) {
  const Pair l = log_pair<false>(a);
  const D less = l.high - 1, less_low = ((l.high - less) - 1) + l.low, m = a - 0.5;
  const D product = m * less, product_low = fma(m, less_low, product_error(m, less, product));
  const D inverse = 1 / a, square = inverse * inverse;
  const D rest = inverse * polynomial(square, square * square, kStirling);
  const D high = product + kStirlingHi;
  return {high, ((product - high) + kStirlingHi) + (product_low + (rest + kStirlingLo))};
}

/// sin(pi a) / pi with its sign, for a from 0 to 2^52; exactly 0 for integers.
TIGHTLOOP_INLINE D sine_over_pi(D a) {
  const D shifted = a + 0x1p52, f = a - (shifted - 0x1p52), square = f * f;
  const D y = fma(f * square, polynomial(square, square * square, kSinPi), f);
  return (D)((U64)y ^ (U64)shifted << 63);
}

/// The argument of the polynomials: a from 1/2 on, 1 + a below.
TIGHTLOOP_INLINE D from_half(D a) {
  return a < 0.5 ? 1 + a : a;
}

TIGHTLOOP_INLINE D tgamma_kernel(D x) {
  const D a = min(splat<D>(0x1p52), abs(x));
  const auto negative = x < 0, small = a < 0.5, big = a >= 8;
  const D w = any(negative) ? sine_over_pi(a) : splat<D>(1);
  D y{};
  if (any(~big)) {
    const D u = from_half(a);
    const Quarter<D> at = quarter_of(u);
    const D inverse = piecewise<kInverseGamma>(u - at.middle, at.row);  // 1 / gamma(u)
    const D reflected = small ? w : a * w;
    y = (negative ? -inverse : splat<D>(1)) /
        (negative ? reflected : (small ? a * inverse : inverse));
  }
  if (any(big)) {
    const D c = min(splat<D>(256), a);
    Pair l = stirling(big ? c : splat<D>(8));
    l = {negative ? -l.high : l.high, negative ? -l.low : l.low};
    Exponential<D> e = exp_pair(l);
    if (any(negative)) e.p /= negative ? -(c * w) : splat<D>(1);
    y = big ? scale_by_power(e.p, e.n) : y;
  }
  y = x == 0 ? with_sign(splat<D>(LaneOf<D>::infinity), x) : y;
  return (negative & (w == 0)) | (x != x) ? splat<D>(__builtin_nan("")) : y;
}

/// log|gamma(x)|, without the care for what cancels around its negative zeros.
TIGHTLOOP_INLINE D lgamma_plain(D x, D a, Mask<D>& cancels) {
  const auto negative = x < 0, small = a < 0.5, big = a >= 8;
  D y{}, reflected{};
  if (any(~big)) {
    const D u = from_half(a);
    const Quarter<D> at = quarter_of(u);
    const D zeros = small ? a * (a - 1) : (a - 1) * (a - 2);      // at u of 1 and 2
    y = zeros * piecewise<kLogGamma>(u - at.middle, at.row) + 0;  // log(gamma(u)), never -0
  }
  if (any(big)) {
    const Pair l = stirling(big ? a : splat<D>(8));
    y = big ? l.high + l.low : y;
  }
  cancels = Mask<D>{};
  if (any(negative | small)) {
    D q = a;
    if (any(negative)) {
      const D w = abs(sine_over_pi(min(splat<D>(0x1p52), a)));
      q = negative ? (small ? w : a * w) : a;
    }
    const D l = log_kernel(q);
    reflected = -l - y;
    cancels = negative & (a > 2) & (a < 64) & (abs(reflected) < fma(y, splat<D>(0.5), splat<D>(1)));
    y = negative ? reflected : (small ? y - l : y);
  }
  // Where the product overflows before the result does, and where all numbers are integers.
  y = (a >= 0x1.754d9278b51a8p1014) | (negative & (a >= 0x1p52)) ? splat<D>(LaneOf<D>::infinity)
                                                                 : y;
  return x != x ? x : y;
}

TIGHTLOOP_INLINE D lgamma_kernel(D x) {
  Mask<D> cancels;
  D y = lgamma_plain(x, abs(x), cancels);
  if (any(cancels)) {
    // The C library has expansions around each zero.
    for (int i = 0; i < LaneOf<D>::lanes; ++i) {
      if (cancels[i] != 0) y[i] = library::lgamma(x[i]);
    }
  }
  return y;
}

TIGHTLOOP_INLINE F tgamma_kernel(F x) {
  const Widened w = widened(x);
  return narrowed({tgamma_kernel(w.low), tgamma_kernel(w.high)});
}
TIGHTLOOP_INLINE F lgamma_kernel(F x) {
  const Widened w = widened(x);
  Mask<D> ignored;  // float64 has bits to spare for what cancels
  return narrowed(
      {lgamma_plain(w.low, abs(w.low), ignored), lgamma_plain(w.high, abs(w.high), ignored)});
}

}  // namespace
}  // namespace tightloop::math
