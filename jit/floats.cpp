// Floating-point arithmetic that IEEE instructions do not give directly. Every formula is the one
// of the reference evaluator, so results have the same bits.
#include "jit/floats.hpp"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/Module.h>

#include "kernel/leaf_symbol.hpp"

namespace tightloop::jit {
namespace {

// vrangeps/pd: orders -0 below +0 in one instruction.
llvm::Value* range_instruction(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y) {
  namespace I = llvm::Intrinsic;
  auto& b = e.b;
  const auto* type = llvm::cast<llvm::FixedVectorType>(x->getType());
  const bool single = type->getElementType()->isFloatTy();
  const unsigned bytes = type->getNumElements() * (single ? 4 : 8);
  const I::ID id =
      bytes == 64   ? (single ? I::x86_avx512_mask_range_ps_512 : I::x86_avx512_mask_range_pd_512)
      : bytes == 32 ? (single ? I::x86_avx512_mask_range_ps_256 : I::x86_avx512_mask_range_pd_256)
                    : (single ? I::x86_avx512_mask_range_ps_128 : I::x86_avx512_mask_range_pd_128);
  const unsigned mask_bits = std::max(8u, type->getNumElements());
  std::vector<llvm::Value*> args{x, y, b.getInt32(maximum ? 5 : 4), x,
                                 llvm::Constant::getAllOnesValue(b.getIntNTy(mask_bits))};
  if (bytes == 64) args.push_back(b.getInt32(4));  // rounding as MXCSR says
  return b.CreateIntrinsic(id, {}, args);
}

llvm::Value* absolute(Emitter& e, llvm::Value* x) {
  return e.call(llvm::Intrinsic::fabs, {x});
}

// fmod of each lane by the library's function, through memory: few lanes ever need it.
llvm::Value* remainder_by_lanes(Emitter& e, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  llvm::Type* type = x->getType();
  llvm::Type* element = type->getScalarType();
  llvm::Value* xs = e.scratch(0);
  llvm::Value* ys = e.scratch(1);
  b.CreateStore(x, xs);
  b.CreateStore(y, ys);
  Carried none;
  e.loop(b.getInt64(0), b.getInt64(e.lanes), b.getInt64(1), none, false,
         [&](llvm::Value* i, Carried&) {
           llvm::Value* at = b.CreateGEP(element, xs, i);
           llvm::Value* divisor = b.CreateLoad(element, b.CreateGEP(element, ys, i));
           b.CreateStore(b.CreateFRem(b.CreateLoad(element, at), divisor), at);
         });
  return b.CreateLoad(type, xs);
}

// fmod, exactly. While the quotient is below 2^p, x - q * y is representable for q = trunc(x / y)
// even where the division rounded up to the next integer; one fused multiply-add then gives it.
llvm::Value* remainder(Emitter& e, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  if (!e.target.fma) return remainder_by_lanes(e, x, y);
  llvm::Type* type = x->getType();
  const bool single = type->getScalarType()->isFloatTy();
  llvm::Value* quotient = e.call(llvm::Intrinsic::trunc, {b.CreateFDiv(x, y)});
  llvm::Value* rest = e.call(llvm::Intrinsic::fma, {b.CreateFNeg(quotient), y, x});
  // Same sign as x, or moved back by |y| towards it.
  llvm::Value* step = e.call(llvm::Intrinsic::copysign, {y, x});
  llvm::Value* opposite = b.CreateFCmpOLT(
      b.CreateFMul(rest, e.call(llvm::Intrinsic::copysign, {e.floats(type, 1.0), x})),
      e.zero(type));
  rest = b.CreateSelect(opposite, b.CreateFAdd(rest, step), rest);
  rest = e.call(llvm::Intrinsic::copysign, {rest, x});
  llvm::Value* smaller = b.CreateFCmpOLT(absolute(e, x), absolute(e, y));
  Carried result{b.CreateSelect(smaller, x, rest)};
  llvm::Constant* exact_below = e.floats(type, single ? 0x1p24 : 0x1p53);
  llvm::Value* large = b.CreateFCmpOGE(absolute(e, quotient), exact_below);
  e.when(e.any_lane(large), result, [&](Carried& c) { c[0] = remainder_by_lanes(e, x, y); });
  return result[0];
}

}  // namespace

llvm::Value* ordered_extremum(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  const auto* type = llvm::cast<llvm::FixedVectorType>(x->getType());
  if (e.target.avx512 && type->getNumElements() * type->getScalarSizeInBits() >= 128) {
    return e.by_pieces({x, y}, 64, [&](const std::vector<llvm::Value*>& piece) {
      return range_instruction(e, maximum, piece[0], piece[1]);
    });
  }
  llvm::Value* first = maximum ? b.CreateFCmpOGT(x, y) : b.CreateFCmpOLT(x, y);
  llvm::Value* chosen = b.CreateSelect(first, x, y);
  // Equal operands differ in the sign of zero at most.
  llvm::Value* bits =
      maximum ? b.CreateAnd(e.as_ints(x), e.as_ints(y)) : b.CreateOr(e.as_ints(x), e.as_ints(y));
  return b.CreateSelect(b.CreateFCmpOEQ(x, y), e.as_type(bits, x->getType()), chosen);
}

llvm::Value* float_extremum(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y) {
  llvm::Value* chosen = ordered_extremum(e, maximum, x, y);
  return e.b.CreateSelect(e.b.CreateFCmpUNO(x, y), e.quiet_nan(x->getType()), chosen);
}

llvm::Value* float_extremum_skipping_nan(Emitter& e, bool maximum, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  llvm::Value* chosen = ordered_extremum(e, maximum, x, y);
  chosen = b.CreateSelect(b.CreateFCmpUNO(y, y), x, chosen);
  return b.CreateSelect(b.CreateFCmpUNO(x, x), y, chosen);
}

llvm::Value* float_divide(Emitter& e, Op op, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  llvm::Type* type = x->getType();
  llvm::Constant* zero = e.zero(type);
  llvm::Value* rest = remainder(e, x, y);
  // One NaN whichever way a lane was computed: a lane's bits may not depend on its neighbours.
  rest = b.CreateSelect(b.CreateFCmpUNO(rest, rest), e.quiet_nan(type), rest);
  if (op == Op::fmod) return rest;
  llvm::Value* is_zero = b.CreateFCmpOEQ(rest, zero);
  llvm::Value* other_sign = b.CreateXor(b.CreateFCmpOLT(rest, zero), b.CreateFCmpOLT(y, zero));
  llvm::Value* moved = b.CreateAnd(other_sign, b.CreateNot(is_zero));
  if (op == Op::mod) {
    llvm::Value* result = b.CreateSelect(moved, b.CreateFAdd(rest, y), rest);
    return b.CreateSelect(is_zero, e.call(llvm::Intrinsic::copysign, {zero, y}), result);
  }
  llvm::Value* ratio = b.CreateFDiv(x, y);
  llvm::Value* quotient = b.CreateFDiv(b.CreateFSub(x, rest), y);
  quotient = b.CreateSelect(moved, b.CreateFSub(quotient, e.floats(type, 1.0)), quotient);
  llvm::Value* below = e.call(llvm::Intrinsic::floor, {quotient});
  llvm::Value* nearer_up = b.CreateFCmpOGT(b.CreateFSub(quotient, below), e.floats(type, 0.5));
  llvm::Value* result = b.CreateSelect(nearer_up, b.CreateFAdd(below, e.floats(type, 1.0)), below);
  llvm::Value* signed_zero = e.call(llvm::Intrinsic::copysign, {zero, ratio});
  result = b.CreateSelect(b.CreateFCmpOEQ(quotient, zero), signed_zero, result);
  return b.CreateSelect(b.CreateFCmpOEQ(y, zero), ratio, result);
}

llvm::Value* float_sign(Emitter& e, llvm::Value* x) {
  auto& b = e.b;
  llvm::Constant* zero = e.zero(x->getType());
  llvm::Value* one = e.call(llvm::Intrinsic::copysign, {e.floats(x->getType(), 1.0), x});
  // Ordered and not equal to zero: +-1; NaN: itself; zeros: +0.
  llvm::Value* other = b.CreateSelect(b.CreateFCmpUNO(x, x), x, zero);
  return b.CreateSelect(b.CreateFCmpONE(x, zero), one, other);
}

llvm::Value* float_signbit(Emitter& e, llvm::Value* x) {
  llvm::Value* bits = e.as_ints(x);
  return e.b.CreateICmpSLT(bits, e.zero(bits->getType()));
}

llvm::Value* is_infinite(Emitter& e, llvm::Value* x) {
  return e.b.CreateFCmpOEQ(absolute(e, x), llvm::ConstantFP::getInfinity(x->getType()));
}

llvm::Value* is_finite(Emitter& e, llvm::Value* x) {
  return e.b.CreateFCmpOLT(absolute(e, x), llvm::ConstantFP::getInfinity(x->getType()));
}

Value complex_multiply(Emitter& e, const Value& x, const Value& y) {
  auto& b = e.b;
  llvm::Value* re = b.CreateFSub(b.CreateFMul(x.re, y.re), b.CreateFMul(x.im, y.im));
  llvm::Value* im = b.CreateFAdd(b.CreateFMul(x.re, y.im), b.CreateFMul(x.im, y.re));
  return {x.type, re, im};
}

namespace {

// complex_valued::recovered_quotient.
Value recovered_quotient(Emitter& e, const Value& x, const Value& y) {
  auto& b = e.b;
  llvm::Type* type = x.re->getType();
  llvm::Constant* zero = e.zero(type);
  llvm::Constant* infinity = llvm::ConstantFP::getInfinity(type);
  const auto either = [&](const Value& v) {
    return b.CreateOr(is_infinite(e, v.re), is_infinite(e, v.im));
  };
  const auto both_finite = [&](const Value& v) {
    return b.CreateAnd(is_finite(e, v.re), is_finite(e, v.im));
  };
  llvm::Value* of_infinity = b.CreateAnd(either(x), both_finite(y));
  llvm::Value* by_infinity = b.CreateAnd(either(y), both_finite(x));
  const auto unit = [&](llvm::Value* where, llvm::Value* v) {
    llvm::Value* size = b.CreateSelect(is_infinite(e, v), e.floats(type, 1.0), zero);
    return b.CreateSelect(where, e.call(llvm::Intrinsic::copysign, {size, v}), v);
  };
  llvm::Value* p = unit(of_infinity, x.re);
  llvm::Value* q = unit(of_infinity, x.im);
  llvm::Value* r = unit(by_infinity, y.re);
  llvm::Value* s = unit(by_infinity, y.im);
  llvm::Value* scale = b.CreateSelect(of_infinity, infinity, zero);
  llvm::Value* re = b.CreateFMul(scale, b.CreateFAdd(b.CreateFMul(p, r), b.CreateFMul(q, s)));
  llvm::Value* im = b.CreateFMul(scale, b.CreateFSub(b.CreateFMul(q, r), b.CreateFMul(p, s)));
  llvm::Value* by_zero = b.CreateAnd(b.CreateFCmpOEQ(y.re, zero), b.CreateFCmpOEQ(y.im, zero));
  re = b.CreateSelect(by_zero, b.CreateFDiv(x.re, y.re), re);
  im = b.CreateSelect(by_zero, b.CreateFDiv(x.im, y.re), im);
  llvm::Value* known = b.CreateOr(by_zero, b.CreateOr(of_infinity, by_infinity));
  llvm::Value* undefined = e.quiet_nan(type);
  return {x.type, b.CreateSelect(known, re, undefined), b.CreateSelect(known, im, undefined)};
}

}  // namespace

// complex_valued::quotient: Smith's two cases chosen per lane, and what is left NaN by both, which
// few lanes ever are.
Value complex_divide(Emitter& e, const Value& x, const Value& y) {
  auto& b = e.b;
  llvm::Value* real_larger = b.CreateFCmpOGE(absolute(e, y.re), absolute(e, y.im));
  llvm::Value* large = b.CreateSelect(real_larger, y.re, y.im);
  llvm::Value* small = b.CreateSelect(real_larger, y.im, y.re);
  llvm::Value* ratio = b.CreateFDiv(small, large);
  llvm::Value* den = b.CreateFAdd(large, b.CreateFMul(small, ratio));
  llvm::Value* a_ratio = b.CreateFMul(x.re, ratio);
  llvm::Value* b_ratio = b.CreateFMul(x.im, ratio);
  llvm::Value* re = b.CreateFAdd(b.CreateSelect(real_larger, x.re, a_ratio),
                                 b.CreateSelect(real_larger, b_ratio, x.im));
  llvm::Value* im = b.CreateFSub(b.CreateSelect(real_larger, x.im, b_ratio),
                                 b.CreateSelect(real_larger, a_ratio, x.re));
  Carried z{b.CreateFDiv(re, den), b.CreateFDiv(im, den)};
  llvm::Value* nan_re = b.CreateFCmpUNO(z[0], z[0]);
  llvm::Value* undone = b.CreateAnd(nan_re, b.CreateFCmpUNO(z[1], z[1]));
  e.when(e.any_lane(undone), z, [&](Carried& c) {
    const Value other = recovered_quotient(e, x, y);
    c[0] = b.CreateSelect(undone, other.re, c[0]);
    c[1] = b.CreateSelect(undone, other.im, c[1]);
  });
  return {x.type, z[0], z[1]};
}

namespace {

struct Leaf {
  llvm::FunctionCallee function;
  unsigned width = 0;
};

// The widest leaf that is no wider than a register.
Leaf find_leaf_function(Emitter& e, Op op, DType precision, llvm::Type* element,
                        std::size_t arity) {
  auto& b = e.b;
  const unsigned bits = element->getScalarSizeInBits();
  for (unsigned width = 8 * e.target.vector_bytes / bits; width != 0; width /= 2) {
    const auto lanes = static_cast<int>(width);
    if (e.find_leaf == nullptr || e.find_leaf(op, precision, lanes) == nullptr) continue;
    llvm::Type* type = element;
    if (width > 1) type = llvm::FixedVectorType::get(type, width);
    const std::vector<llvm::Type*> parameters(arity, type);
    auto* signature = llvm::FunctionType::get(type, parameters, false);
    llvm::Module* module = b.GetInsertBlock()->getModule();
    Leaf leaf{module->getOrInsertFunction(kernel::leaf_symbol(op, precision, lanes), signature),
              width};
    auto* function = llvm::cast<llvm::Function>(leaf.function.getCallee());
    function->setDoesNotThrow();
    function->setDoesNotAccessMemory();
    return leaf;
  }
  throw CannotEmit{"no vector math function for " + std::string(id(op)) + " of " +
                   std::string(name(precision))};
}

}  // namespace

llvm::Value* call_leaf(Emitter& e, Op op, DType precision, const std::vector<llvm::Value*>& args) {
  auto& b = e.b;
  const Leaf leaf =
      find_leaf_function(e, op, precision, args[0]->getType()->getScalarType(), args.size());
  if (leaf.width == 1) {
    llvm::Value* result = llvm::PoisonValue::get(args[0]->getType());
    for (unsigned i = 0; i < e.lanes; ++i) {
      std::vector<llvm::Value*> scalars;
      for (llvm::Value* v : args) scalars.push_back(b.CreateExtractElement(v, i));
      result = b.CreateInsertElement(result, b.CreateCall(leaf.function, scalars), i);
    }
    return result;
  }
  const auto call = [&](const std::vector<llvm::Value*>& piece) -> llvm::Value* {
    return b.CreateCall(leaf.function, piece);
  };
  if (e.lanes >= leaf.width) {
    return e.by_pieces(args, leaf.width * e.element_bits(args[0]) / 8, call);
  }
  // Fewer lanes than the leaf takes: repeat them, so that no operand is one nobody wrote.
  std::vector<int> repeated(leaf.width);
  for (unsigned i = 0; i < leaf.width; ++i) repeated[i] = static_cast<int>(i % e.lanes);
  std::vector<llvm::Value*> padded;
  for (llvm::Value* v : args) padded.push_back(b.CreateShuffleVector(v, repeated));
  return e.slice(call(padded), 0, e.lanes);
}

Value call_complex_leaf(Emitter& e, Op op, DType lane, const std::vector<Value>& args) {
  auto& b = e.b;
  if (e.find_leaf == nullptr || e.find_leaf(op, lane, 1) == nullptr) {
    throw CannotEmit{"no function for " + std::string(id(op)) + " of " + std::string(name(lane))};
  }
  std::vector<llvm::Value*> operands;
  std::vector<llvm::Type*> types;
  for (const Value& v : args) {
    for (llvm::Value* part : {v.re, v.im}) {
      operands.push_back(e.scratch(operands.size()));
      types.push_back(b.getPtrTy());
      b.CreateStore(part, operands.back());
    }
  }
  operands.push_back(b.getInt64(e.lanes));
  types.push_back(b.getInt64Ty());
  auto* signature = llvm::FunctionType::get(b.getVoidTy(), types, false);
  llvm::Module* module = b.GetInsertBlock()->getModule();
  auto callee = module->getOrInsertFunction(kernel::leaf_symbol(op, lane, 1), signature);
  auto* function = llvm::cast<llvm::Function>(callee.getCallee());
  function->setDoesNotThrow();
  function->setOnlyAccessesArgMemory();
  b.CreateCall(callee, operands);
  llvm::Type* type = args[0].re->getType();
  return {lane, b.CreateLoad(type, operands[0]), b.CreateLoad(type, operands[1])};
}

}  // namespace tightloop::jit
