// asin, acos, atan and atan2: polynomials up to 1/2; above, asin(x) = pi/2 - 2 asin sqrt((1 - x)/2)
// and atan(a / b) = pi/4 + atan((a - b) / (a + b)). Constants are multiples of pi in two parts.
#pragma once

#include "math/trigonometry_constants.hpp"
#include "math/vector.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct ArcConstants;
#define TIGHTLOOP_ARC_CONSTANTS(V, s, large_)              \
  template <>                                              \
  struct ArcConstants<V> {                                 \
    using T = LaneOf<V>::Float;                            \
    static constexpr T pi = kPi1##s, pi_low = kPi2##s;     \
    static constexpr T large = large_;                     \
    static constexpr const auto& asin_poly = kAsinPoly##s; \
    static constexpr const auto& atan_poly = kAtanPoly##s; \
  }
// large: sums of two numbers up to it do not overflow.
TIGHTLOOP_ARC_CONSTANTS(D, D, 0x1p1000);
TIGHTLOOP_ARC_CONSTANTS(F, F, 0x1p120F);
#undef TIGHTLOOP_ARC_CONSTANTS

/// asin(root) = root + correction, where root^2 = square <= 1/4.
template <class V>
TIGHTLOOP_INLINE V asin_correction(V root, V square) {
  return root * square * long_polynomial(square, square * square, ArcConstants<V>::asin_poly);
}

/// n pi + factor (root + correction); the factor is a power of two.
template <class V>
TIGHTLOOP_INLINE V around_pi(V n, V factor, V root, V correction) {
  using C = ArcConstants<V>;
  return fma(factor, root, n * C::pi) + fma(factor, correction, n * C::pi_low);
}

/// Root and square for asin and acos: |x| up to 1/2, else sqrt((1 - |x|) / 2); NaN past 1.
template <class V>
struct Leg {
  V root, square;
};
template <class V>
TIGHTLOOP_INLINE Leg<V> leg_of(V a) {
  const auto upper = a > 0.5F;
  // The two meet at 1/2.
  const V square = min(a * a, fma(a, splat<V>(-0.5F), splat<V>(0.5F)));
  return {upper ? sqrt(square) : a, square};
}

template <class V>
TIGHTLOOP_INLINE V asin_kernel(V x) {
  const V a = abs(x);
  const auto upper = a > 0.5F;
  const Leg<V> leg = leg_of(a);
  const V n = where(upper, splat<V>(0.5F)), factor = 1 - where(upper, splat<V>(3));
  return with_sign(around_pi(n, factor, leg.root, asin_correction(leg.root, leg.square)), x);
}

template <class V>
TIGHTLOOP_INLINE V acos_kernel(V x) {
  const V a = abs(x), half = loaded<V>(0.5F);
  const auto upper = a > 0.5F;
  const Leg<V> leg = leg_of(a);
  // 1/2, or 0 or 1 after the sign; -1, or 2.
  const V n = half - where(upper, with_sign(half, x));
  const V factor = times_sign(where(upper, splat<V>(3)) - 1, x);
  return around_pi(n, factor, leg.root, asin_correction(leg.root, leg.square));
}

/// atan(a / b) for 0 <= a <= b, added to or (where the sign is negative) subtracted from n quarters
/// of pi. upper: a / b > 1/2.
template <class V>
TIGHTLOOP_INLINE V arc_of_quotient(V a, V b, Mask<V> upper, V n, V sign) {
  using C = ArcConstants<V>;
  const V t = times_sign((a - where(upper, b)) / (b + where(upper, a)), sign);
  n += where(upper, with_sign(loaded<V>(1), sign));
  const V z = t * t, correction = t * z * long_polynomial(z, z * z, C::atan_poly);
  return fma(n, splat<V>(C::pi / 4), t) + fma(n, splat<V>(C::pi_low / 4), correction);
}

template <class V>
TIGHTLOOP_INLINE V atan_kernel(V x) {
  const V a = abs(x), one = splat<V>(1);
  const auto swapped = a > 1, upper = (a > 0.5F) & (a < 2);
  const V n = where(swapped, splat<V>(2));
  // NaN passes both.
  const V y = arc_of_quotient(min(one, a), max(one, a), upper, n, (V)swapped);
  return with_sign(y, x);
}

/// Brings large legs into the range where they can be added, and keeps their quotient, which is 1
/// for two infinities.
template <class V>
TIGHTLOOP_INLINE void scale_legs(V& a, V& b) {
  const V one = splat<V>(1), zero{};
  const auto large = b > ArcConstants<V>::large;
  const auto infinite = (b == LaneOf<V>::infinity) & (a == a);
  const V quotient = a == b ? one : zero;
  a = infinite ? quotient : large ? a * 0.25F : a;
  b = infinite ? one : large ? b * 0.25F : b;
}

template <class V>
TIGHTLOOP_INLINE V atan2_kernel(V y, V x) {
  const V ay = abs(y), ax = abs(x), two = loaded<V>(2);
  V a = min(ay, ax), b = max(ax, ay);  // of a NaN and a number, one gets the NaN
  if (__builtin_expect(any_above(b, ArcConstants<V>::large), 0)) scale_legs(a, b);
  b = b == 0 ? splat<V>(1) : b;  // and so is a
  // Quarters: 0, or 4 left of the axis; 2 where the legs are swapped.
  const auto swapped = ay > ax;
  const V n = two - where(~swapped, with_sign(two, x));
  const V sign = (V)((Bits<V>)x ^ (Bits<V>)swapped);
  return with_sign(arc_of_quotient(a, b, a + a > b, n, sign), y);
}

}  // namespace
}  // namespace tightloop::math
