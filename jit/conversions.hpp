// Conversions between lane types: cast and saturate of the typed graph.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// Converts to another lane type (never a half type); `check` notes lanes whose value changes.
Value cast(Emitter& e, const Value& v, DType to, bool check);
/// Notes lanes of a real value that rounding to a half type, in float32 lanes, has changed.
void note_changed_by_half(Emitter& e, const Value& v, llvm::Value* held);
/// Clips a real value to the finite range of `to`, then converts; half types give float32 lanes.
Value saturate(Emitter& e, const Value& v, DType to);
/// Gives the same bits in another lane of equal size; `half` is the half type on either side, which
/// is in float32 lanes, if there is one.
Value bit_cast(Emitter& e, const Value& v, DType to, DType half);
/// Tests != 0; NaN is true.
llvm::Value* to_bool(Emitter& e, const Value& v);

}  // namespace tightloop::jit
