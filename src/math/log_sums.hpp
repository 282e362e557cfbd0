// logaddexp and logaddexp2: the logarithm of 1 and an exponential that never overflows.
#pragma once

#include "math/logarithms.hpp"
#include "math/precise_exponential.hpp"

namespace tightloop::math {
namespace {

/// log(exp(x) + exp(y)) to the base e, or 2: max + log(1 + exp(-d)).
template <int base, class V>
TIGHTLOOP_INLINE V log_sum(V x, V y) {
  using C = ExpConstants<V>;
  constexpr typename LaneOf<V>::Float far = sizeof(x[0]) == 8 ? 1100 : 150;
  const auto less = x < y;
  const V high = less ? y : x, low = less ? x : y, d = high - low;
  // What the rounding of d left; all beyond `far` is 0 beside the other term.
  const V back = high - d, lost = (high - (d + back)) + (back - low);
  const Mask<V> near = d < far;
  const V x1 = near ? -d : splat<V>(-far), x2 = near ? -lost : V{};
  const Exponential<V> e = base == 2 ? precise_exp2(x1, x2) : precise_exp(x1, x2);
  const V scaled = d != d ? d : scale_by_power(e.p, e.n), l = log1p_kernel(scaled);
  // Equal infinities have no distance.
  const V twice = base == 2 ? high + 1 : (high + C::ln2_hi) + C::ln2_lo;
  return x == y ? twice : (base == 2 ? fma(l, splat<V>(C::log2e), high) : high + l);
}

template <class V>
TIGHTLOOP_INLINE V logaddexp_kernel(V x, V y) {
  return log_sum<0>(x, y);
}
template <class V>
TIGHTLOOP_INLINE V logaddexp2_kernel(V x, V y) {
  return log_sum<2>(x, y);
}

}  // namespace
}  // namespace tightloop::math
