// The largest errors that the long accuracy run met: what stands beside the table's promise.
#pragma once

#include "tightloop/op.hpp"

namespace tightloop::math {

/// Holds the largest error of an op's vector leaves over the arguments of one run of
/// bench/accuracy.cpp, in units in the last place of the exact result, rounded up.
struct MeasuredUlp {
  Op op;
  double f32, f64;
};

inline constexpr MeasuredUlp kMeasuredUlp[] = {
#define TIGHTLOOP_MEASURED(id, f32, f64) {Op::id, f32, f64},
#include "math/measured_ulp.def"
#undef TIGHTLOOP_MEASURED
};

/// Finds the row of an op; null for ops that are not lowered to leaves. Static.
constexpr const MeasuredUlp* measured_ulp(Op op) {
  for (const MeasuredUlp& row : kMeasuredUlp) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

}  // namespace tightloop::math
