// The mask of each operation, from its operands and its result.
#include "jit/event_masks.hpp"

#include <cmath>

#include <llvm/IR/Intrinsics.h>

#include "jit/floats.hpp"

namespace tightloop::jit {
namespace {

std::vector<llvm::Value*> parts(const Value& v) {
  if (v.im == nullptr) return {v.re};
  return {v.re, v.im};
}

/// What the operands say about an event of the result.
struct Operands {
  llvm::Value* some_nan;
  llvm::Value* all_finite;
  llvm::Value* none_zero;
};

class Masks {
 public:
  explicit Masks(Emitter& e) : e_(e), b_(e.b) {}

  llvm::Value* none() { return e_.zero(e_.vector(DType::bool_)); }
  llvm::Value* any() { return llvm::Constant::getAllOnesValue(e_.vector(DType::bool_)); }

  llvm::Value* integer_division(Op op, const Value& x, const Value& y) {
    llvm::Constant* zero = e_.zero(y.re->getType());
    if (op != Op::pow) return b_.CreateICmpEQ(y.re, zero);
    return b_.CreateAnd(b_.CreateICmpEQ(x.re, zero), b_.CreateICmpSLT(y.re, zero));
  }

  /// Lanes that an integer type of that range may not hold.
  llvm::Value* to_integer(const Value& x, DType target) {
    const int digits = static_cast<int>(bits_of(target)) - (is_signed_int(target) ? 1 : 0);
    llvm::Type* type = x.re->getType();
    llvm::Value* above = e_.floats(type, std::ldexp(1.0, digits));
    llvm::Value* lowest = e_.floats(type, is_signed_int(target) ? -std::ldexp(1.0, digits) : 0.0);
    return b_.CreateNot(
        b_.CreateAnd(b_.CreateFCmpOGE(x.re, lowest), b_.CreateFCmpOLT(x.re, above)));
  }

  /// Sums and products that overflowed or vanished on the way.
  llvm::Value* accumulated(const Value& v) {
    llvm::Value* mask = none();
    for (llvm::Value* p : parts(v)) {
      mask = b_.CreateOr(mask, b_.CreateNot(is_finite(e_, p)));
      mask = b_.CreateOr(mask, b_.CreateFCmpOEQ(p, e_.zero(p->getType())));
    }
    return mask;
  }

  Operands judge(const std::vector<OperandValue>& args) {
    Operands out{none(), any(), any()};
    for (const OperandValue& a : args) {
      if (!is_float(a.value.type) && !is_complex(a.value.type)) continue;
      llvm::Value* nonzero = none();
      for (llvm::Value* p : parts(a.value)) {
        out.some_nan = b_.CreateOr(out.some_nan, b_.CreateFCmpUNO(p, p));
        out.all_finite = b_.CreateAnd(out.all_finite, is_finite(e_, p));
        nonzero = b_.CreateOr(nonzero, b_.CreateFCmpUNE(p, e_.zero(p->getType())));
      }
      out.none_zero = b_.CreateAnd(out.none_zero, nonzero);
    }
    return out;
  }

  /// Results that are NaN, infinite or, where `tiny` is not 0, smaller than that.
  llvm::Value* floating(const Value& result, const std::vector<OperandValue>& args, double tiny) {
    const Operands x = judge(args);
    llvm::Value* mask = none();
    for (llvm::Value* p : parts(result)) {
      llvm::Value* fresh_nan = b_.CreateAnd(b_.CreateFCmpUNO(p, p), b_.CreateNot(x.some_nan));
      llvm::Value* fresh_infinity = b_.CreateAnd(is_infinite(e_, p), x.all_finite);
      mask = b_.CreateOr(mask, b_.CreateOr(fresh_nan, fresh_infinity));
      if (tiny == 0) continue;
      llvm::Value* size = e_.call(llvm::Intrinsic::fabs, {p});
      llvm::Value* lost = b_.CreateFCmpOLT(size, e_.floats(p->getType(), tiny));
      mask = b_.CreateOr(mask, b_.CreateAnd(lost, b_.CreateAnd(x.all_finite, x.none_zero)));
    }
    return mask;
  }

 private:
  Emitter& e_;
  llvm::IRBuilder<>& b_;
};

/// Sums and remainders lose no digits below the smallest normal number.
bool can_underflow(Op op) {
  switch (op) {
    case Op::add:
    case Op::subtract:
    case Op::absdiff:
    case Op::floor_divide:
    case Op::mod:
    case Op::fmod: return false;
    default: return true;
  }
}

}  // namespace

llvm::Value* event_mask(Emitter& e, const kernel::Inst& inst, const Value& result,
                        const std::vector<OperandValue>& args) {
  Masks masks(e);
  if (args.empty()) return masks.accumulated(result);
  if (is_integer(inst.lane)) {
    if (inst.op == Op::cast) return masks.to_integer(args[0].value, inst.lane);
    return masks.integer_division(inst.op, args[0].value, args[1].value);
  }
  return masks.floating(result, args, can_underflow(inst.op) ? least_normal(inst.target) : 0);
}

}  // namespace tightloop::jit
