// Exponentials and logarithms in the kernel itself, where a call would cost a third of the time:
// lanes stay in registers, and the steps of one vector fill the waits of another.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// The value of an op whose lowering is `math`, bit for bit that of its leaf; null for ops and
/// targets whose leaf is to be called. `precision` is the lane, or a half type in lanes of float32.
llvm::Value* inline_math(Emitter& e, Op op, DType precision, llvm::Value* x);

}  // namespace tightloop::jit
