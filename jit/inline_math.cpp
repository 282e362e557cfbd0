// The formulas of math/half_functions.hpp, step for step, in AVX-512's instructions; their
// constants and tables are those of math/.
#include "jit/inline_math.hpp"

#include <algorithm>

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "math/constants.hpp"
#include "math/power_constants.hpp"

namespace tightloop::jit {
namespace {

namespace I = llvm::Intrinsic;
constexpr unsigned kLanes = 16;  // of float32 in a register

// One register of float32 lanes, and what the formulas do with it.
class Floats {
 public:
  explicit Floats(Emitter& e)
      : e_(e), b_(e.b), type_(llvm::FixedVectorType::get(b_.getFloatTy(), kLanes)) {}

  llvm::Value* all(float x) { return e_.loaded(llvm::ConstantFP::get(type_, double{x})); }
  llvm::Value* times(llvm::Value* x, float by) { return b_.CreateFMul(x, all(by)); }
  llvm::Value* fma(llvm::Value* x, llvm::Value* y, llvm::Value* z) {
    return e_.call(I::fma, {x, y, z});
  }
  llvm::Value* minus(llvm::Value* x, llvm::Value* y) { return b_.CreateFSub(x, y); }

  /// x less the integer nearest to it.
  llvm::Value* fraction(llvm::Value* x) {
    constexpr int kNearest = 8;  // and no event
    return masked(I::x86_avx512_mask_reduce_ps_512, {x, b_.getInt32(kNearest)});
  }
  /// x 2^floor(n).
  llvm::Value* scaled(llvm::Value* x, llvm::Value* n) {
    return masked(I::x86_avx512_mask_scalef_ps_512, {x, n});
  }
  /// m in [1, 2), of x = m 2^k; NaN below zero.
  llvm::Value* significand(llvm::Value* x) {
    constexpr int kFromOne = 0, kNanBelowZero = 2 << 2;
    return masked(I::x86_avx512_mask_getmant_ps_512, {x, b_.getInt32(kFromOne | kNanBelowZero)});
  }
  /// k, of the same; -inf for zero.
  llvm::Value* exponent(llvm::Value* x) { return masked(I::x86_avx512_mask_getexp_ps_512, {x}); }

  /// The upper `bits` bits of a significand in [1, 2), below others that lookup ignores.
  llvm::Value* interval(llvm::Value* m, unsigned bits) {
    auto* ints = llvm::FixedVectorType::get(b_.getInt32Ty(), kLanes);
    return b_.CreateLShr(b_.CreateBitCast(m, ints), llvm::ConstantInt::get(ints, 23 - bits));
  }
  llvm::Value* lookup(const float (&table)[2 * kLanes], llvm::Value* index) {
    const auto part = [&](unsigned first) {
      return e_.loaded(llvm::ConstantDataVector::get(
          b_.getContext(), llvm::ArrayRef<float>(table + first, kLanes)));
    };
    return b_.CreateIntrinsic(I::x86_avx512_vpermi2var_ps_512, {}, {part(0), index, part(kLanes)});
  }

 private:
  // Calls an instruction of AVX-512 for all lanes, rounding as usual.
  llvm::Value* masked(I::ID id, std::vector<llvm::Value*> args) {
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

llvm::Value* half_exp2(Floats& f, llvm::Value* y) {
  const auto& c = math::kHalfExp2PolyF;
  llvm::Value* r = f.fraction(y);
  llvm::Value* p = f.fma(f.all(c[3]), r, f.all(c[2]));
  p = f.fma(p, r, f.all(c[1]));
  p = f.fma(p, r, f.all(c[0]));
  return f.scaled(f.fma(p, r, f.all(1)), f.minus(y, r));
}

// `near` holds what each interval of significands is near 1 after a product with, `log` the
// logarithms of that.
llvm::Value* half_logarithm(Floats& f, llvm::Value* x, const float (&near)[32],
                            const float (&log)[32], float of2, const float (&c)[3]) {
  llvm::Value* m = f.significand(x);
  llvm::Value* j = f.interval(m, 5);
  llvm::Value* r = f.fma(m, f.lookup(near, j), f.all(-1));
  llvm::Value* high = f.fma(f.exponent(x), f.all(of2), f.lookup(log, j));
  llvm::Value* q = f.fma(f.fma(f.all(c[2]), r, f.all(c[1])), r, f.all(c[0]));
  return f.fma(q, r, high);
}

llvm::Value* half_log(Floats& f, llvm::Value* x) {
  return half_logarithm(f, x, math::kLogCF, math::kLogHiF, math::kLogOf2HiF, math::kHalfLogPolyF);
}

}  // namespace

bool has_few_functions(const plan::KernelPlan& plan) {
  constexpr auto kFew = 8;
  return kFew >= std::count_if(plan.body.begin(), plan.body.end(), [](const plan::Inst& inst) {
           return in_table(inst.op) && info(inst.op).lowering == Lowering::math;
         });
}

llvm::Value* inline_math(Emitter& e, Op op, DType precision, llvm::Value* x) {
  if (!e.inlines_math || !is_half(precision) || e.lanes % kLanes != 0) return nullptr;
  if (!e.target.avx512 || e.target.vector_bytes != 64) return nullptr;
  const auto of = [&](auto&& formula) {
    const llvm::IRBuilderBase::FastMathFlagGuard guard(e.b);
    e.b.setFastMathFlags({});
    Floats f(e);
    return e.by_pieces(
        {x}, 64, [&](const std::vector<llvm::Value*>& piece) { return formula(f, piece[0]); });
  };
  switch (op) {
    case Op::exp2: return of(half_exp2);
    case Op::exp:
      return of([](Floats& f, llvm::Value* v) { return half_exp2(f, f.times(v, math::kLog2EF)); });
    case Op::exp10:
      return of(
          [](Floats& f, llvm::Value* v) { return half_exp2(f, f.times(v, math::kLog2Of10F)); });
    case Op::log: return of(half_log);
    case Op::log2:
      return of([](Floats& f, llvm::Value* v) {
        return half_logarithm(f, v, math::kLog2CF, math::kLog2HiF, math::kLog2Of2HiF,
                              math::kHalfLog2PolyF);
      });
    case Op::log10:
      return of(
          [](Floats& f, llvm::Value* v) { return f.times(half_log(f, v), math::kLog10LeadHiF); });
    default: return nullptr;
  }
}

}  // namespace tightloop::jit
