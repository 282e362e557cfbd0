// Exponentials and logarithms of halves in the kernel itself, where calls would cost a third of the
// time: lanes stay in registers, and the steps of one vector fill the waits of another. (In float32
// and float64 that gains a tenth and doubles the time to compile; there leaves are called.)
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// True for plans with so few functions that emitting them in place compiles fast enough.
bool has_few_functions(const plan::KernelPlan& plan);

/// The value of an op whose lowering is `math`, bit for bit that of its leaf; null for ops,
/// targets and kernels whose leaves are to be called. `precision` is the lane, or a half type in
/// lanes of float32.
llvm::Value* inline_math(Emitter& e, Op op, DType precision, llvm::Value* x);

}  // namespace tightloop::jit
