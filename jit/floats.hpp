// Floating-point arithmetic, real and complex, in vector lanes; and calls of vector math leaves.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// minimum and maximum: NaN if either is NaN; -0 below +0.
llvm::Value* float_extremum(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y);
/// The same for operands that are not NaN; any value where one is. Cheaper.
llvm::Value* ordered_extremum(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y);
/// fmin and fmax: the other operand where one is NaN; -0 below +0.
llvm::Value* float_extremum_skipping_nan(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y);
/// floor_divide or mod, as Python; or fmod.
llvm::Value* float_divide(Emitter& e, Op op, llvm::Value* x, llvm::Value* y);
llvm::Value* float_sign(Emitter& e, llvm::Value* x);
llvm::Value* float_signbit(Emitter& e, llvm::Value* x);
llvm::Value* is_infinite(Emitter& e, llvm::Value* x);
llvm::Value* is_finite(Emitter& e, llvm::Value* x);

Value complex_multiply(Emitter& e, const Value& x, const Value& y);
Value complex_divide(Emitter& e, const Value& x, const Value& y);

/// Calls the leaf of an op whose lowering is `math`, register by register. `precision` is the lane,
/// or a half type in lanes of float32.
llvm::Value* call_leaf(Emitter& e, Op op, DType precision, const std::vector<llvm::Value*>& args);
/// Calls the leaf of a function of complex operands, over memory.
Value call_complex_leaf(Emitter& e, Op op, DType lane, const std::vector<Value>& args);

}  // namespace tightloop::jit
