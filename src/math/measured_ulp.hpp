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
#define TIGHTLOOP_MEASURED_HALF(id, f16, bf16)
#include "math/measured_ulp.def"
#undef TIGHTLOOP_MEASURED
#undef TIGHTLOOP_MEASURED_HALF
};

/// Holds the largest errors of a function of one operand over all values of the half types, in
/// units in the last place of these, once its result is rounded to them.
struct MeasuredHalfUlp {
  Op op;
  double f16, bf16;
};

inline constexpr MeasuredHalfUlp kMeasuredHalfUlp[] = {
#define TIGHTLOOP_MEASURED(id, f32, f64)
#define TIGHTLOOP_MEASURED_HALF(id, f16, bf16) {Op::id, f16, bf16},
#include "math/measured_ulp.def"
#undef TIGHTLOOP_MEASURED
#undef TIGHTLOOP_MEASURED_HALF
};

/// Finds the row of an op; null for ops that are not lowered to leaves. Static.
constexpr const MeasuredUlp* measured_ulp(Op op) {
  for (const MeasuredUlp& row : kMeasuredUlp) {
    if (row.op == op) return &row;
  }
  return nullptr;
}
constexpr const MeasuredHalfUlp* measured_half_ulp(Op op) {
  for (const MeasuredHalfUlp& row : kMeasuredHalfUlp) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

}  // namespace tightloop::math
