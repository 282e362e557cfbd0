// Integer (and bool) arithmetic in vector lanes: nothing here traps or is undefined for any
// operand.
#pragma once

#include <optional>

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// add, subtract, multiply; notes lanes that wrap if `check`.
llvm::Value* int_arithmetic(Emitter& e, Op op, DType type, llvm::Value* x, llvm::Value* y,
                            bool check);
llvm::Value* int_fma(Emitter& e, DType type, llvm::Value* x, llvm::Value* y, llvm::Value* z,
                     bool check);
/// floor_divide or mod. `constant` is the divisor where it is the same constant in all lanes.
llvm::Value* int_divide(Emitter& e, Op op, DType type, llvm::Value* x, llvm::Value* y,
                        std::optional<std::int64_t> constant, bool check);
/// `constant` is the exponent where it is the same constant in all lanes.
llvm::Value* int_pow(Emitter& e, DType type, llvm::Value* x, llvm::Value* y,
                     std::optional<std::int64_t> constant, bool check);
/// shift_left or shift_right.
llvm::Value* int_shift(Emitter& e, Op op, DType type, llvm::Value* x, llvm::Value* y, bool check);
/// |x - y| in the unsigned twin of the operands' type.
llvm::Value* int_absdiff(Emitter& e, DType operands, llvm::Value* x, llvm::Value* y);
llvm::Value* int_abs(Emitter& e, llvm::Value* x);
llvm::Value* int_sign(Emitter& e, DType type, llvm::Value* x);
/// minimum or maximum, of bools too.
llvm::Value* int_extremum(Emitter& e, bool maximum, DType type, llvm::Value* x, llvm::Value* y);

}  // namespace tightloop::jit
