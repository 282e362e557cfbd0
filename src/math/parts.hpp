// Significand and exponent of every lane, subnormals included. Used by logarithms and cube roots.
#pragma once

#include "math/vector.hpp"

namespace tightloop::math {
namespace {

/// x as m 2^k with m in [1, 2).
template <class V>
struct Parts {
  V m, k;
};

#if TIGHTLOOP_MATH_LEVEL == 4
// k is -inf for 0 and inf for inf, m is NaN below 0, both are NaN for NaN.
TIGHTLOOP_INLINE Parts<D> parts(D x) {
  return {_mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_nan), _mm512_getexp_pd(x)};
}
TIGHTLOOP_INLINE Parts<F> parts(F x) {
  return {_mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_nan), _mm512_getexp_ps(x)};
}
#else
TIGHTLOOP_INLINE D exponent(D x) {
  // The biased exponent as the low bits of 2^52.
  return (D)(((U64)x >> 52) | 0x4330000000000000ULL) - (0x1p52 + 1023);
}
TIGHTLOOP_INLINE F exponent(F x) {
  return __builtin_convertvector((I32)((U32)x >> 23), F) - 127;
}
template <class V>
TIGHTLOOP_INLINE Parts<V> parts(V x) {
  using L = LaneOf<V>;
  constexpr typename L::Float up = sizeof(x[0]) == 8 ? 0x1p54 : 0x1p25F;
  constexpr typename L::Float by = sizeof(x[0]) == 8 ? 54 : 25;
  const V smallest = (V)(Bits<V>{} + L::unit);
  const auto subnormal = x < smallest;
  x = subnormal ? x * up : x;
  const V k = exponent(x);
  const auto m = ((Bits<V>)x & ~(L::inf | L::sign)) | L::one;
  return {(V)m, subnormal ? k - by : k};
}
#endif

}  // namespace
}  // namespace tightloop::math
