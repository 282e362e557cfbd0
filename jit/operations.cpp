// Dispatch of one instruction by op and lane type, after ir/typed_graph.hpp. In: operands as lane
// values. Out: the result in the instruction's lane type.
#include "jit/operations.hpp"

#include <llvm/IR/Intrinsics.h>

#include "jit/conversions.hpp"
#include "jit/floats.hpp"
#include "jit/halves.hpp"
#include "jit/inline_math.hpp"
#include "jit/integers.hpp"

namespace tightloop::jit {
namespace {

namespace I = llvm::Intrinsic;
using Args = std::vector<OperandValue>;

[[noreturn]] void refuse(const kernel::Inst& inst, const Args& args) {
  std::string text = "no lowering for " + std::string(id(inst.op)) + " in lanes of " +
                     std::string(name(inst.lane));
  if (!args.empty()) text += ", operand " + std::string(name(args[0].value.type));
  throw CannotEmit{text};
}

Value arithmetic(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Emitter::UserArithmetic flags(e);
  auto& b = e.b;
  const Value& x = args[0].value;
  const Value& y = args[1].value;
  if (is_integer(inst.lane)) {
    return {inst.lane, int_arithmetic(e, inst.op, inst.lane, x.re, y.re, inst.check)};
  }
  if (is_bool(inst.lane)) refuse(inst, args);
  if (is_complex(inst.lane) && inst.op == Op::multiply) return complex_multiply(e, x, y);
  const auto part = [&](llvm::Value* p, llvm::Value* q) -> llvm::Value* {
    if (inst.op == Op::add) return b.CreateFAdd(p, q);
    return inst.op == Op::subtract ? b.CreateFSub(p, q) : b.CreateFMul(p, q);
  };
  return {inst.lane, part(x.re, y.re), is_complex(inst.lane) ? part(x.im, y.im) : nullptr};
}

Value divide(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Emitter::UserArithmetic flags(e);
  const Value& x = args[0].value;
  const Value& y = args[1].value;
  if (is_complex(inst.lane)) return complex_divide(e, x, y);
  if (!is_float(inst.lane)) refuse(inst, args);
  return {inst.lane, e.b.CreateFDiv(x.re, y.re)};
}

Value division_with_rest(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  const Value& y = args[1].value;
  if (is_float(inst.lane)) return {inst.lane, float_divide(e, inst.op, x.re, y.re)};
  if (!is_integer(inst.lane) || inst.op == Op::fmod) refuse(inst, args);
  return {inst.lane, int_divide(e, inst.op, inst.lane, x.re, y.re, args[1].constant, inst.check)};
}

Value math(Emitter& e, const kernel::Inst& inst, const Args& args) {
  if (is_complex(inst.lane)) {
    std::vector<Value> values;
    for (const OperandValue& a : args) values.push_back(a.value);
    return call_complex_leaf(e, inst.op, inst.lane, values);
  }
  if (!is_float(inst.lane)) refuse(inst, args);
  std::vector<llvm::Value*> values;
  for (const OperandValue& a : args) values.push_back(a.value.re);
  if (llvm::Value* here = inline_math(e, inst.op, inst.target, values[0])) return {inst.lane, here};
  return {inst.lane, call_leaf(e, inst.op, inst.target, values)};
}

Value power(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  const Value& y = args[1].value;
  if (is_integer(inst.lane)) {
    return {inst.lane, int_pow(e, inst.lane, x.re, y.re, args[1].constant, inst.check)};
  }
  return math(e, inst, args);
}

Value negative(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (is_integer(inst.lane)) {
    llvm::Constant* zero = e.zero(x.re->getType());
    return {inst.lane, int_arithmetic(e, Op::subtract, inst.lane, zero, x.re, inst.check)};
  }
  if (is_bool(inst.lane)) refuse(inst, args);
  return {inst.lane, e.b.CreateFNeg(x.re), x.im == nullptr ? nullptr : e.b.CreateFNeg(x.im)};
}

Value absdiff(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  const Value& y = args[1].value;
  if (is_integer(x.type)) return {inst.lane, int_absdiff(e, x.type, x.re, y.re)};
  if (!is_float(x.type)) refuse(inst, args);
  const Emitter::UserArithmetic flags(e);
  return {inst.lane, e.call(I::fabs, {e.b.CreateFSub(x.re, y.re)})};
}

Value fused(Emitter& e, const kernel::Inst& inst, const Args& args) {
  llvm::Value* x = args[0].value.re;
  llvm::Value* y = args[1].value.re;
  llvm::Value* z = args[2].value.re;
  if (is_integer(inst.lane)) return {inst.lane, int_fma(e, inst.lane, x, y, z, inst.check)};
  if (!is_float(inst.lane)) refuse(inst, args);
  return {inst.lane, e.call(I::fma, {x, y, z})};
}

Value compare(Emitter& e, const kernel::Inst& inst, const Args& args) {
  using P = llvm::CmpInst;
  auto& b = e.b;
  const Value& x = args[0].value;
  const Value& y = args[1].value;
  if (is_complex(x.type)) {
    if (inst.op == Op::equal) {
      return {bool_, b.CreateAnd(b.CreateFCmpOEQ(x.re, y.re), b.CreateFCmpOEQ(x.im, y.im))};
    }
    if (inst.op != Op::not_equal) refuse(inst, args);
    return {bool_, b.CreateOr(b.CreateFCmpUNE(x.re, y.re), b.CreateFCmpUNE(x.im, y.im))};
  }
  const bool is_signed = is_signed_int(x.type);
  const bool floating = is_float(x.type);
  P::Predicate p = P::ICMP_EQ;
  switch (inst.op) {
    case Op::less: p = floating ? P::FCMP_OLT : is_signed ? P::ICMP_SLT : P::ICMP_ULT; break;
    case Op::less_equal: p = floating ? P::FCMP_OLE : is_signed ? P::ICMP_SLE : P::ICMP_ULE; break;
    case Op::greater: p = floating ? P::FCMP_OGT : is_signed ? P::ICMP_SGT : P::ICMP_UGT; break;
    case Op::greater_equal:
      p = floating ? P::FCMP_OGE : is_signed ? P::ICMP_SGE : P::ICMP_UGE;
      break;
    case Op::equal: p = floating ? P::FCMP_OEQ : P::ICMP_EQ; break;
    default: p = floating ? P::FCMP_UNE : P::ICMP_NE; break;
  }
  return {bool_, b.CreateCmp(p, x.re, y.re)};
}

Value bitwise(Emitter& e, const kernel::Inst& inst, const Args& args) {
  auto& b = e.b;
  llvm::Value* x = args[0].value.re;
  if (!is_integer(inst.lane) && !is_bool(inst.lane)) refuse(inst, args);
  switch (inst.op) {
    case Op::invert:
    case Op::logical_not: return {inst.lane, b.CreateNot(x)};
    case Op::bit_and:
    case Op::logical_and: return {inst.lane, b.CreateAnd(x, args[1].value.re)};
    case Op::bit_or:
    case Op::logical_or: return {inst.lane, b.CreateOr(x, args[1].value.re)};
    default: return {inst.lane, b.CreateXor(x, args[1].value.re)};
  }
}

Value shift(Emitter& e, const kernel::Inst& inst, const Args& args) {
  if (!is_integer(inst.lane)) refuse(inst, args);
  return {inst.lane,
          int_shift(e, inst.op, inst.lane, args[0].value.re, args[1].value.re, inst.check)};
}

Value magnitude(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (is_complex(x.type)) return {inst.lane, call_leaf(e, Op::hypot, inst.lane, {x.re, x.im})};
  if (is_float(x.type)) return {inst.lane, e.call(I::fabs, {x.re})};
  return {inst.lane, is_signed_int(x.type) ? int_abs(e, x.re) : x.re};
}

Value sign(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (is_complex(x.type)) return math(e, inst, args);
  return {inst.lane, is_float(x.type) ? float_sign(e, x.re) : int_sign(e, x.type, x.re)};
}

Value rounding(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (is_complex(x.type)) refuse(inst, args);
  if (!is_float(x.type)) return x;
  const I::ID function = inst.op == Op::floor   ? I::floor
                         : inst.op == Op::ceil  ? I::ceil
                         : inst.op == Op::trunc ? I::trunc
                                                : I::roundeven;
  return {inst.lane, e.call(function, {x.re})};
}

Value extremum(Emitter& e, const kernel::Inst& inst, const Value& x, const Value& y, bool maximum) {
  if (is_complex(x.type)) refuse(inst, {{x, std::nullopt}});
  if (!is_float(x.type)) return {x.type, int_extremum(e, maximum, x.type, x.re, y.re)};
  const bool skip = inst.op == Op::fmin || inst.op == Op::fmax;
  return {x.type, skip ? float_extremum_skipping_nan(e, maximum, x.re, y.re)
                       : float_extremum(e, maximum, x.re, y.re)};
}

Value where(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[1].value;
  const Value& y = args[2].value;
  llvm::Value* condition = args[0].value.re;
  return {inst.lane, e.b.CreateSelect(condition, x.re, y.re),
          x.im == nullptr ? nullptr : e.b.CreateSelect(condition, x.im, y.im)};
}

Value classify(Emitter& e, const kernel::Inst& inst, const Args& args) {
  auto& b = e.b;
  const Value& x = args[0].value;
  llvm::Type* bools = e.vector(bool_);
  const bool real_exact = !is_float(x.type) && !is_complex(x.type);
  if (inst.op == Op::signbit) {
    if (is_float(x.type)) return {bool_, float_signbit(e, x.re)};
    if (is_complex(x.type)) refuse(inst, args);
    const bool is_signed = is_signed_int(x.type);
    return {bool_, is_signed ? b.CreateICmpSLT(x.re, e.zero(x.re->getType())) : e.zero(bools)};
  }
  if (real_exact) {
    return {bool_,
            inst.op == Op::isfinite ? llvm::Constant::getAllOnesValue(bools) : e.zero(bools)};
  }
  const auto part = [&](llvm::Value* v) -> llvm::Value* {
    if (inst.op == Op::isnan) return b.CreateFCmpUNO(v, v);
    return inst.op == Op::isinf ? is_infinite(e, v) : is_finite(e, v);
  };
  llvm::Value* result = part(x.re);
  if (!is_complex(x.type)) return {bool_, result};
  llvm::Value* other = part(x.im);
  return {bool_, inst.op == Op::isfinite ? b.CreateAnd(result, other) : b.CreateOr(result, other)};
}

Value component(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (inst.op == Op::imag) {
    return {inst.lane, is_complex(x.type) ? x.im : e.zero(e.vector(inst.lane))};
  }
  if (inst.op == Op::conj && is_complex(x.type)) return {inst.lane, x.re, e.b.CreateFNeg(x.im)};
  return {inst.lane, x.re};
}

Value square_root(Emitter& e, const kernel::Inst& inst, const Args& args) {
  if (is_complex(inst.lane)) return math(e, inst, args);
  if (!is_float(inst.lane)) refuse(inst, args);
  const Emitter::UserArithmetic flags(e);
  return {inst.lane, e.call(I::sqrt, {args[0].value.re})};
}

Value bits(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (inst.op == Op::bitcast) return bit_cast(e, x, inst.lane, inst.target);
  if (!is_unsigned_int(inst.lane)) refuse(inst, args);
  return {inst.lane, e.call(I::ctpop, {x.re})};
}

Value square(Emitter& e, const kernel::Inst& inst, const Args& args) {
  kernel::Inst multiply = inst;
  multiply.op = Op::multiply;
  return arithmetic(e, multiply, {args[0], args[0]});
}

Value clip(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value raised = extremum(e, inst, args[0].value, args[1].value, true);
  return extremum(e, inst, raised, args[2].value, false);
}

Value half(Emitter& e, const kernel::Inst& inst, const Args& args) {
  const Value& x = args[0].value;
  if (is_complex(x.type) || is_complex(inst.target)) refuse(inst, args);
  if (inst.op == Op::saturate) return saturate(e, x, inst.target);
  if (!is_half(inst.target)) refuse(inst, args);
  const Value held = round_to_half(e, x, inst.target);
  if (inst.check) note_changed_by_half(e, x, held.re);
  return held;
}

using Lower = Value (*)(Emitter&, const kernel::Inst&, const Args&);

Lower lowering_of(Op op) {
  switch (op) {
    case Op::add:
    case Op::subtract:
    case Op::multiply: return arithmetic;
    case Op::divide: return divide;
    case Op::floor_divide:
    case Op::mod:
    case Op::fmod: return division_with_rest;
    case Op::pow: return power;
    case Op::negative: return negative;
    case Op::absdiff: return absdiff;
    case Op::fma: return fused;
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::equal:
    case Op::not_equal: return compare;
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_xor:
    case Op::logical_not:
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
    case Op::invert: return bitwise;
    case Op::shift_left:
    case Op::shift_right: return shift;
    case Op::bitcast:
    case Op::popcount: return bits;
    case Op::make_complex:
      return [](Emitter&, const kernel::Inst& inst, const Args& args) {
        return Value{inst.lane, args[0].value.re, args[1].value.re};
      };
    case Op::abs: return magnitude;
    case Op::sign: return sign;
    case Op::square: return square;
    case Op::floor:
    case Op::ceil:
    case Op::trunc:
    case Op::round: return rounding;
    case Op::minimum:
    case Op::fmin:
      return [](Emitter& e, const kernel::Inst& inst, const Args& args) {
        return extremum(e, inst, args[0].value, args[1].value, false);
      };
    case Op::maximum:
    case Op::fmax:
      return [](Emitter& e, const kernel::Inst& inst, const Args& args) {
        return extremum(e, inst, args[0].value, args[1].value, true);
      };
    case Op::clip: return clip;
    case Op::where: return where;
    case Op::copysign:
      return [](Emitter& e, const kernel::Inst& inst, const Args& args) {
        if (!is_float(inst.lane)) refuse(inst, args);
        return Value{inst.lane, e.call(I::copysign, {args[0].value.re, args[1].value.re})};
      };
    case Op::isnan:
    case Op::isinf:
    case Op::isfinite:
    case Op::signbit: return classify;
    case Op::positive:
    case Op::real:
    case Op::imag:
    case Op::conj:
      return [](Emitter& e, const kernel::Inst& inst, const Args& args) {
        if (inst.op == Op::positive) return args[0].value;
        return component(e, inst, args);
      };
    case Op::sqrt: return square_root;
    case Op::cast:
      return [](Emitter& e, const kernel::Inst& inst, const Args& args) {
        return cast(e, args[0].value, inst.lane, inst.check);
      };
    case Op::round_half:
    case Op::saturate: return half;
    default: return in_table(op) && info(op).lowering == Lowering::math ? math : nullptr;
  }
}

bool is_plan_reduction(Op op) {
  return op == Op::sum || op == Op::prod || op == Op::min || op == Op::max || op == Op::any ||
         op == Op::all || op == Op::var || op == Op::argmin || op == Op::argmax;
}

}  // namespace

bool has_lowering(Op op) {
  return op == Op::variable || op == Op::constant || is_plan_reduction(op) ||
         lowering_of(op) != nullptr;
}

Value emit_operation(Emitter& e, const kernel::Inst& inst, const std::vector<OperandValue>& args) {
  const Lower lower = lowering_of(inst.op);
  if (lower == nullptr) refuse(inst, args);
  return lower(e, inst, args);
}

}  // namespace tightloop::jit
