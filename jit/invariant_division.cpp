// The reciprocal before the loop; in it the corrected quotient, and a true division for vectors
// with elements out of range.
#include "jit/invariant_division.hpp"

#include <cmath>

#include <llvm/IR/Intrinsics.h>

namespace tightloop::jit {
namespace {

// With |divisor| within 2^-divisor..2^divisor and |quotient| of at least 2^-quotient, the
// remainder, a multiple of the product of two units in the last place, is representable.
struct Format {
  unsigned mantissa;
  unsigned bias;
  int divisor;
  int quotient;
  std::uint64_t power(int exponent) const {
    return static_cast<std::uint64_t>(static_cast<int>(bias) + exponent) << mantissa;
  }
};

Format format_of(DType lane) {
  return lane == DType::float32 ? Format{23, 127, 30, 60} : Format{52, 1023, 240, 480};
}

// Whether the size of a scalar is within 2^-limit..2^limit.
llvm::Value* is_moderate(Emitter& e, const Format& f, int limit, llvm::Value* x) {
  auto& b = e.b;
  llvm::Type* type = b.getIntNTy(x->getType()->getScalarSizeInBits());
  const auto of = [&](std::uint64_t bits) { return llvm::ConstantInt::get(type, bits); };
  const std::uint64_t low = f.power(-limit), high = f.power(limit);
  llvm::Value* size = b.CreateLShr(b.CreateShl(b.CreateBitCast(x, type), 1), 1);
  return b.CreateICmpULE(b.CreateSub(size, of(low)), of(high - low));
}

}  // namespace

bool divides_by_reciprocal(const Target& target, DType lane) {
  return target.fma && (lane == DType::float32 || lane == DType::float64);
}

// With a NaN for the reciprocal no quotient is taken for exact; with one for the zero no element is
// taken for a zero whose quotient has the right sign.
Value prepare_divisor(Emitter& e, DType lane, llvm::Value* divisor) {
  auto& b = e.b;
  const Format f = format_of(lane);
  llvm::Value* one = b.CreateExtractElement(divisor, std::uint64_t{0});
  llvm::Value* usable = is_moderate(e, f, f.divisor, one);
  llvm::Value* unit = llvm::ConstantFP::get(one->getType(), 1.0);
  llvm::Value* nan = llvm::ConstantFP::getNaN(one->getType());
  llvm::Value* zero = e.zero(one->getType());
  llvm::Value* reciprocal = b.CreateSelect(usable, b.CreateFDiv(unit, one), nan);
  llvm::Value* positive = b.CreateAnd(usable, b.CreateFCmpOGT(one, zero));
  return {lane, e.splat(reciprocal), e.splat(b.CreateSelect(positive, zero, nan))};
}

llvm::Value* divide_by_invariant(Emitter& e, DType lane, llvm::Value* x, llvm::Value* divisor,
                                 const Value& prepared) {
  auto& b = e.b;
  const Format f = format_of(lane);
  llvm::Value* near = b.CreateFMul(x, prepared.re);
  // In this order a zero keeps its sign where the divisor is positive.
  llvm::Value* excess = e.call(llvm::Intrinsic::fma, {near, divisor, b.CreateFNeg(x)});
  llvm::Value* exact = e.call(llvm::Intrinsic::fma, {b.CreateFNeg(excess), prepared.re, near});
  llvm::Value* least = e.floats(x->getType(), std::ldexp(1.0, -2 * f.quotient));
  llvm::Value* is_small = b.CreateFCmpULT(b.CreateFMul(exact, exact), least);  // or NaN
  llvm::Value* odd = b.CreateAnd(is_small, b.CreateFCmpUNE(x, prepared.im));
  Carried quotient{exact};
  e.when(e.any_lane(odd), quotient, [&](Carried& out) { out[0] = b.CreateFDiv(x, divisor); });
  return quotient[0];
}

}  // namespace tightloop::jit
