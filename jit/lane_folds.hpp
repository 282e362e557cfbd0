// The operators of reductions on whole vectors and single elements, and folding a vector to one.
#pragma once

#include <functional>

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// Folds the upper half of each vector into the lower one until single elements are left; with all
/// vectors together one operand of f (the parts of a complex number, say).
std::vector<llvm::Value*> fold_lanes(
    Emitter& e, std::vector<llvm::Value*> vectors,
    const std::function<std::vector<llvm::Value*>(const std::vector<llvm::Value*>&,
                                                  const std::vector<llvm::Value*>&)>& f);

/// x op y for sum and prod in accumulator lanes: 64-bit integers, float64 or pairs of them. Where
/// `contract` is set a sum may fuse with a product that feeds it.
std::vector<llvm::Value*> combine_floats(Emitter& e, Op op, const std::vector<llvm::Value*>& x,
                                         const std::vector<llvm::Value*>& y, bool contract);

/// A value's parts in float64, or in their own type if `keep`.
std::vector<llvm::Value*> float_parts(Emitter& e, const Value& v, bool keep);

/// The value that sums and products of floats start from: -0.0, 1, or 1 + 0i.
std::vector<llvm::Value*> float_identity(Emitter& e, Op op, DType acc, llvm::Type* part);

/// The smallest or largest value of an integer type, which max or min starts from.
llvm::Constant* int_extreme(Emitter& e, bool largest, DType t, llvm::Type* type);

/// Runs f with a single lane, all live.
void with_one_lane(Emitter& e, const std::function<void()>& f);

}  // namespace tightloop::jit
