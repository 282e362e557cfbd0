// Integer arithmetic. Quotients of up to 16 bits come from float32 and of 32 bits from float64
// division: for |x| < 2^p, p the precision, floor of the rounded quotient is the exact floor, since
// the quotient is at least 1/|y| away from any other integer and the rounding error is smaller.
#include "jit/integers.hpp"

#include <bit>

#include <llvm/IR/Intrinsics.h>

namespace tightloop::jit {
namespace {

llvm::Value* with_overflow(Emitter& e, bool is_signed, llvm::Value* x, llvm::Value* y,
                           llvm::Value*& overflow) {
  namespace I = llvm::Intrinsic;
  llvm::Value* pair = e.call(is_signed ? I::smul_with_overflow : I::umul_with_overflow, {x, y});
  overflow = e.b.CreateExtractValue(pair, 1);
  return e.b.CreateExtractValue(pair, 0);
}

// What is lost shows in the other factor.
llvm::Value* lost_by_constant(Emitter& e, bool is_signed, llvm::Value* x, const llvm::APInt& c) {
  auto& b = e.b;
  llvm::Type* type = x->getType();
  const auto constant = [&](const llvm::APInt& value) {
    return llvm::ConstantInt::get(type, value);
  };
  const unsigned bits = c.getBitWidth();
  if (c.isZero() || c.isOne()) return e.zero(e.vector(DType::bool_));
  if (!is_signed) return b.CreateICmpUGT(x, constant(llvm::APInt::getMaxValue(bits).udiv(c)));
  const llvm::APInt least = llvm::APInt::getSignedMinValue(bits);
  if (c.isAllOnes()) return b.CreateICmpEQ(x, constant(least));
  // Quotients are cut off towards zero: the range is that of the factors that fit.
  const llvm::APInt low = (c.isNegative() ? llvm::APInt::getSignedMaxValue(bits) : least).sdiv(c);
  const llvm::APInt high = (c.isNegative() ? least : llvm::APInt::getSignedMaxValue(bits)).sdiv(c);
  return b.CreateICmpUGT(b.CreateSub(x, constant(low)), constant(high - low));
}

// Products of 64-bit lanes. Machines have no instruction that tells what a lane loses, so the exact
// way takes a lane at a time; it is left to products that are not clearly inside.
llvm::Value* checked_wide_product(Emitter& e, bool is_signed, llvm::Value* x, llvm::Value* y,
                                  llvm::Value*& overflow) {
  auto& b = e.b;
  llvm::Type* type = x->getType();
  const auto word = [&](unsigned shift) { return e.ints(type, std::uint64_t{1} << shift); };
  const auto moved = [&](llvm::Value* v) { return is_signed ? b.CreateAdd(v, word(31)) : v; };
  const auto low = [&](llvm::Value* v) {
    llvm::Value* half = b.CreateTrunc(v, e.int_vector(32));
    return is_signed ? b.CreateSExt(half, type) : b.CreateZExt(half, type);
  };
  // Factors of 32 bits fit.
  llvm::Value* wide = b.CreateICmpUGE(b.CreateOr(moved(x), moved(y)), word(32));
  Carried carried{b.CreateMul(low(x), low(y)), e.zero(type)};  // and words below 0 where it wraps
  e.when_rarely(e.any_lane(wide), carried, [&](Carried& c) {
    // With one factor of 32 bits the product is upper * 2^32 + lower, from the other's halves; the
    // lower half is a signed one where the words are.
    llvm::Value* swap = b.CreateICmpUGE(moved(y), word(32));
    llvm::Value* narrow = b.CreateSelect(swap, x, y);
    llvm::Value* other = b.CreateSelect(swap, y, x);
    llvm::Value* upper =
        b.CreateMul(low(b.CreateLShr(moved(other), e.ints(type, 32))), low(narrow));
    llvm::Value* lower = b.CreateMul(low(other), low(narrow));
    llvm::Value* outside =
        is_signed
            ? b.CreateICmpUGE(b.CreateAdd(upper, word(30)), word(31))
            : b.CreateICmpUGE(b.CreateAdd(upper, b.CreateLShr(lower, e.ints(type, 32))), word(32));
    llvm::Value* doubtful = b.CreateOr(outside, b.CreateICmpUGE(moved(narrow), word(32)));
    Carried exact{b.CreateAdd(b.CreateShl(upper, e.ints(type, 32)), lower), c[1]};
    e.when_rarely(e.any_lane(doubtful), exact, [&](Carried& inner) {
      llvm::Value* mask = nullptr;
      inner[0] = with_overflow(e, is_signed, x, y, mask);
      inner[1] = b.CreateSExt(mask, type);
    });
    c = exact;
  });
  overflow = b.CreateICmpSLT(carried[1], e.zero(type));
  return carried[0];
}

llvm::Value* checked_product(Emitter& e, bool is_signed, llvm::Value* x, llvm::Value* y,
                             llvm::Value*& overflow) {
  for (llvm::Value* factor : {y, x}) {
    const auto* constant = llvm::dyn_cast<llvm::Constant>(factor);
    const auto* value = constant == nullptr
                            ? nullptr
                            : llvm::dyn_cast_or_null<llvm::ConstantInt>(constant->getSplatValue());
    if (value == nullptr) continue;
    overflow = lost_by_constant(e, is_signed, factor == y ? x : y, value->getValue());
    return e.b.CreateMul(x, y);
  }
  if (e.element_bits(x) == 64) return checked_wide_product(e, is_signed, x, y, overflow);
  return with_overflow(e, is_signed, x, y, overflow);
}

// Sums and differences: what is lost shows in the highest bit of words made of the operands and the
// result, which masks are read from without a comparison.
llvm::Value* checked_sum(Emitter& e, Op op, bool is_signed, llvm::Value* x, llvm::Value* y,
                         llvm::Value*& overflow) {
  auto& b = e.b;
  const bool adds = op == Op::add;
  llvm::Value* sum = adds ? b.CreateAdd(x, y) : b.CreateSub(x, y);
  llvm::Value* lost = nullptr;
  if (is_signed) {
    // The operands agree in sign (of a difference: do not), and the result has another.
    lost = b.CreateAnd(b.CreateXor(x, sum), b.CreateXor(adds ? y : x, adds ? sum : y));
  } else if (adds) {
    lost = b.CreateOr(b.CreateAnd(x, y), b.CreateAnd(b.CreateOr(x, y), b.CreateNot(sum)));
  } else {
    lost = b.CreateOr(b.CreateAnd(b.CreateNot(x), y),
                      b.CreateAnd(b.CreateNot(b.CreateXor(x, y)), sum));
  }
  overflow = b.CreateICmpSLT(lost, e.zero(lost->getType()));
  return sum;
}

// floor(x / y) for y != 0 in lanes of at most 32 bits.
llvm::Value* floor_quotient_by_floats(Emitter& e, DType type, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  const bool wide = bits_of(type) == 32;
  llvm::Type* floats = e.vector(wide ? DType::float64 : DType::float32);
  const auto convert = [&](llvm::Value* v) {
    return is_signed_int(type) ? b.CreateSIToFP(v, floats) : b.CreateUIToFP(v, floats);
  };
  llvm::Value* quotient = e.call(llvm::Intrinsic::floor, {b.CreateFDiv(convert(x), convert(y))});
  if (!wide) return b.CreateTrunc(b.CreateFPToSI(quotient, e.int_vector(32)), x->getType());
  // 1.5 * 2^52 leaves the integer, modulo 2^32, in the low bits: also 2^31 (INT_MIN // -1) and all
  // of uint32.
  llvm::Value* moved = b.CreateFAdd(quotient, e.floats(floats, 6755399441055744.0));
  return b.CreateTrunc(e.as_ints(moved), x->getType());
}

// Lanes of 64 bits: one instruction per lane, with operands that cannot trap.
llvm::Value* floor_quotient_by_lanes(Emitter& e, bool is_signed, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  if (!is_signed) return b.CreateUDiv(x, y);
  llvm::Type* type = x->getType();
  // Division by -1 is negation: INT_MIN / -1 would trap.
  llvm::Value* minus_one = b.CreateICmpEQ(y, llvm::Constant::getAllOnesValue(type));
  llvm::Value* divisor = b.CreateSelect(minus_one, e.ints(type, 1), y);
  llvm::Value* quotient = b.CreateSDiv(x, divisor);
  llvm::Value* rest = b.CreateSub(x, b.CreateMul(quotient, divisor));
  llvm::Value* down = b.CreateAnd(b.CreateICmpNE(rest, e.zero(type)),
                                  b.CreateICmpSLT(b.CreateXor(rest, divisor), e.zero(type)));
  llvm::Value* floored = b.CreateAdd(quotient, b.CreateSExt(down, type));
  return b.CreateSelect(minus_one, b.CreateNeg(x), floored);
}

// Division by a constant: LLVM multiplies by the reciprocal.
llvm::Value* divide_by_constant(Emitter& e, Op op, DType type, llvm::Value* x, std::int64_t c) {
  auto& b = e.b;
  llvm::Type* vector = x->getType();
  const bool is_signed = is_signed_int(type);
  if (c == 0) return e.zero(vector);
  if (is_signed && c == -1) return op == Op::mod ? e.zero(vector) : b.CreateNeg(x);
  const auto magnitude = static_cast<std::uint64_t>(c);
  if ((!is_signed || c > 0) && std::has_single_bit(magnitude)) {
    if (op == Op::mod) return b.CreateAnd(x, e.ints(vector, magnitude - 1));
    llvm::Constant* shift = e.ints(vector, static_cast<unsigned>(std::countr_zero(magnitude)));
    return is_signed ? b.CreateAShr(x, shift) : b.CreateLShr(x, shift);
  }
  llvm::Constant* divisor = e.ints(vector, magnitude);
  llvm::Value* quotient = is_signed ? b.CreateSDiv(x, divisor) : b.CreateUDiv(x, divisor);
  llvm::Value* rest = b.CreateSub(x, b.CreateMul(quotient, divisor));
  if (!is_signed) return op == Op::mod ? rest : quotient;
  llvm::Value* other_sign =
      c < 0 ? b.CreateICmpSGT(rest, e.zero(vector)) : b.CreateICmpSLT(rest, e.zero(vector));
  if (op == Op::mod) return b.CreateAdd(rest, b.CreateSelect(other_sign, divisor, e.zero(vector)));
  return b.CreateAdd(quotient, b.CreateSExt(other_sign, vector));
}

// One step of exponentiation by squaring: `base_overflow` says that base itself has wrapped.
struct Power {
  llvm::Value* result;
  llvm::Value* base;
  llvm::Value* base_overflow;
  llvm::Value* overflow;
};

void power_step(Emitter& e, DType type, Power& p, llvm::Value* bit, bool square, bool check) {
  auto& b = e.b;
  const bool is_signed = is_signed_int(type);
  llvm::Value* lost = nullptr;
  llvm::Value* product =
      check ? checked_product(e, is_signed, p.result, p.base, lost) : b.CreateMul(p.result, p.base);
  p.result = b.CreateSelect(bit, product, p.result);
  if (check) {
    p.overflow = b.CreateOr(p.overflow, b.CreateAnd(bit, b.CreateOr(lost, p.base_overflow)));
  }
  if (!square) return;
  p.base =
      check ? checked_product(e, is_signed, p.base, p.base, lost) : b.CreateMul(p.base, p.base);
  if (check) p.base_overflow = b.CreateOr(p.base_overflow, lost);
}

llvm::Value* negative_power(Emitter& e, llvm::Value* x, llvm::Value* y) {
  auto& b = e.b;
  llvm::Type* type = x->getType();
  llvm::Value* one = e.ints(type, 1);
  llvm::Constant* minus_one = llvm::Constant::getAllOnesValue(type);
  llvm::Value* odd = b.CreateICmpNE(b.CreateAnd(y, one), e.zero(type));
  llvm::Value* of_minus_one = b.CreateSelect(odd, minus_one, one);
  llvm::Value* result = b.CreateSelect(b.CreateICmpEQ(x, minus_one), of_minus_one, e.zero(type));
  return b.CreateSelect(b.CreateICmpEQ(x, one), one, result);
}

void power_by_constant(Emitter& e, DType type, Power& p, std::uint64_t exponent, bool check) {
  llvm::Value* yes = llvm::Constant::getAllOnesValue(e.vector(DType::bool_));
  llvm::Value* no = e.zero(e.vector(DType::bool_));
  for (; exponent != 0; exponent >>= 1) {
    power_step(e, type, p, (exponent & 1) != 0 ? yes : no, exponent > 1, check);
  }
}

void power_by_lanes(Emitter& e, DType type, Power& p, llvm::Value* exponent, bool check) {
  Carried carried{p.result, p.base, p.base_overflow, p.overflow, exponent};
  e.repeat(carried, [&](Carried& c) {
    llvm::Type* vector = c[4]->getType();
    Power step{c[0], c[1], c[2], c[3]};
    llvm::Value* odd = e.b.CreateAnd(c[4], e.ints(vector, 1));
    power_step(e, type, step, e.b.CreateICmpNE(odd, e.zero(vector)), true, check);
    llvm::Value* rest = e.b.CreateLShr(c[4], e.ints(vector, 1));
    c = {step.result, step.base, step.base_overflow, step.overflow, rest};
    return e.any_lane(e.b.CreateICmpNE(rest, e.zero(vector)));
  });
  p = {carried[0], carried[1], carried[2], carried[3]};
}

}  // namespace

llvm::Value* int_arithmetic(Emitter& e, Op op, DType type, llvm::Value* x, llvm::Value* y,
                            bool check) {
  auto& b = e.b;
  if (check) {
    llvm::Value* overflow = nullptr;
    llvm::Value* result = op == Op::multiply
                              ? checked_product(e, is_signed_int(type), x, y, overflow)
                              : checked_sum(e, op, is_signed_int(type), x, y, overflow);
    e.note_overflow(overflow);
    return result;
  }
  if (op == Op::add) return b.CreateAdd(x, y);
  return op == Op::subtract ? b.CreateSub(x, y) : b.CreateMul(x, y);
}

llvm::Value* int_fma(Emitter& e, DType type, llvm::Value* x, llvm::Value* y, llvm::Value* z,
                     bool check) {
  auto& b = e.b;
  if (!check) return b.CreateAdd(b.CreateMul(x, y), z);
  // In twice the width, where x * y + z is exact: only the sum has to fit, not the product.
  llvm::Type* narrow = x->getType();
  llvm::Type* wide = e.int_vector(2 * bits_of(type));
  const auto extend = [&](llvm::Value* v) {
    return is_signed_int(type) ? b.CreateSExt(v, wide) : b.CreateZExt(v, wide);
  };
  llvm::Value* exact = b.CreateAdd(b.CreateMul(extend(x), extend(y)), extend(z));
  llvm::Value* result = b.CreateTrunc(exact, narrow);
  e.note_overflow(b.CreateICmpNE(extend(result), exact));
  return result;
}

llvm::Value* int_divide(Emitter& e, Op op, DType type, llvm::Value* x, llvm::Value* y,
                        std::optional<std::int64_t> constant, bool check) {
  auto& b = e.b;
  if (check && op == Op::floor_divide && is_signed_int(type)) {
    llvm::Constant* lowest = e.ints(x->getType(), std::uint64_t{1} << (bits_of(type) - 1));
    llvm::Value* minus_one = b.CreateICmpEQ(y, llvm::Constant::getAllOnesValue(x->getType()));
    e.note_overflow(b.CreateAnd(b.CreateICmpEQ(x, lowest), minus_one));
  }
  if (constant) return divide_by_constant(e, op, type, x, *constant);
  llvm::Type* vector = x->getType();
  llvm::Value* by_zero = b.CreateICmpEQ(y, e.zero(vector));
  llvm::Value* divisor = b.CreateSelect(by_zero, e.ints(vector, 1), y);
  llvm::Value* quotient = bits_of(type) == 64
                              ? floor_quotient_by_lanes(e, is_signed_int(type), x, divisor)
                              : floor_quotient_by_floats(e, type, x, divisor);
  // x mod 1 is 0 already.
  if (op == Op::mod) return b.CreateSub(x, b.CreateMul(quotient, divisor));
  return b.CreateSelect(by_zero, e.zero(vector), quotient);
}

llvm::Value* int_pow(Emitter& e, DType type, llvm::Value* x, llvm::Value* y,
                     std::optional<std::int64_t> constant, bool check) {
  llvm::Type* vector = x->getType();
  const bool is_signed = is_signed_int(type);
  llvm::Value* never = e.zero(e.vector(DType::bool_));
  Power p{e.ints(vector, 1), x, never, never};
  if (constant && is_signed && *constant < 0) return negative_power(e, x, y);
  if (constant) {
    power_by_constant(e, type, p, static_cast<std::uint64_t>(*constant), check);
    if (check) e.note_overflow(p.overflow);
    return p.result;
  }
  llvm::Value* negative = is_signed ? e.b.CreateICmpSLT(y, e.zero(vector)) : never;
  power_by_lanes(e, type, p, e.b.CreateSelect(negative, e.zero(vector), y), check);
  if (check) e.note_overflow(p.overflow);
  return is_signed ? e.b.CreateSelect(negative, negative_power(e, x, y), p.result) : p.result;
}

llvm::Value* int_shift(Emitter& e, Op op, DType type, llvm::Value* x, llvm::Value* y, bool check) {
  auto& b = e.b;
  llvm::Type* vector = x->getType();
  const unsigned width = bits_of(type);
  // As unsigned numbers, negative counts are large ones.
  llvm::Value* inside = b.CreateICmpULT(y, e.ints(vector, width));
  if (op == Op::shift_right && is_signed_int(type)) {
    return b.CreateAShr(x, b.CreateSelect(inside, y, e.ints(vector, width - 1)));
  }
  llvm::Value* count = b.CreateSelect(inside, y, e.zero(vector));
  if (op == Op::shift_right) {
    return b.CreateSelect(inside, b.CreateLShr(x, count), e.zero(vector));
  }
  llvm::Value* shifted = b.CreateShl(x, count);
  if (check) {
    llvm::Value* back =
        is_signed_int(type) ? b.CreateAShr(shifted, count) : b.CreateLShr(shifted, count);
    e.note_overflow(b.CreateAnd(inside, b.CreateICmpNE(back, x)));
  }
  return b.CreateSelect(inside, shifted, e.zero(vector));
}

llvm::Value* int_absdiff(Emitter& e, DType operands, llvm::Value* x, llvm::Value* y) {
  return e.b.CreateSub(int_extremum(e, true, operands, x, y),
                       int_extremum(e, false, operands, x, y));
}

llvm::Value* int_abs(Emitter& e, llvm::Value* x) {
  return e.b.CreateIntrinsic(llvm::Intrinsic::abs, {x->getType()}, {x, e.b.getFalse()});
}

llvm::Value* int_sign(Emitter& e, DType type, llvm::Value* x) {
  if (is_bool(type)) return x;
  llvm::Type* vector = x->getType();
  llvm::Value* one = e.ints(vector, 1);
  if (!is_signed_int(type)) return e.call(llvm::Intrinsic::umin, {x, one});
  llvm::Value* capped = e.call(llvm::Intrinsic::smin, {x, one});
  return e.call(llvm::Intrinsic::smax, {capped, llvm::Constant::getAllOnesValue(vector)});
}

llvm::Value* int_extremum(Emitter& e, bool maximum, DType type, llvm::Value* x, llvm::Value* y) {
  namespace I = llvm::Intrinsic;
  if (is_bool(type)) return maximum ? e.b.CreateOr(x, y) : e.b.CreateAnd(x, y);
  if (is_signed_int(type)) return e.call(maximum ? I::smax : I::smin, {x, y});
  return e.call(maximum ? I::umax : I::umin, {x, y});
}

}  // namespace tightloop::jit
