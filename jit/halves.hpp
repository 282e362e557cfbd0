// Conversions between the bits of half types and float32 lanes, with one rounding, on hardware
// that has them and by integer arithmetic where it has not.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// Converts bits of a half type to float32 lanes exactly.
llvm::Value* half_to_float(Emitter& e, llvm::Value* bits, DType half);
/// Rounds float32 lanes to bits of a half type: nearest even, overflow to infinity or,
/// where there is none, NaN; a NaN keeps its sign, of 16 bits its upper payload, and is quiet.
llvm::Value* float_to_half(Emitter& e, llvm::Value* floats, DType half);
/// Rounds a value of any real lane once to a half type, giving it in float32 lanes.
Value round_to_half(Emitter& e, const Value& v, DType half);

}  // namespace tightloop::jit
