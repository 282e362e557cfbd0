// log, log2, log10 and log1p: log(2^k m) = k log 2 - log c + log1p(m c - 1) with c from a table
// (Tang, "Table-driven implementation of the logarithm function", ACM TOMS 16, 1990), no branches.
// jit/inline_math.cpp repeats log, log2 and log10 of float32 for AVX-512 step for step.
#pragma once

#include "math/constants.hpp"
#include "math/parts.hpp"

namespace tightloop::math {
namespace {

/// Tables and polynomial of one base; Lo parts are used where `split` says that Hi parts are short
/// enough for their sum to be exact.
template <class V, int base>
struct LogConstants;
#define TIGHTLOOP_LOG_CONSTANTS(V, base, name, s, split_, low)                     \
  template <>                                                                      \
  struct LogConstants<V, base> {                                                   \
    using T = LaneOf<V>::Float;                                                    \
    static constexpr bool split = split_;                                          \
    static constexpr T of2_hi = k##name##Of2Hi##s, of2_lo = k##name##Of2Lo##s;     \
    static constexpr T lead_hi = k##name##LeadHi##s, lead_lo = k##name##LeadLo##s; \
    static constexpr const auto& c = k##name##C##s;                                \
    static constexpr const auto& hi = k##name##Hi##s;                              \
    static constexpr const auto& lo = low;                                         \
    static constexpr const auto& poly = k##name##Poly##s;                          \
  }
TIGHTLOOP_LOG_CONSTANTS(D, 0, Log, D, true, kLogLoD);
TIGHTLOOP_LOG_CONSTANTS(D, 2, Log2, D, true, kLog2LoD);
TIGHTLOOP_LOG_CONSTANTS(D, 10, Log10, D, true, kLog10LoD);
TIGHTLOOP_LOG_CONSTANTS(F, 0, Log, F, false, kLogHiF);
TIGHTLOOP_LOG_CONSTANTS(F, 2, Log2, F, false, kLog2HiF);
TIGHTLOOP_LOG_CONSTANTS(F, 10, Log10, F, true, kLog10LoF);
#undef TIGHTLOOP_LOG_CONSTANTS

#if TIGHTLOOP_MATH_LEVEL == 4
// The specials of parts() make those of the formula.
template <class V>
TIGHTLOOP_INLINE V with_specials(V, V y) {
  return y;
}
#else
template <class V>
TIGHTLOOP_INLINE V with_specials(V x, V y) {
  using L = LaneOf<V>;
  const Bits<V> negative = (Bits<V>)(x < 0), zero = (Bits<V>)(x == 0);
  constexpr auto invalid = L::sign | L::inf | L::unit >> 1;
  const Bits<V> outside = (Bits<V>)(x + x) & ~negative;
  const Bits<V> limits = (negative & invalid) | (zero & (L::sign | L::inf));
  return (x > 0) & (x < L::infinity) ? y : (V)(outside | limits);
}
#endif

/// log of p.m 2^p.k in the base, given r = p.m c[j] - 1.
template <int base, class V>
TIGHTLOOP_INLINE V log_of(const Parts<V>& p, const Bits<V>& j, V r) {
  using C = LogConstants<V, base>;
  const V square = r * r, curve = polynomial(r, square, C::poly);
  V low;
  if constexpr (C::split) {
    low = lookup(C::lo, j);
    if constexpr (base != 2) low = fma(p.k, splat<V>(C::of2_lo), low);
    if constexpr (base != 0) low = fma(r, splat<V>(C::lead_lo), low);
    low = fma(square, curve, low);
  } else if constexpr (base != 0) {
    low = fma(square, curve, r * C::lead_lo);
  } else {
    low = square * curve;
  }
  V high = lookup(C::hi, j);
  if constexpr (base == 2) {
    high += p.k;
  } else {
    high = fma(p.k, splat<V>(C::of2_hi), high);
  }
  return high + (base == 0 ? r + low : fma(r, splat<V>(C::lead_hi), low));
}

template <class V>
TIGHTLOOP_INLINE Bits<V> interval(V m) {
  constexpr int index_bits = sizeof(m[0]) == 8 ? 4 : 5;
  return (Bits<V>)m >> (LaneOf<V>::mantissa - index_bits);
}

template <int base, class V>
TIGHTLOOP_INLINE V logarithm(V x) {
  const Parts<V> p = parts(x);
  const Bits<V> j = interval(p.m);
  const V r = product_minus_one(p.m, lookup(LogConstants<V, base>::c, j));
  return with_specials(x, log_of<base>(p, j, r));
}

template <class V>
TIGHTLOOP_INLINE V log_kernel(V x) {
  return logarithm<0>(x);
}
template <class V>
TIGHTLOOP_INLINE V log2_kernel(V x) {
  return logarithm<2>(x);
}
template <class V>
TIGHTLOOP_INLINE V log10_kernel(V x) {
  return logarithm<10>(x);
}

/// log(u + rest) with u = 1 + x rounded and rest what the rounding left.
template <class V>
TIGHTLOOP_INLINE V log1p_kernel(V x) {
  using L = LaneOf<V>;
  const V u = 1 + x, big = u - x, rest = (1 - big) + (x - (u - big));
  const Parts<V> p = parts(u);
  const Bits<V> j = interval(p.m);
  const V c = lookup(LogConstants<V, 0>::c, j);
  const V down = (V)((L::one << 1) - ((Bits<V>)u & L::inf));  // 2^-k
  const V tail = u < L::infinity ? rest * down : V{};
  const V r = fma(tail, c, product_minus_one(p.m, c));
  const V y = with_specials(u, log_of<0>(p, j, r));
  return (V)((Bits<V>)y | ((Bits<V>)x & L::sign));  // log1p(-0) is -0
}

}  // namespace
}  // namespace tightloop::math
