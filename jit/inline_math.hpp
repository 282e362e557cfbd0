// Exponentials and logarithms in the kernel itself, in lanes of float32. Nothing is saved around
// calls, and the steps of one vector fill the waits of another: halves gain a third of their time,
// float32 a tenth. Float64 would gain less, and take twice as long to compile.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// True for plans with so few of these functions that emitting them in place compiles fast enough.
bool has_few_functions(const kernel::KernelPlan& plan, const Target& target);

/// The value of an op whose lowering is `math`, bit for bit that of its leaf; null for ops,
/// targets and kernels whose leaves are to be called. `precision` is the lane, or a half type in
/// lanes of float32.
llvm::Value* inline_math(Emitter& e, Op op, DType precision, llvm::Value* x);

}  // namespace tightloop::jit
