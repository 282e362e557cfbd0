// Powers of two with the low parts of the table: within 0.6 units in the last place before they are
// scaled, for what goes on computing with them and for results that are to be exact where they can.
#pragma once

#include "math/exponentials.hpp"
#include "math/piecewise.hpp"

namespace tightloop::math {
namespace {

/// p 2^k, not yet scaled: p is about 1 to 2.
template <class V>
struct Exponential {
  V p;
  Sixteenths<V> n;
};

/// 2^(j/16) exp(r), for the sixteenths j of n.
template <class V>
TIGHTLOOP_INLINE V precise_power(const Sixteenths<V>& n, V r) {
  using C = ExpConstants<V>;
  const V square = r * r, q = fma(square, polynomial(r, square, C::expm1_poly), r);
  const Both<V> t = lookup_both<C::table, C::low>(Row<V>{n.bits});
  return fma(t.first, q, t.second) + t.first;
}

/// exp(x + low) for x from -1400 to 1400 (float32: -150 to 150).
template <class V>
TIGHTLOOP_INLINE Exponential<V> precise_exp(V x, V low) {
  const Sixteenths<V> n = to_sixteenths(x, ExpConstants<V>::log2e);
  return {precise_power(n, bounded(reduced(x, n.value) + low)), n};
}

/// 2^(x + low), for x as above.
template <class V>
TIGHTLOOP_INLINE Exponential<V> precise_exp2(V x, V low) {
  using C = ExpConstants<V>;
  const Sixteenths<V> n = to_sixteenths(x, 1);
  return {precise_power(n, bounded(((x - n.value) + low) * (C::ln2_hi + C::ln2_lo))), n};
}

}  // namespace
}  // namespace tightloop::math
