// Exact division of many elements by one divisor: a product with its reciprocal and one correction
// (Markstein, IBM J. Res. Dev. 34 (1990); Brisebarre, Muller and Raina, IEEE Trans. Comput. 53
// (2004)), several times faster than dividing. The quotient is the correctly rounded one.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// True for lane types that the target can divide so.
bool divides_by_reciprocal(const Target& target, DType lane);

/// Makes what divide_by_invariant needs of a divisor that is the same in all lanes: its reciprocal,
/// and, in `im`, a zero; NaN in place of one that may not be used.
Value prepare_divisor(Emitter& e, DType lane, llvm::Value* divisor);

/// Returns x / divisor, rounded to nearest. Vectors with a very small quotient, or one that is not
/// finite, are divided.
llvm::Value* divide_by_invariant(Emitter& e, DType lane, llvm::Value* x, llvm::Value* divisor,
                                 const Value& prepared);

}  // namespace tightloop::jit
