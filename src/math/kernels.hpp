// The table of leaves of the instruction set that the including file is compiled for.
#pragma once

#include "math/circular.hpp"
#include "math/cube_root.hpp"
#include "math/distance.hpp"
#include "math/error_functions.hpp"
#include "math/exponentials.hpp"
#include "math/gamma.hpp"
#include "math/half_functions.hpp"
#include "math/hyperbolic.hpp"
#include "math/inverse_circular.hpp"
#include "math/leaf_set.hpp"
#include "math/log_sums.hpp"
#include "math/logarithms.hpp"
#include "math/power.hpp"

namespace tightloop::math {
namespace {

#define TIGHTLOOP_LEAF_1(name, V, s) \
  V name##_leaf_##s(V x) {           \
    return name##_kernel(x);         \
  }
#define TIGHTLOOP_LEAF_2(name, V, s) \
  V name##_leaf_##s(V x, V y) {      \
    return name##_kernel(x, y);      \
  }
#define TIGHTLOOP_LEAF(name, arity) \
  TIGHTLOOP_LEAF_##arity(name, D, d) TIGHTLOOP_LEAF_##arity(name, F, f)
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
#undef TIGHTLOOP_LEAF_1
#undef TIGHTLOOP_LEAF_2
#define TIGHTLOOP_HALF_LEAF(name)   \
  F name##_leaf_half(F x) {         \
    return half_##name##_kernel(x); \
  }
#include "math/half_leaves.def"
#undef TIGHTLOOP_HALF_LEAF

}  // namespace

#if TIGHTLOOP_MATH_LEVEL == 4
#define TIGHTLOOP_LEAVES kLeavesV4
#elif TIGHTLOOP_MATH_LEVEL == 3
#define TIGHTLOOP_LEAVES kLeavesV3
#else
#define TIGHTLOOP_LEAVES kLeavesV2
#endif

const LeafSet TIGHTLOOP_LEAVES = {{
#define TIGHTLOOP_LEAF(name, arity) reinterpret_cast<LeafFn>(&name##_leaf_d),
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
                                  },
                                  {
#define TIGHTLOOP_LEAF(name, arity) reinterpret_cast<LeafFn>(&name##_leaf_f),
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
                                  },
                                  {
#define TIGHTLOOP_HALF_LEAF(name) reinterpret_cast<LeafFn>(&name##_leaf_half),
#include "math/half_leaves.def"
#undef TIGHTLOOP_HALF_LEAF
                                  }};

}  // namespace tightloop::math
