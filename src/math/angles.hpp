// Radians to whole multiples of pis of pi and an exact rest. Up to a limit by subtracting multiples
// of pi in three parts (Cody and Waite, with fma); past it by the digits of 1/pi that matter for
// the argument's exponent (Payne and Hanek, "Radian reduction for trigonometric functions", SIGNUM
// 1983), taken from a table by blocks of binades.
#pragma once

#include "math/trigonometry_constants.hpp"
#include "math/widened.hpp"

namespace tightloop::math {
namespace {

/// x = multiple pi + rest for the sine, (multiple - 1/2) pi + rest for the cosine, multiple pi/2 +
/// rest for the tangent.
enum class Circular { sine, cosine, tangent };

template <class V>
struct Angle {
  V rest;
  V multiple;  ///< the lowest bit is the parity of the multiple
};

template <class V>
struct AngleConstants;
#define TIGHTLOOP_TURN_CONSTANTS(V, s, magic_, limit_)                                  \
  template <>                                                                           \
  struct AngleConstants<V> {                                                            \
    using T = LaneOf<V>::Float;                                                         \
    static constexpr T magic = magic_, limit = limit_;                                  \
    static constexpr T inv_pi = kInvPi##s, pi1 = kPi1##s, pi2 = kPi2##s, pi3 = kPi3##s; \
  }
// magic: adding it rounds to an integer, which lands in the low bits. limit: up to it the first
// product less x is exact, and the parts of pi reach past the smallest rest.
TIGHTLOOP_TURN_CONSTANTS(D, D, 0x1.8p52, 0x1p31);
TIGHTLOOP_TURN_CONSTANTS(F, F, 0x1.8p23F, 0x1p17F);
#undef TIGHTLOOP_TURN_CONSTANTS

/// n, a count of multiple, as a multiple of pi.
template <Circular function, class V>
TIGHTLOOP_INLINE V in_pi(V multiple) {
  const V n = multiple - AngleConstants<V>::magic;
  if constexpr (function == Circular::cosine) return n - 0.5F;
  if constexpr (function == Circular::tangent) return n * 0.5F;
  return n;
}
/// The nearest count of multiple to h pi.
template <Circular function, class V>
TIGHTLOOP_INLINE V multiple_of(V h) {
  if constexpr (function == Circular::cosine) h += 0.5F;
  if constexpr (function == Circular::tangent) h += h;
  return h + AngleConstants<V>::magic;
}

template <Circular function, class V>
TIGHTLOOP_INLINE Angle<V> subtract_multiple(V x) {
  using C = AngleConstants<V>;
  V multiple, n;
  if constexpr (function == Circular::cosine) {
    multiple = fma(x, splat<V>(C::inv_pi), splat<V>(0.5F)) + C::magic;
    n = in_pi<function>(multiple);
  } else {
    constexpr int per_pi = function == Circular::tangent ? 2 : 1;
    multiple = fma(x, splat<V>(C::inv_pi * per_pi), splat<V>(C::magic));
    n = multiple - C::magic;
  }
  constexpr auto unit = function == Circular::tangent ? 0.5F : 1.0F;
  const V first = nfma(n, splat<V>(C::pi1 * unit), x);
  return {nfma(n, splat<V>(C::pi3 * unit), nfma(n, splat<V>(C::pi2 * unit), first)), multiple};
}

/// x modulo 2, between -1 and 1, for |x| < 2^52.
TIGHTLOOP_INLINE D modulo_2(D x) {
  const D magic = splat<D>(0x1.8p53);  // whose last place is 2
  return x - ((x + magic) - magic);
}
/// x modulo 2 for any x from 0 on.
TIGHTLOOP_INLINE D modulo_2_of_large(D x) {
  const D half = x * 0.5, rounded = (half + 0x1p52) - 0x1p52;
  const D n = half < 0x1p52 ? rounded : half;
  return x - (n + n);
}

struct TwoTerms {
  D high, low;
};
TIGHTLOOP_INLINE TwoTerms two_sum(D a, D b) {
  const D sum = a + b, from_b = sum - a;
  return {sum, (a - (sum - from_b)) + (b - from_b)};
}
TIGHTLOOP_INLINE TwoTerms two_product(D a, D b) {
  const D p = a * b;
  return {p, product_error(a, b, p)};
}

/// For |x| from 2^31 on; some angle for smaller x and NaN for infinities.
template <Circular function>
TIGHTLOOP_INLINE Angle<D> reduce_digits(D x) {
  const D a = abs(x);
  const U64 block = (U64)a >> 57;
  // a = m 2^(32 block + 1) with m in [1, 2^32).
  const D m = (D)(((U64)a & ((1ULL << 57) - 1)) + LaneOf<D>::one);
  const TwoTerms p1 = two_product(m, lookup(kInversePiD1, block));
  const TwoTerms p2 = two_product(m, lookup(kInversePiD2, block));
  const TwoTerms p3 = two_product(m, lookup(kInversePiD3, block));
  const D p4 = m * lookup(kInversePiD4, block);
  // Both are multiples of 2^-52: their sum is exact.
  const D whole = modulo_2_of_large(p1.high) + modulo_2(p1.low), next = modulo_2(p2.high);
  const D multiple = multiple_of<function>(whole + next);
  const TwoTerms top = two_sum(whole - in_pi<function>(multiple), next);
  const TwoTerms tail = two_sum(p2.low, p3.high), sum = two_sum(top.high, tail.high);
  const D low = (sum.low + top.low) + (tail.low + (p3.low + p4));
  const TwoTerms rest = two_product(sum.high, splat<D>(kPi1D));
  const D r = rest.high + (rest.low + fma(low, splat<D>(kPi1D), sum.high * kPi2D));
  return {function == Circular::cosine ? r + (x - x) : times_sign(r, x) + (x - x), multiple};
}

/// The same for numbers that float32 holds, whose products with 1/pi take fewer digits.
template <Circular function>
TIGHTLOOP_INLINE Angle<D> reduce_fewer_digits(D x) {
  const D a = abs(x);
  const U64 block = (U64)a >> 56;
  const D m = (D)(((U64)a & ((1ULL << 56) - 1)) + LaneOf<D>::one);
  const TwoTerms p = two_product(m, lookup(kInversePiF1, block));
  const D low = fma(m, lookup(kInversePiF2, block), p.low);
  const D multiple = multiple_of<function>(p.high);
  const D r = ((p.high - in_pi<function>(multiple)) + low) * kPi1D;
  return {function == Circular::cosine ? r + (x - x) : times_sign(r, x) + (x - x), multiple};
}

template <class V>
TIGHTLOOP_INLINE Angle<V> choose(Mask<V> mask, const Angle<V>& a, const Angle<V>& b) {
  return {mask ? a.rest : b.rest, mask ? a.multiple : b.multiple};
}

/// Half of the lanes of a float32 vector: in float64 the subtraction reaches further.
template <Circular function>
TIGHTLOOP_INLINE Angle<D> reduce_half(D x) {
  constexpr double limit = AngleConstants<D>::limit;
  Angle<D> angle = subtract_multiple<function>(x);
  if (any_above(x, limit)) {
    angle = choose(abs(x) > limit, reduce_fewer_digits<function>(x), angle);
  }
  // As a float32 the parity is to be the lowest bit too.
  angle.multiple = (D)((((U64)angle.multiple & 1) << 29) + LaneOf<D>::one);
  return angle;
}
template <Circular function>
TIGHTLOOP_INLINE Angle<F> reduce_far(F x) {
  const Widened wide = widened(x);
  const Angle<D> low = reduce_half<function>(wide.low), high = reduce_half<function>(wide.high);
  return {narrowed({low.rest, high.rest}), narrowed({low.multiple, high.multiple})};
}
template <Circular function>
TIGHTLOOP_INLINE Angle<D> reduce_far(D x) {
  return reduce_digits<function>(x);
}

/// The angle of any x; NaN where x is infinite or NaN. As subtract_turns up to the limit.
template <Circular function, class V>
TIGHTLOOP_INLINE Angle<V> reduce(V x) {
  const Angle<V> near = subtract_multiple<function>(x);
  return choose(abs(x) > AngleConstants<V>::limit, reduce_far<function>(x), near);
}

}  // namespace
}  // namespace tightloop::math
