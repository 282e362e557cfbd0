// The table of leaves of the instruction set that the including file is compiled for, from the
// sources that leaves.def names.
#pragma once

#include "math/circular.hpp"
#include "math/cube_root.hpp"
#include "math/distance.hpp"
#include "math/error_functions.hpp"
#include "math/exponentials.hpp"
#include "math/gamma.hpp"
#include "math/hyperbolic.hpp"
#include "math/inverse_circular.hpp"
#include "math/leaf_set.hpp"
#include "math/library.hpp"
#include "math/log_sums.hpp"
#include "math/logarithms.hpp"
#include "math/power.hpp"

namespace tightloop::math {
namespace {

// Every source defines name_leaf_d (D) or name_leaf_f (F).
#define TIGHTLOOP_LEAF_own_1(name, V, s) \
  V name##_leaf_##s(V x) {               \
    return name##_kernel(x);             \
  }
#define TIGHTLOOP_LEAF_own_2(name, V, s) \
  V name##_leaf_##s(V x, V y) {          \
    return name##_kernel(x, y);          \
  }
#define TIGHTLOOP_LEAF_library_1(name, V, s)                               \
  V name##_leaf_##s(V x) {                                                 \
    for (int i = 0; i < LaneOf<V>::lanes; ++i) x[i] = library::name(x[i]); \
    return x;                                                              \
  }
#define TIGHTLOOP_LEAF_library_2(name, V, s)                                     \
  V name##_leaf_##s(V x, V y) {                                                  \
    for (int i = 0; i < LaneOf<V>::lanes; ++i) x[i] = library::name(x[i], y[i]); \
    return x;                                                                    \
  }

#if defined(TIGHTLOOP_HAVE_LIBMVEC)
// Vector ABI names: instruction set (b SSE, d AVX2, e AVX-512), lanes, v for each operand.
#if TIGHTLOOP_MATH_LEVEL == 4
#define TIGHTLOOP_MVEC_d(v, name) "_ZGVeN8" v "_" name
#define TIGHTLOOP_MVEC_f(v, name) "_ZGVeN16" v "_" name "f"
#elif TIGHTLOOP_MATH_LEVEL == 3
#define TIGHTLOOP_MVEC_d(v, name) "_ZGVdN4" v "_" name
#define TIGHTLOOP_MVEC_f(v, name) "_ZGVdN8" v "_" name "f"
#else
#define TIGHTLOOP_MVEC_d(v, name) "_ZGVbN2" v "_" name
#define TIGHTLOOP_MVEC_f(v, name) "_ZGVbN4" v "_" name "f"
#endif
#define TIGHTLOOP_LEAF_mvec_1(name, V, s) \
  extern "C" V name##_leaf_##s(V) asm(TIGHTLOOP_MVEC_##s("v", #name));
#define TIGHTLOOP_LEAF_mvec_2(name, V, s) \
  extern "C" V name##_leaf_##s(V, V) asm(TIGHTLOOP_MVEC_##s("vv", #name));
#else
#define TIGHTLOOP_LEAF_mvec_1(name, V, s) TIGHTLOOP_LEAF_library_1(name, V, s)
#define TIGHTLOOP_LEAF_mvec_2(name, V, s) TIGHTLOOP_LEAF_library_2(name, V, s)
#endif

#define TIGHTLOOP_LEAF(name, arity, f64, f32) \
  TIGHTLOOP_LEAF_##f64##_##arity(name, D, d) TIGHTLOOP_LEAF_##f32##_##arity(name, F, f)
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF

}  // namespace

#if TIGHTLOOP_MATH_LEVEL == 4
#define TIGHTLOOP_LEAVES kLeavesV4
#elif TIGHTLOOP_MATH_LEVEL == 3
#define TIGHTLOOP_LEAVES kLeavesV3
#else
#define TIGHTLOOP_LEAVES kLeavesV2
#endif

const LeafSet TIGHTLOOP_LEAVES = {{
#define TIGHTLOOP_LEAF(name, arity, f64, f32) reinterpret_cast<LeafFn>(&name##_leaf_d),
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
                                  },
                                  {
#define TIGHTLOOP_LEAF(name, arity, f64, f32) reinterpret_cast<LeafFn>(&name##_leaf_f),
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
                                  }};

}  // namespace tightloop::math
