// pow and exp10. pow is exp(y log x) with the logarithm in two parts of 53 bits (table of sixteen,
// after Gal and Bachelis, "An accurate elementary mathematical library for the IEEE floating point
// standard", ACM TOMS 17, 1991; and the sums of Dekker, Numer. Math. 18, 1971).
#pragma once

#include "math/power_constants.hpp"
#include "math/precise_exponential.hpp"
#include "math/widened.hpp"

namespace tightloop::math {
namespace {

/// An unevaluated sum; low is at most about a unit in the last place of high.
struct Pair {
  D high, low;
};

/// x as z 2^k with z in [0.734, 1.469), and the table's row for z.
struct Centered {
  D z, k;
  Row<D> row;
};
/// For positive finite x, normal unless `subnormals`; else any numbers.
template <bool subnormals>
TIGHTLOOP_INLINE Centered centered(D x) {
  const auto scaled = x < 0x1p-1022;
  const U64 bits = (U64)(subnormals ? (scaled ? x * 0x1p54 : x) : x);
  const U64 e = (bits + (0x88ULL << 44)) >> 52;  // 1 more where the significand is 1.469 or more
  const D k = (D)(e | 0x4330000000000000ULL) - (0x1p52 + 1023);
  return {(D)(bits - (e << 52) + LaneOf<D>::one),
          subnormals ? (scaled ? k - 54 : k) : k,
          {(bits + (1ULL << 47)) >> 48}};
}

/// log(x) with an error of about 2^-64 of it.
template <bool subnormals>
TIGHTLOOP_INLINE Pair log_pair(D x) {
  const Centered m = centered<subnormals>(x);
  const Both<D> t = lookup_both<kPowC, kPowLogHi>(m.row);
  const D p = m.z * t.first, rest = product_error(m.z, t.first, p), r = p - 1, square = r * r;
  // log(p + rest) = log(1 + r) + rest / (1 + r); the sums from here on are exact but for the lows.
  const D base = fma(m.k, splat<D>(kPowLn2Hi), t.second), first = base + r;
  const D half = r * -0.5, curve = half * r, high = first + curve;
  const D lost = ((base - first) + r) + ((first - high) + curve) + product_error(half, r, curve);
  const D quotient = fma(rest, nfma(r, splat<D>(1), square), rest);
  const D table = fma(m.k, splat<D>(kPowLn2Lo), lookup(kPowLogLo, m.row.index));
  const D low = fma(square * r, polynomial(r, square, kPowPoly), (table + quotient) + lost);
  const D sum = high + low;
  return {sum, (high - sum) + low};
}

/// log(x) with an error of about 2^-36 of it, for normal x: enough for float32.
TIGHTLOOP_INLINE D log_short(D x) {
  const Centered m = centered<false>(x);
  const Both<D> t = lookup_both<kPowC, kPowLogHi>(m.row);
  const D r = product_minus_one(m.z, t.first), square = r * r;
  const D base = fma(m.k, splat<D>(kPowLn2Hi + kPowLn2Lo), t.second);
  return base + fma(square, polynomial(r, square, kPowShortPoly), r);
}

/// exp(x) with an error of about 2^-36 of it, for x within the range of float32.
TIGHTLOOP_INLINE D exp_short(D x) {
  const Sixteenths<D> n = to_sixteenths(x, kLog2ED);
  const D r = reduced(x, n.value), t = lookup(kExp2TableD, n.bits), square = r * r;
  const D q = fma(square, polynomial(r, square, kPowShortExpPoly), r);
  return scale_by_power(fma(t, q, t), n);
}

/// exp(x.high + x.low).
TIGHTLOOP_INLINE Exponential<D> exp_pair(Pair x) {
#if TIGHTLOOP_MATH_LEVEL < 4
  // Beyond these ends all is 0 or infinite; AVX-512 scales by any exponent.
  const D high = clamp(x.high, -1400, 1400);
  x = {high, high == x.high ? x.low : D{}};
#endif
  return precise_exp(x.high, x.low);
}

/// x^y for positive finite x, normal float64 ones unless `subnormals`, and |y| up to 2^80; where x
/// is 0 or infinite, any number.
template <bool subnormals>
TIGHTLOOP_INLINE D positive_power(D x, D y) {
  const Pair l = log_pair<subnormals>(x);
  const D high = y * l.high;
  const Exponential<D> e = exp_pair({high, fma(y, l.low, product_error(y, l.high, high))});
  return scale_by_power(e.p, e.n);
}
template <bool>
TIGHTLOOP_INLINE F positive_power(F x, F y) {
  const Widened base = widened(x), exponent = widened(y);
  const auto power = [](D u, D v) __attribute__((always_inline)) {
    return exp_short(clamp(v * log_short(u), -200, 200));
  };
  return narrowed({power(base.low, exponent.low), power(base.high, exponent.high)});
}

/// True where a, not negative, is an integer.
template <class V>
TIGHTLOOP_INLINE Mask<V> is_integer(V a) {
  constexpr typename LaneOf<V>::Float magic = sizeof(a[0]) == 8 ? 0x1p52 : 0x1p23F;
  return (a >= magic) | ((a + magic) - magic == a);
}

/// pow for any operands.
template <class V>
TIGHTLOOP_INLINE V power_of_any(V x, V y) {
  using L = LaneOf<V>;
  const V a = abs(x), b = abs(y);
  const Mask<V> integer = is_integer(b), zero = a == 0, limit = zero | (a == L::infinity);
  const Mask<V> odd = integer & ~is_integer(b * 0.5F);
  // Larger exponents do what these do: |log a| is at least 2^-53, or 0.
  V r = positive_power<true>(a, clamp(y, -0x1p80F, 0x1p80F));
  r = limit ? ((zero == (y < 0)) ? splat<V>(L::infinity) : V{}) : r;
  r = (V)((Bits<V>)r | ((Bits<V>)odd & (Bits<V>)x & L::sign));
  r = (x < 0) & ~limit & ~integer ? splat<V>(__builtin_nanf("")) : r;
  r = (x != x) | (y != y) ? x + y : r;
  return (x == 1) | (y == 0) ? splat<V>(1) : r;
}

template <class V>
TIGHTLOOP_INLINE V pow_kernel(V x, V y) {
  using L = LaneOf<V>;
  const V least = (V)(Bits<V>{} + L::unit);
  const Mask<V> plain = (x >= least) & (x < L::infinity) & (abs(y) <= 0x1p80F);
  if (any(~plain)) return power_of_any(x, y);
  return positive_power<false>(x, y);
}

template <class V>
struct TenConstants;
#define TIGHTLOOP_TEN_CONSTANTS(V, s, top_, bottom_)                                           \
  template <>                                                                                  \
  struct TenConstants<V> {                                                                     \
    using T = LaneOf<V>::Float;                                                                \
    static constexpr T top = top_, bottom = bottom_, log2of10 = kLog2Of10##s, ln10 = kLn10##s; \
    static constexpr T hi = kLog10Of2ShortHi##s, lo = kLog10Of2ShortLo##s;                     \
  }
TIGHTLOOP_TEN_CONSTANTS(D, D, 310, -325);
TIGHTLOOP_TEN_CONSTANTS(F, F, 40, -47);
#undef TIGHTLOOP_TEN_CONSTANTS

/// The table's low parts make powers of ten that the type holds exact.
template <class V>
TIGHTLOOP_INLINE V exp10_kernel(V x) {
  using Ten = TenConstants<V>;
  x = clamp_argument(x, Ten::bottom, Ten::top);
  const Sixteenths<V> n = to_sixteenths(x, Ten::log2of10);
  const V rest = nfma(n.value, splat<V>(Ten::lo), nfma(n.value, splat<V>(Ten::hi), x));
  return scale_by_power(precise_power(n, bounded(rest * Ten::ln10)), n);
}

}  // namespace
}  // namespace tightloop::math
