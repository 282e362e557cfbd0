// sinh and cosh: with x = k log 2 + r, the sums and differences of 2^k and 2^-k times polynomials
// of cosh r and sinh r, without cancellation; tanh from exp(2 x) - 1 likewise. asinh, acosh and
// atanh: logarithms of arguments in two parts, and polynomials where those would cancel.
#pragma once

#include "math/exponentials.hpp"
#include "math/logarithms.hpp"
#include "math/trigonometry_constants.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct HyperbolicConstants;
#define TIGHTLOOP_HYPERBOLIC_CONSTANTS(V, s, magic_, last_, tiny_, large_, flat_, inverse_)      \
  template <>                                                                                    \
  struct HyperbolicConstants<V> {                                                                \
    using T = LaneOf<V>::Float;                                                                  \
    static constexpr T magic = magic_, last = last_, tiny = tiny_, large = large_, flat = flat_; \
    static constexpr auto inverse = inverse_;                                                    \
    static constexpr const auto& sinh_poly = kSinhPoly##s;                                       \
    static constexpr const auto& cosh_poly = kCoshPoly##s;                                       \
    static constexpr const auto& wide_expm1_poly = kWideExpm1Poly##s;                            \
    static constexpr const auto& asinh_poly = kAsinhPoly##s;                                     \
    static constexpr const auto& acosh_poly = kAcoshPoly##s;                                     \
  }
// magic: adding it rounds to an integer, which lands in the low bits. last: sinh and cosh
// overflow shortly before, and the powers do not. tiny: sinh(x) is x. large: sqrt(x^2 + 1) is x.
// flat: tanh is 1 from there on. inverse less the bits of x: those of 1 / (2 x), to an eighth.
TIGHTLOOP_HYPERBOLIC_CONSTANTS(D, D, 0x1.8p52, 710.5, 0x1p-28, 0x1p26, 22, 0x7fce6ULL << 44);
TIGHTLOOP_HYPERBOLIC_CONSTANTS(F, F, 0x1.8p23F, 89.5F, 0x1p-13F, 0x1p12F, 10, 0x7e731U << 12);
#undef TIGHTLOOP_HYPERBOLIC_CONSTANTS

/// sinh x (first) or cosh x for x in [0, last].
template <bool sine, class V>
TIGHTLOOP_INLINE V half_difference_or_sum(V x) {
  using C = HyperbolicConstants<V>;
  using E = ExpConstants<V>;
  constexpr int m = LaneOf<V>::mantissa;
  const V shifted = fma(x, splat<V>(E::log2e), splat<V>(C::magic)), k = shifted - C::magic;
  const V r = nfma(k, splat<V>(E::ln2_lo), nfma(k, splat<V>(E::ln2_hi), x)), z = r * r;
  // 2^k and 2^-k, both times 1/4, the latter 0 where it would not be normal.
  const Bits<V> quarter = (Bits<V>)loaded<V>(0.25F), scale = (Bits<V>)shifted << m;
  const V up = (V)(quarter + scale), down = (V)saturated_difference<V>(quarter, scale);
  const V even = sine ? up - down : up + down, odd = sine ? up + down : up - down;
  // even cosh r + odd sinh r, the small terms first.
  const V high_sine = r * z * polynomial(z, z * z, C::sinh_poly);
  const V high_cosine = z * polynomial(z, z * z, C::cosh_poly);
  const V small = fma(odd, high_sine, even * high_cosine);
  const V y = even + fma(odd, r, small);
  return y + y;
}

template <class V>
TIGHTLOOP_INLINE V sinh_kernel(V x) {
  using C = HyperbolicConstants<V>;
  const V a = abs(x), y = half_difference_or_sum<true>(min(splat<V>(C::last), a));
  return a < C::tiny ? x : with_sign(y, x);
}

template <class V>
TIGHTLOOP_INLINE V cosh_kernel(V x) {
  return half_difference_or_sum<false>(min(splat<V>(HyperbolicConstants<V>::last), abs(x)));
}

/// tanh a = e / (e + 2) with e = exp(2 a) - 1 for a = |x|: errors of e fade as tanh nears 1.
template <class V>
TIGHTLOOP_INLINE V tanh_kernel(V x) {
  using C = HyperbolicConstants<V>;
  using E = ExpConstants<V>;
  const V a = min(splat<V>(C::flat), abs(x)), twice = a + a;
  const V shifted = fma(twice, splat<V>(E::log2e), splat<V>(C::magic)), k = shifted - C::magic;
  const V r = nfma(k, splat<V>(E::ln2_lo), nfma(k, splat<V>(E::ln2_hi), twice)), z = r * r;
  const V p = fma(z, polynomial(r, z, C::wide_expm1_poly), r);
  const V scale = (V)(((Bits<V>)shifted << LaneOf<V>::mantissa) + (Bits<V>)loaded<V>(1));
  const V e = fma(scale, p, scale - 1);
  return with_sign(e / (e + 2), x);
}

/// x + sqrt(x^2 + s) for s of 1 or -1 as 2 (sum + rest); rest does not count where x is large.
template <class V>
struct Half {
  V sum, rest, x;
};

/// Its logarithm, for a sum from 1/2 on, inf or NaN.
template <class V>
TIGHTLOOP_INLINE V log_of_twice(const Half<V>& half) {
  using L = LaneOf<V>;
  const V u = half.sum;
  Parts<V> p = parts(u);
  p.k += 1;
  const Bits<V> j = interval(p.m);
  const V c = lookup(LogConstants<V, 0>::c, j);
  const V down = (V)((L::one << 1) - ((Bits<V>)u & L::inf));  // 2^-k
  const V tail = half.x > HyperbolicConstants<V>::large ? V{} : half.rest * down;
  return with_specials(u, log_of<0>(p, j, fma(tail, c, product_minus_one(p.m, c))));
}

/// t + t_low is x^2 + s, root the square root of t rounded.
template <class V>
TIGHTLOOP_INLINE Half<V> half_of_sum(V x, V t, V t_low, V root) {
  using C = HyperbolicConstants<V>;
  const V error = nfma(root, root, t) + t_low;
  const V low = error * (V)(C::inverse - (Bits<V>)root);
  // The larger one first.
  const V sum = x + root, big = max(x, root), small = min(x, root);
  const V rest = (big - sum) + small + low;
  return {x > C::large ? x : sum * 0.5F, rest * 0.5F, x};
}

template <class V>
TIGHTLOOP_INLINE V asinh_kernel(V x) {
  using C = HyperbolicConstants<V>;
  const V a = abs(x), z = a * a, t = fma(a, a, splat<V>(1)), t_low = fma(a, a, 1 - t);
  const Half<V> half = half_of_sum(a, t, t_low, sqrt(t));
  const V near_0 = fma(a * z, polynomial(z, z * z, C::asinh_poly), a);
  return with_sign(a < 0.5F ? near_0 : log_of_twice(half), x);
}

template <class V>
TIGHTLOOP_INLINE V acosh_kernel(V x) {
  using C = HyperbolicConstants<V>;
  const V d = x - 1, square = x * x, t = square - 1;
  const V t_low = ((square - t) - 1) + product_error(x, x, square);
  const auto near = x < 1.5F;
  const V root = sqrt(near ? d + d : t);
  const Half<V> half = half_of_sum(x, t, t_low, root);
  const V near_1 = fma(root * d, polynomial(d, d * d, C::acosh_poly), root);
  return near ? near_1 : log_of_twice(half);
}

template <class V>
TIGHTLOOP_INLINE V atanh_kernel(V x) {
  const V a = abs(x), y = log1p_kernel((a + a) / (1 - a)) * 0.5F;
  return with_sign(abs(y), x);
}

}  // namespace
}  // namespace tightloop::math
