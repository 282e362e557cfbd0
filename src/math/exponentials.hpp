// exp, exp2 and expm1: 2^(k + j/16) exp(r) with a table of sixteenths (Tang, "Table-driven
// implementation of the exponential function", ACM TOMS 15, 1989), without branches.
// jit/inline_math.cpp repeats exp and exp2 of float32 for AVX-512 step for step.
#pragma once

#include "math/constants.hpp"
#include "math/vector.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct ExpConstants;
#define TIGHTLOOP_EXP_CONSTANTS(V, s, magic_, top_, bottom_, top2_, bottom2_, one_, tiny_, last_) \
  template <>                                                                                     \
  struct ExpConstants<V> {                                                                        \
    using T = LaneOf<V>::Float;                                                                   \
    static constexpr T magic = magic_, top = top_, bottom = bottom_, top2 = top2_,                \
                       bottom2 = bottom2_, minus_one = one_, tiny = tiny_, last = last_;          \
    static constexpr T log2e = kLog2E##s, ln2_hi = kLn2Hi##s, ln2_lo = kLn2Lo##s;                 \
    static constexpr const auto& table = kExp2Table##s;                                           \
    static constexpr const auto& low = kExp2Low##s;                                               \
    static constexpr const auto& exp_poly = kExpPoly##s;                                          \
    static constexpr const auto& exp2_poly = kExp2Poly##s;                                        \
    static constexpr const auto& expm1_poly = kExpm1Poly##s;                                      \
  }
// magic: adding it rounds to sixteenths, which land in the low bits. top, bottom: exp overflows and
// underflows to zero within them. minus_one: expm1 is -1 below it. tiny: expm1(x) is x below it.
// last: the last sixteenth that expm1 uses, 0 for any.
TIGHTLOOP_EXP_CONSTANTS(D, D, 0x1.8p48, 710, -746, 1025, -1076, -40, 0x1p-54, 0);
TIGHTLOOP_EXP_CONSTANTS(F, F, 0x1.8p19F, 89, -104, 129, -151, -18, 0x1p-25F, 127.9375F);
#undef TIGHTLOOP_EXP_CONSTANTS

/// x as (16 k + j) / 16 units of log2(base), in two forms.
template <class V>
struct Sixteenths {
  Bits<V> bits;  ///< the low four bits are j, the bits above them k in two's complement
  V value;
};
template <class V>
TIGHTLOOP_INLINE Sixteenths<V> to_sixteenths(V x, typename LaneOf<V>::Float scale,
                                             typename LaneOf<V>::Float last = 0) {
  using C = ExpConstants<V>;
  V shifted = fma(x, splat<V>(scale), splat<V>(C::magic));
  if (last != 0) shifted = min(splat<V>(C::magic + last), shifted);
  return {(Bits<V>)shifted, shifted - C::magic};
}

/// p times 2^k rounded once, for p in [1/2, 2] and any k that the clamps let through.
template <class V>
TIGHTLOOP_INLINE V scale_by_power(V p, const Sixteenths<V>& n) {
#if TIGHTLOOP_MATH_LEVEL == 4
  if constexpr (sizeof(p[0]) == 8) {
    return _mm512_scalef_pd(p, n.value);
  } else {
    return _mm512_scalef_ps(p, n.value);
  }
#else
  // Two factors, as 2^k alone may be out of range; the first product is exact.
  constexpr int m = LaneOf<V>::mantissa;
  const I32 k = (I32)n.bits >> 4;  // in the lower half of 64-bit lanes; the shift drops the rest
  const I32 half = k >> 1;
  const V first = (V)(((Bits<V>)half << m) + LaneOf<V>::one);
  const V second = (V)(((Bits<V>)(k - half) << m) + LaneOf<V>::one);
  return p * first * second;
#endif
}

template <class V>
TIGHTLOOP_INLINE V reduced(V x, V n) {
  using C = ExpConstants<V>;
  return nfma(n, splat<V>(C::ln2_lo), nfma(n, splat<V>(C::ln2_hi), x));
}

template <class V>
TIGHTLOOP_INLINE V clamp(V x, typename LaneOf<V>::Float low, typename LaneOf<V>::Float high) {
  return max(splat<V>(low), min(splat<V>(high), x));
}

/// Keeps what the reduction of an argument out of range leaves from spoiling the scaling, where the
/// scaling takes any exponent; clamp_argument does so elsewhere.
template <class V>
TIGHTLOOP_INLINE V bounded(V r) {
#if TIGHTLOOP_MATH_LEVEL == 4
  // The smaller magnitude of r and 1/16 with the sign of r; 1/16 for NaN.
  if constexpr (sizeof(r[0]) == 8) {
    return _mm512_range_pd(r, splat<V>(0.0625), 2);
  } else {
    return _mm512_range_ps(r, splat<V>(0.0625F), 2);
  }
#else
  return r;
#endif
}
template <class V>
TIGHTLOOP_INLINE V clamp_argument(V x, typename LaneOf<V>::Float low,
                                  typename LaneOf<V>::Float high) {
  return TIGHTLOOP_MATH_LEVEL == 4 ? x : clamp(x, low, high);
}

template <class V>
TIGHTLOOP_INLINE V exp_kernel(V x) {
  using C = ExpConstants<V>;
  x = clamp_argument(x, C::bottom, C::top);
  const Sixteenths<V> n = to_sixteenths(x, C::log2e);
  const V r = bounded(reduced(x, n.value)), t = lookup(C::table, n.bits), square = r * r;
  const V q = fma(square, polynomial(r, square, C::exp_poly), r);
  return scale_by_power(fma(t, q, t), n);
}

template <class V>
TIGHTLOOP_INLINE V exp2_kernel(V x) {
  using C = ExpConstants<V>;
  x = clamp_argument(x, C::bottom2, C::top2);
  const Sixteenths<V> n = to_sixteenths(x, 1);
  const V r = bounded(x - n.value), t = lookup(C::table, n.bits);
  return scale_by_power(fma(t * r, polynomial(r, r * r, C::exp2_poly), t), n);
}

/// unit 2^k, for k within the range of normal numbers.
template <class V>
TIGHTLOOP_INLINE V power(const Sixteenths<V>& n, typename LaneOf<V>::Float unit) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return scale_by_power(splat<V>(unit), n);
#else
  const I32 k = (I32)n.bits >> 4;
  return (V)(((Bits<V>)k << LaneOf<V>::mantissa) + (Bits<V>)splat<V>(unit));
#endif
}

/// expm1(x) for x within [minus_one, top]; the sign of a zero is lost.
template <class V>
TIGHTLOOP_INLINE V expm1_reduced(V x) {
  using C = ExpConstants<V>;
  constexpr bool wide = sizeof(x[0]) == 8;
  Sixteenths<V> n = to_sixteenths(x, C::log2e, C::last);
  const V r = reduced(x, n.value), t = lookup(C::table, n.bits);
  const V square = r * r, q = fma(square, polynomial(r, square, C::expm1_poly), r);
  const V rest = fma(t, q, lookup(C::low, n.bits));
  // 2^k overflows shortly before the result does: float64 takes half of everything. In float32 the
  // polynomial is good enough for the last interval to reach so far (C::last).
  const V s = power(n, wide ? 0.5F : 1.0F);
  const V y = fma(s, rest, fma(s, t, splat<V>(wide ? -0.5F : -1.0F)));
  return wide ? y + y : y;
}

template <class V>
TIGHTLOOP_INLINE V expm1_kernel(V x) {
  using C = ExpConstants<V>;
  if constexpr (sizeof(x[0]) == 8) {
    const V y = expm1_reduced(clamp(x, C::minus_one, C::top));
    return abs(x) < C::tiny ? x : y;
  } else {
    const V y = expm1_reduced(max(splat<V>(C::minus_one), x));
    return (V)((Bits<V>)y | ((Bits<V>)x & LaneOf<V>::sign));
  }
}

}  // namespace
}  // namespace tightloop::math
