// cbrt: z = m^(-1/3) from a polynomial, t = y z^2, and the series of (1 - h)^(-2/3) with h = 1 - t
// z, which makes up for two thirds of the rounding of t as well. No division.
#pragma once

#include "math/constants.hpp"
#include "math/parts.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct RootConstants;
template <>
struct RootConstants<D> {
  static constexpr const auto& scale = kCbrtScaleD;
  static constexpr double series[3] = {2.0 / 3, 5.0 / 9, 40.0 / 81};
  static constexpr double magic = 0x1.8p52, third = 1.0 / 3;
};
template <>
struct RootConstants<F> {
  static constexpr const auto& scale = kCbrtScaleF;
  static constexpr float series[2] = {2.0F / 3, 5.0F / 9};
  static constexpr float magic = 0x1.8p23F, third = 1.0F / 3;
};

#if TIGHTLOOP_MATH_LEVEL == 4
TIGHTLOOP_INLINE Parts<D> magnitude_parts(D x) {
  return {_mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero), _mm512_getexp_pd(x)};
}
TIGHTLOOP_INLINE Parts<F> magnitude_parts(F x) {
  return {_mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero), _mm512_getexp_ps(x)};
}
TIGHTLOOP_INLINE D scaled(D x, D n) {
  return _mm512_scalef_pd(x, n);
}
TIGHTLOOP_INLINE F scaled(F x, F n) {
  return _mm512_scalef_ps(x, n);
}
// VFIXUPIMM has four bits for each class of x, from the lowest: quiet NaN, signalling NaN, zero,
// one, -inf, inf, negative, positive. 0 leaves y, 1 gives x, 2 gives x as a quiet NaN.
constexpr int kFixupCopiesSpecials = 0x110122;
TIGHTLOOP_INLINE D or_special(D x, D y) {
  return _mm512_fixupimm_pd(y, x, _mm512_set1_epi64(kFixupCopiesSpecials), 0);
}
TIGHTLOOP_INLINE F or_special(F x, F y) {
  return _mm512_fixupimm_ps(y, x, _mm512_set1_epi32(kFixupCopiesSpecials), 0);
}
/// 2^(-n/3) for n of 0, 1 or 2.
template <class V>
TIGHTLOOP_INLINE V third_power(V n) {
  return lookup(RootConstants<V>::scale, (Bits<V>)(n + RootConstants<V>::magic));
}
#else
template <class V>
TIGHTLOOP_INLINE Parts<V> magnitude_parts(V x) {
  return parts(abs(x));
}
/// x 2^n for integers n within the range of normal numbers.
template <class V>
TIGHTLOOP_INLINE V scaled(V x, V n) {
  constexpr int m = LaneOf<V>::mantissa;
  return x * (V)(((Bits<V>)(n + RootConstants<V>::magic) << m) + LaneOf<V>::one);
}
template <class V>
TIGHTLOOP_INLINE V or_special(V x, V y) {
  const V a = abs(x);
  return (a > 0) & (a < LaneOf<V>::infinity) ? y : x + x;
}
template <class V>
TIGHTLOOP_INLINE V third_power(V n) {
  using C = RootConstants<V>;
  const V most = n < 2 ? splat<V>(C::scale[1]) : splat<V>(C::scale[2]);
  return n < 1 ? splat<V>(C::scale[0]) : most;
}
#endif

/// m^(-1/3) for m in [1, 2), by Horner's rule: the polynomial is too short for pairs to pay.
TIGHTLOOP_INLINE F start(F m) {
  F sum = splat<F>(kCbrtPolyF[3]);
  for (int i = 2; i >= 0; --i) sum = fma(sum, m, splat<F>(kCbrtPolyF[i]));
  return sum;
}
TIGHTLOOP_INLINE D start(D m) {
  return polynomial(m, m * m, kCbrtPolyD);
}

template <class V>
TIGHTLOOP_INLINE V cbrt_kernel(V x) {
  using C = RootConstants<V>;
  const Parts<V> p = magnitude_parts(x);
  const V q = fma(p.k - 1, splat<V>(C::third), splat<V>(C::magic)) - C::magic;  // floor(k / 3)
  const V rem = nfma(q, splat<V>(3), p.k);
  const V y = scaled(p.m, rem), z = start(p.m) * third_power(rem);
  const V t = y * (z * z), h = nfma(t, z, splat<V>(1));
  const V root = fma(t * h, polynomial(h, h * h, C::series), t);
  return or_special(x, with_sign(scaled(root, q), x));
}

}  // namespace
}  // namespace tightloop::math
