// cbrt: a polynomial for m^(-1/3) refined by Newton steps, the last one on the cube root itself
// with the exact residual. hypot: scaled by a power of two where squares would over- or underflow.
#pragma once

#include "math/constants.hpp"
#include "math/parts.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct RootConstants;
template <>
struct RootConstants<D> {
  static constexpr const auto& poly = kCbrtPolyD;
  static constexpr const auto& scale = kCbrtScaleD;
  static constexpr double magic = 0x1.8p52, third = 1.0 / 3;
  static constexpr double large = 0x1p500, small = 0x1p-450, down = 0x1p-600, up = 0x1p600;
};
template <>
struct RootConstants<F> {
  static constexpr const auto& poly = kCbrtPolyF;
  static constexpr const auto& scale = kCbrtScaleF;
  static constexpr float magic = 0x1.8p23F, third = 1.0F / 3;
  static constexpr float large = 0x1p60F, small = 0x1p-50F, down = 0x1p-70F, up = 0x1p100F;
};

/// 2^n for integers within the range of normal numbers.
template <class V>
TIGHTLOOP_INLINE V power_of_two(V n) {
  constexpr int m = LaneOf<V>::mantissa;
  return (V)(((Bits<V>)(n + RootConstants<V>::magic) << m) + LaneOf<V>::one);
}

/// The cube root of y in [1, 8) from z near y^(-1/3).
template <class V>
TIGHTLOOP_INLINE V refined_root(V y, V z) {
  using C = RootConstants<V>;
  const V h = nfma(y * z, z * z, splat<V>(1));
  // 1 + h / 3 + 2 h^2 / 9 is (1 - h)^(-1/3) to third order.
  const V step = sizeof(y[0]) == 8 ? fma(h, splat<V>(2 * C::third * C::third), splat<V>(C::third))
                                   : splat<V>(C::third);
  z = fma(z * h, step, z);
  const V t = y * z * z, square = t * t, cube = square * t;
  const V residual =
      ((y - cube) - product_error(square, t, cube)) - product_error(t, t, square) * t;
  return fma(residual * C::third, z * z, t);
}

template <class V>
TIGHTLOOP_INLINE V cbrt_kernel(V x) {
  using C = RootConstants<V>;
  const V magnitude = abs(x);
  const Parts<V> p = parts(magnitude);
  const V q = fma(p.k - 1, splat<V>(C::third), splat<V>(C::magic)) - C::magic;  // floor(k / 3)
  const V rem = p.k - 3 * q;
  const V y = p.m * power_of_two(rem);
  const V z = polynomial(p.m, C::poly) * (rem < 1   ? splat<V>(C::scale[0])
                                          : rem < 2 ? splat<V>(C::scale[1])
                                                    : splat<V>(C::scale[2]));
  const V root = with_sign(refined_root(y, z) * power_of_two(q), x);
  return (magnitude > 0) & (magnitude < LaneOf<V>::infinity) ? root : x + x;
}

template <class V>
TIGHTLOOP_INLINE V hypot_kernel(V x, V y) {
  using C = RootConstants<V>;
  x = abs(x);
  y = abs(y);
  const V a = max(x, y), b = min(x, y);
  const auto is_large = a > C::large, is_small = a < C::small;
  const V one = splat<V>(1);
  const V scale = is_large ? splat<V>(C::down) : is_small ? splat<V>(C::up) : one;
  const V unscale = is_large ? splat<V>(1 / C::down) : is_small ? splat<V>(1 / C::up) : one;
  const V as = a * scale, bs = b * scale;
  const V length = sqrt(fma(as, as, bs * bs)) * unscale;
  const V infinity = splat<V>(LaneOf<V>::infinity);
  return (x == infinity) | (y == infinity) ? infinity : x == x ? length : x + x;
}

}  // namespace
}  // namespace tightloop::math
