// hypot: the larger magnitude gives a power of two that keeps the squares in range.
#pragma once

#include "math/vector.hpp"

namespace tightloop::math {
namespace {

template <class V>
TIGHTLOOP_INLINE V hypot_kernel(V x, V y) {
  using L = LaneOf<V>;
  const V a = abs(x), b = abs(y), larger = a < b ? b : a, smaller = a < b ? a : b;
  // 2^e of the larger one, within what has an inverse of full precision.
  constexpr auto least = L::unit, most = L::inf - 2 * L::unit;
  const V bounded = max((V)(Bits<V>{} + least), min((V)(Bits<V>{} + most), larger));
  const Bits<V> e = (Bits<V>)bounded & L::inf;
  const V up = (V)e, down = (V)(2 * L::one - e);
  const V u = larger * down, v = smaller * down;
  const V y2 = sqrt(fma(u, u, v * v)) * up;
  return (a == L::infinity) | (b == L::infinity) ? splat<V>(L::infinity) : y2;
}

}  // namespace
}  // namespace tightloop::math
