// The table of leaves of the instruction set that the including file is compiled for: own kernels,
// and libmvec's entries (or libm's, lane by lane) for the rest.
#pragma once

#include "math/cube_root.hpp"
#include "math/exponentials.hpp"
#include "math/leaf_set.hpp"
#include "math/libm_lanes.hpp"
#include "math/logarithms.hpp"

namespace tightloop::math {
namespace {

#define TIGHTLOOP_OWN_LEAF(name, V, kernel) \
  V name##_leaf(V x) {                      \
    return kernel(x);                       \
  }
#define TIGHTLOOP_OWN_LEAVES(name, kernel) \
  TIGHTLOOP_OWN_LEAF(name, D, kernel) TIGHTLOOP_OWN_LEAF(name, F, kernel)
TIGHTLOOP_OWN_LEAVES(exp, exp_kernel)
TIGHTLOOP_OWN_LEAVES(exp2, exp2_kernel)
TIGHTLOOP_OWN_LEAVES(expm1, expm1_kernel)
TIGHTLOOP_OWN_LEAVES(log, log_kernel<0>)
TIGHTLOOP_OWN_LEAVES(log2, log_kernel<2>)
TIGHTLOOP_OWN_LEAVES(log10, log_kernel<10>)
TIGHTLOOP_OWN_LEAVES(log1p, log1p_kernel)
TIGHTLOOP_OWN_LEAVES(cbrt, cbrt_kernel)
TIGHTLOOP_OWN_LEAF(tanh, D, tanh_kernel)
#if !defined(TIGHTLOOP_HAVE_LIBMVEC)  // whose float32 tanh is faster than ours, which divides
TIGHTLOOP_OWN_LEAF(tanh, F, tanh_kernel)
#endif

#if defined(TIGHTLOOP_HAVE_LIBMVEC)
// Vector ABI names: instruction set (b SSE, d AVX2, e AVX-512), lanes, v for each operand.
#if TIGHTLOOP_MATH_LEVEL == 4
#define TIGHTLOOP_MVEC_D(v, name) "_ZGVeN8" v "_" name
#define TIGHTLOOP_MVEC_F(v, name) "_ZGVeN16" v "_" name "f"
#elif TIGHTLOOP_MATH_LEVEL == 3
#define TIGHTLOOP_MVEC_D(v, name) "_ZGVdN4" v "_" name
#define TIGHTLOOP_MVEC_F(v, name) "_ZGVdN8" v "_" name "f"
#else
#define TIGHTLOOP_MVEC_D(v, name) "_ZGVbN2" v "_" name
#define TIGHTLOOP_MVEC_F(v, name) "_ZGVbN4" v "_" name "f"
#endif
#define TIGHTLOOP_MVEC_1(name)                                     \
  extern "C" D name##_mvec_d(D) asm(TIGHTLOOP_MVEC_D("v", #name)); \
  extern "C" F name##_mvec_f(F) asm(TIGHTLOOP_MVEC_F("v", #name));
#define TIGHTLOOP_MVEC_2(name)                                         \
  extern "C" D name##_mvec_d(D, D) asm(TIGHTLOOP_MVEC_D("vv", #name)); \
  extern "C" F name##_mvec_f(F, F) asm(TIGHTLOOP_MVEC_F("vv", #name));
#else
#define TIGHTLOOP_MVEC_1(name) TIGHTLOOP_LANES_1(name)
#define TIGHTLOOP_MVEC_2(name) TIGHTLOOP_LANES_2(name)
#endif
TIGHTLOOP_MVEC_1(sin)
TIGHTLOOP_MVEC_1(cos)
TIGHTLOOP_MVEC_1(tan)
TIGHTLOOP_MVEC_1(erf)
TIGHTLOOP_MVEC_2(atan2)
TIGHTLOOP_MVEC_2(hypot)
TIGHTLOOP_MVEC_2(pow)

#if defined(TIGHTLOOP_HAVE_LIBMVEC)
TIGHTLOOP_MVEC_1(tanh)
#define TIGHTLOOP_TANH_f TIGHTLOOP_MVEC(tanh, F, f)
#else
#define TIGHTLOOP_TANH_f TIGHTLOOP_OWN(tanh, F, f)
#endif
#define TIGHTLOOP_TANH_d TIGHTLOOP_OWN(tanh, D, d)

#define TIGHTLOOP_OWN(name, V, s) reinterpret_cast<LeafFn>(static_cast<V (*)(V)>(&name##_leaf))
#define TIGHTLOOP_MVEC(name, V, s) reinterpret_cast<LeafFn>(&name##_mvec_##s)
#define TIGHTLOOP_ROWS(V, s)                                                             \
  TIGHTLOOP_MVEC(pow, V, s), TIGHTLOOP_OWN(cbrt, V, s), TIGHTLOOP_OWN(exp, V, s),        \
      TIGHTLOOP_OWN(exp2, V, s), TIGHTLOOP_OWN(expm1, V, s), TIGHTLOOP_OWN(log, V, s),   \
      TIGHTLOOP_OWN(log2, V, s), TIGHTLOOP_OWN(log10, V, s), TIGHTLOOP_OWN(log1p, V, s), \
      TIGHTLOOP_MVEC(sin, V, s), TIGHTLOOP_MVEC(cos, V, s), TIGHTLOOP_MVEC(tan, V, s),   \
      TIGHTLOOP_TANH_##s, TIGHTLOOP_MVEC(erf, V, s), TIGHTLOOP_MVEC(atan2, V, s),        \
      TIGHTLOOP_MVEC(hypot, V, s)
#define TIGHTLOOP_LEAF_SET    \
  {                           \
    {TIGHTLOOP_ROWS(D, d)}, { \
      TIGHTLOOP_ROWS(F, f)    \
    }                         \
  }

}  // namespace
}  // namespace tightloop::math
