// sin, cos and tan: a polynomial on half a period (tan: a quotient of them on a quarter) after
// the reduction of angles.hpp.
#pragma once

#include "math/angles.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct CircularConstants;
template <>
struct CircularConstants<D> {
  static constexpr const auto& sin_poly = kSinPolyD;
  static constexpr const auto& tan_below_poly = kTanBelowPolyD;
};
template <>
struct CircularConstants<F> {
  static constexpr const auto& sin_poly = kSinPolyF;
  static constexpr const auto& tan_below_poly = kTanBelowPolyF;
};

/// The parity of the multiple in the sign bit, and zeros.
template <class V>
TIGHTLOOP_INLINE Bits<V> parity_sign(V multiple) {
  return (Bits<V>)multiple << (8 * sizeof(multiple[0]) - 1);
}

/// z times the polynomial, which 1 is to be added to: the terms after the first are small, so that
/// the rounding of this one is nearly all there is.
template <class V, int n>
TIGHTLOOP_INLINE V bend_of(V z, const typename LaneOf<V>::Float (&c)[n]) {
  const V square = z * z;
  return fma(square, long_polynomial(z, square, c, 1), z * c[0]);
}

/// The sine of |r| up to pi/2, negated after an odd multiple.
template <class V>
TIGHTLOOP_INLINE V sine_of(const Angle<V>& angle) {
  const V sign = (V)((Bits<V>)angle.rest ^ parity_sign(angle.multiple)), r = abs(angle.rest);
  const V bend = bend_of(r * r, CircularConstants<V>::sin_poly);
  // Not past 1 by a rounding.
  return with_sign(min(splat<V>(1), fma(bend, r, r)), sign);
}

/// tan r = r / (r cot r); after an odd number of quarters -1 / tan r.
template <class V>
TIGHTLOOP_INLINE V tangent_of(const Angle<V>& angle) {
  V top = angle.rest, bottom = 1 + bend_of(top * top, CircularConstants<V>::tan_below_poly);
  const Bits<V> odd = parity_sign(angle.multiple);
  swap_where((Mask<V>)odd < 0, top, bottom);
  return (V)((Bits<V>)top ^ odd) / bottom;
}

template <Circular function, class V>
TIGHTLOOP_INLINE V function_of(const Angle<V>& angle) {
  if constexpr (function == Circular::tangent) return tangent_of(angle);
  return sine_of(angle);
}
template <Circular function, class V>
__attribute__((noinline, cold)) V circular_of_any(V x) {
  return function_of<function>(reduce<function>(x));
}
/// A call for vectors with a large lane: nothing is kept across it, so that others need no frame.
template <Circular function, class V>
TIGHTLOOP_INLINE V circular(V x) {
  if (__builtin_expect(any_above(x, AngleConstants<V>::limit), 0))
    return circular_of_any<function>(x);
  return function_of<function>(subtract_multiple<function>(x));
}

template <class V>
TIGHTLOOP_INLINE V sin_kernel(V x) {
  return circular<Circular::sine>(x);
}
template <class V>
TIGHTLOOP_INLINE V cos_kernel(V x) {
  return circular<Circular::cosine>(x);
}
template <class V>
TIGHTLOOP_INLINE V tan_kernel(V x) {
  return circular<Circular::tangent>(x);
}

}  // namespace
}  // namespace tightloop::math
