// The C library's functions lane by lane: the leaves where libmvec has none.
#pragma once

#include "math/vector.hpp"

namespace tightloop::math {
namespace {

#define TIGHTLOOP_LANES_1(name)                                                  \
  D name##_mvec_d(D x) {                                                         \
    for (int i = 0; i < LaneOf<D>::lanes; ++i) x[i] = __builtin_##name(x[i]);    \
    return x;                                                                    \
  }                                                                              \
  F name##_mvec_f(F x) {                                                         \
    for (int i = 0; i < LaneOf<F>::lanes; ++i) x[i] = __builtin_##name##f(x[i]); \
    return x;                                                                    \
  }
#define TIGHTLOOP_LANES_2(name)                                                        \
  D name##_mvec_d(D x, D y) {                                                          \
    for (int i = 0; i < LaneOf<D>::lanes; ++i) x[i] = __builtin_##name(x[i], y[i]);    \
    return x;                                                                          \
  }                                                                                    \
  F name##_mvec_f(F x, F y) {                                                          \
    for (int i = 0; i < LaneOf<F>::lanes; ++i) x[i] = __builtin_##name##f(x[i], y[i]); \
    return x;                                                                          \
  }

}  // namespace
}  // namespace tightloop::math
