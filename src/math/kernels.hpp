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

// Compiled beside the leaves: which registers hold a vector argument is decided, by some compilers,
// by the instruction set of the whole file.
template <class V, class T>
TIGHTLOOP_INLINE void loop_over(LeafFn leaf, const T* x, const T* y, T* out, std::size_t n) {
  constexpr std::size_t lanes = sizeof(V) / sizeof(T);
  for (std::size_t i = 0; i < n; i += lanes) {
    const std::size_t count = n - i < lanes ? n - i : lanes;
    V a{}, b{};
    __builtin_memcpy(&a, x + i, count * sizeof(T));
    for (std::size_t j = count; j < lanes; ++j) a[j] = x[n - 1];
    if (y == nullptr) {
      a = reinterpret_cast<V (*)(V)>(leaf)(a);
    } else {
      __builtin_memcpy(&b, y + i, count * sizeof(T));
      for (std::size_t j = count; j < lanes; ++j) b[j] = y[n - 1];
      a = reinterpret_cast<V (*)(V, V)>(leaf)(a, b);
    }
    __builtin_memcpy(out + i, &a, count * sizeof(T));
  }
}
void loop_d(LeafFn leaf, const double* x, const double* y, double* out, std::size_t n) {
  loop_over<D>(leaf, x, y, out, n);
}
void loop_f(LeafFn leaf, const float* x, const float* y, float* out, std::size_t n) {
  loop_over<F>(leaf, x, y, out, n);
}

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
                                  },
                                  loop_d,
                                  loop_f};

}  // namespace tightloop::math
