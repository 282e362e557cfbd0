// exp, exp2, exp10, log, log2 and log10 in float32 lanes for results of float16 and bfloat16:
// relative errors below 2^-17, where a half step of float16 is 2^-11. After exponentials.hpp and
// logarithms.hpp, with one term where these have two or three.
// jit/inline_math.cpp repeats these for AVX-512 step for step.
#pragma once

#include "math/exponentials.hpp"
#include "math/logarithms.hpp"
#include "math/power_constants.hpp"

namespace tightloop::math {
namespace {

/// 2^y as 2^n p(y - n), with n the integer nearest to y.
TIGHTLOOP_INLINE F half_exp2_kernel(F y) {
  const auto& c = kHalfExp2PolyF;
#if TIGHTLOOP_MATH_LEVEL == 4
  constexpr int kNearest = 8;  // and no event
  const F r = _mm512_reduce_ps(y, kNearest);
  const Sixteenths<F> n{U32{}, y - r};
#else
  constexpr float kMagic = 0x1.8p23F, kEnd = 200;
  y = clamp(y, -kEnd, kEnd);
  const F shifted = y + kMagic;
  const Sixteenths<F> n{(U32)shifted << 4, shifted - kMagic};
  const F r = y - n.value;
#endif
  F p = fma(splat<F>(c[3]), r, splat<F>(c[2]));
  p = fma(p, r, splat<F>(c[1]));
  p = fma(p, r, splat<F>(c[0]));
  return scale_by_power(fma(p, r, splat<F>(1)), n);
}
TIGHTLOOP_INLINE F half_exp_kernel(F x) {
  return half_exp2_kernel(x * kLog2EF);
}
TIGHTLOOP_INLINE F half_exp10_kernel(F x) {
  return half_exp2_kernel(x * kLog2Of10F);
}

template <int base>
TIGHTLOOP_INLINE F half_logarithm(F x, const float (&c)[3]) {
  using C = LogConstants<F, base>;
  const Parts<F> p = parts(x);
  const U32 j = interval(p.m);
  const F r = product_minus_one(p.m, lookup(C::c, j));
  const F high = fma(p.k, splat<F>(C::of2_hi), lookup(C::hi, j));
  const F q = fma(fma(splat<F>(c[2]), r, splat<F>(c[1])), r, splat<F>(c[0]));
  return with_specials(x, fma(q, r, high));
}
TIGHTLOOP_INLINE F half_log_kernel(F x) {
  return half_logarithm<0>(x, kHalfLogPolyF);
}
TIGHTLOOP_INLINE F half_log2_kernel(F x) {
  return half_logarithm<2>(x, kHalfLog2PolyF);
}
TIGHTLOOP_INLINE F half_log10_kernel(F x) {
  return half_log_kernel(x) * kLog10LeadHiF;
}

}  // namespace
}  // namespace tightloop::math
