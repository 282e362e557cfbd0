// One register of sixteen float32 lanes, and what only AVX-512 does with it.
#pragma once

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// Makes instructions on such registers. Needs a target with avx512.
class FloatRegister {
 public:
  using Value = llvm::Value*;
  static constexpr unsigned kLanes = 16;

  explicit FloatRegister(Emitter& e)
      : e_(e), b_(e.b), type_(llvm::FixedVectorType::get(b_.getFloatTy(), kLanes)) {}

  Value all(float x) { return e_.loaded(llvm::ConstantFP::get(type_, double{x})); }
  Value plus(Value x, Value y) { return b_.CreateFAdd(x, y); }
  Value minus(Value x, Value y) { return b_.CreateFSub(x, y); }
  Value times(Value x, Value y) { return b_.CreateFMul(x, y); }
  /// x y + z, rounded once.
  Value fma(Value x, Value y, Value z) { return e_.call(llvm::Intrinsic::fma, {x, y, z}); }
  /// z - x y, rounded once.
  Value negated_fma(Value x, Value y, Value z) { return fma(b_.CreateFNeg(x), y, z); }

  /// x less the integer nearest to it.
  Value fraction(Value x) {
    constexpr int kNearest = 8;  // and no event
    return masked(llvm::Intrinsic::x86_avx512_mask_reduce_ps_512, {x, b_.getInt32(kNearest)});
  }
  /// The smaller magnitude of x and 1/16, with the sign of x; 1/16 for NaN.
  Value within_sixteenth(Value x) {
    constexpr int kLeastMagnitude = 2;
    return masked(llvm::Intrinsic::x86_avx512_mask_range_ps_512,
                  {x, all(0.0625F), b_.getInt32(kLeastMagnitude)});
  }
  /// x 2^floor(n), rounded once.
  Value scaled(Value x, Value n) {
    return masked(llvm::Intrinsic::x86_avx512_mask_scalef_ps_512, {x, n});
  }
  /// m in [1, 2), of x = m 2^k; NaN below zero.
  Value significand(Value x) {
    constexpr int kFromOne = 0, kNanBelowZero = 2 << 2;
    return masked(llvm::Intrinsic::x86_avx512_mask_getmant_ps_512,
                  {x, b_.getInt32(kFromOne | kNanBelowZero)});
  }
  /// k, of the same; -inf for zero, inf for infinities.
  Value exponent(Value x) { return masked(llvm::Intrinsic::x86_avx512_mask_getexp_ps_512, {x}); }

  Value bits(Value x) { return b_.CreateBitCast(x, words()); }
  /// The number of a significand's interval among 32 of [1, 2), below bits that lookup ignores.
  Value interval(Value m) {
    return b_.CreateLShr(bits(m), llvm::ConstantInt::get(words(), 23 - 5));
  }
  /// table[index modulo its length].
  Value lookup(const float (&table)[kLanes], Value index) {
    return b_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_permvar_sf_512, {}, {part(table), index});
  }
  Value lookup(const float (&table)[2 * kLanes], Value index) {
    return b_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_ps_512, {},
                              {part(table), index, part(table + kLanes)});
  }

 private:
  llvm::FixedVectorType* words() { return llvm::FixedVectorType::get(b_.getInt32Ty(), kLanes); }
  Value part(const float* first) {
    return e_.loaded(
        llvm::ConstantDataVector::get(b_.getContext(), llvm::ArrayRef<float>(first, kLanes)));
  }
  // An instruction that has a mask, over all lanes and rounding as usual.
  Value masked(llvm::Intrinsic::ID id, std::vector<Value> args) {
    constexpr int kAsUsual = 4;
    args.push_back(llvm::Constant::getNullValue(type_));
    args.push_back(b_.getInt16(0xffff));
    args.push_back(b_.getInt32(kAsUsual));
    return b_.CreateIntrinsic(id, {}, args);
  }

  Emitter& e_;
  llvm::IRBuilder<>& b_;
  llvm::FixedVectorType* type_;
};

}  // namespace tightloop::jit
