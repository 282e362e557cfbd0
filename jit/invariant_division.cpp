#include "jit/invariant_division.hpp"

#include <llvm/IR/Intrinsics.h>

namespace tightloop::jit {
namespace {

// With |x| within 2^-large..2^large and |divisor| within 2^-small..2^small, the quotient is a
// normal number and the remainder, a multiple of the product of two units in the last place, is
// representable.
struct Format {
  unsigned mantissa;
  unsigned bias;
  unsigned large;
  unsigned small;
  std::uint64_t power(int exponent) const {
    return static_cast<std::uint64_t>(static_cast<int>(bias) + exponent) << mantissa;
  }
};

Format format_of(DType lane) {
  return lane == DType::float32 ? Format{23, 127, 60, 30} : Format{52, 1023, 480, 240};
}

llvm::Value* magnitude(Emitter& e, llvm::Value* bits) {
  const unsigned width = bits->getType()->getScalarSizeInBits();
  return e.b.CreateAnd(bits,
                       llvm::ConstantInt::get(bits->getType(), ~std::uint64_t{0} >> (65 - width)));
}

llvm::Value* is_out_of_range(Emitter& e, llvm::Value* size, std::uint64_t low, std::uint64_t high) {
  llvm::Type* type = size->getType();
  llvm::Value* above = e.b.CreateSub(size, llvm::ConstantInt::get(type, low));
  return e.b.CreateICmpUGT(above, llvm::ConstantInt::get(type, high - low));
}

}  // namespace

bool divides_by_reciprocal(const Target& target, DType lane) {
  return target.fma && (lane == DType::float32 || lane == DType::float64);
}

Value prepare_divisor(Emitter& e, DType lane, llvm::Value* divisor) {
  auto& b = e.b;
  const Format f = format_of(lane);
  llvm::Value* one = b.CreateExtractElement(divisor, std::uint64_t{0});
  llvm::Value* bits = b.CreateBitCast(one, b.getIntNTy(lane == DType::float32 ? 32 : 64));
  const int small = static_cast<int>(f.small);
  llvm::Value* usable =
      b.CreateNot(is_out_of_range(e, magnitude(e, bits), f.power(-small), f.power(small)));
  llvm::Value* unit = llvm::ConstantFP::get(one->getType(), 1.0);
  llvm::Value* reciprocal = b.CreateFDiv(unit, b.CreateSelect(usable, one, unit));
  return {lane, e.splat(reciprocal), usable};
}

llvm::Value* divide_by_invariant(Emitter& e, DType lane, llvm::Value* x, llvm::Value* divisor,
                                 const Value& prepared) {
  auto& b = e.b;
  const Format f = format_of(lane);
  const int large = static_cast<int>(f.large);
  llvm::Value* size = magnitude(e, e.as_ints(x));
  llvm::Value* is_zero = b.CreateICmpEQ(size, e.zero(size->getType()));
  llvm::Value* odd =
      b.CreateAnd(is_out_of_range(e, size, f.power(-large), f.power(large)), b.CreateNot(is_zero));
  llvm::Value* fast = b.CreateAnd(prepared.im, b.CreateNot(e.any_lane(odd)));
  Carried quotient{e.zero(x->getType())};
  e.when(fast, quotient, [&](Carried& out) {
    llvm::Value* near = b.CreateFMul(x, prepared.re);
    llvm::Value* rest = e.call(llvm::Intrinsic::fma, {b.CreateFNeg(near), divisor, x});
    llvm::Value* exact = e.call(llvm::Intrinsic::fma, {rest, prepared.re, near});
    out[0] = b.CreateSelect(is_zero, near, exact);  // which keeps the sign of zero
  });
  e.when(b.CreateNot(fast), quotient, [&](Carried& out) { out[0] = b.CreateFDiv(x, divisor); });
  return quotient[0];
}

}  // namespace tightloop::jit
