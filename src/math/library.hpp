// The leaves as scalar functions, on any architecture: types/real_functions.hpp computed in the
// next wider type where the C library's own precision would miss the stated accuracy.
#pragma once

namespace tightloop::math::library {

#define TIGHTLOOP_LIBRARY_1(name) \
  float name(float x);            \
  double name(double x);
#define TIGHTLOOP_LIBRARY_2(name) \
  float name(float x, float y);   \
  double name(double x, double y);
#define TIGHTLOOP_LEAF(name, arity) TIGHTLOOP_LIBRARY_##arity(name)
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
#undef TIGHTLOOP_LIBRARY_1
#undef TIGHTLOOP_LIBRARY_2

}  // namespace tightloop::math::library
