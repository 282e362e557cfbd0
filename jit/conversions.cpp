// Conversions between lane types. Float to integer never reaches an LLVM conversion that is out of
// range (a poison value): operands are clamped to what fits before, and the ends are put in after.
#include "jit/conversions.hpp"

#include <cmath>

#include <llvm/Analysis/VectorUtils.h>
#include <llvm/IR/Intrinsics.h>

#include "jit/halves.hpp"
#include "types/range.hpp"

namespace tightloop::jit {
namespace {

llvm::Value* float_to_float(Emitter& e, llvm::Value* v, DType to) {
  llvm::Type* type = e.vector(to);
  if (v->getType() == type) return v;
  return to == DType::float64 ? e.b.CreateFPExt(v, type) : e.b.CreateFPTrunc(v, type);
}

// NaN stays NaN.
llvm::Value* clamp_floats(Emitter& e, llvm::Value* v, double low, double high) {
  auto& b = e.b;
  llvm::Value* lowest = e.floats(v->getType(), low);
  llvm::Value* highest = e.floats(v->getType(), high);
  v = b.CreateSelect(b.CreateFCmpOLT(v, lowest), lowest, v);
  return b.CreateSelect(b.CreateFCmpOGT(v, highest), highest, v);
}

// NaN goes to 0.
llvm::Value* clamp_for_int(Emitter& e, llvm::Value* v, double low, double high) {
  auto& b = e.b;
  llvm::Constant* zero = e.zero(v->getType());
  if (low != 0) {
    return clamp_floats(e, b.CreateSelect(b.CreateFCmpUNO(v, v), zero, v), low, high);
  }
  llvm::Value* highest = e.floats(v->getType(), high);
  v = b.CreateSelect(b.CreateFCmpOGT(v, zero), v, zero);
  return b.CreateSelect(b.CreateFCmpOLT(v, highest), v, highest);
}

// The largest float of `from` below 2^bits.
double below_power(DType from, unsigned bits) {
  const double power = std::ldexp(1.0, static_cast<int>(bits));
  return from == DType::float32
             ? static_cast<double>(std::nextafter(static_cast<float>(power), 0.f))
             : std::nextafter(power, 0.0);
}

llvm::Value* float_to_int(Emitter& e, llvm::Value* v, DType from, DType to) {
  auto& b = e.b;
  llvm::Type* floats = v->getType();
  llvm::Type* type = e.vector(to);
  const bool is_signed = is_signed_int(to);
  const unsigned bits = bits_of(to);
  const unsigned value_bits = is_signed ? bits - 1 : bits;
  const double end = std::ldexp(1.0, static_cast<int>(value_bits));
  const double low = is_signed ? -end : 0.0;

  const bool end_is_exact = value_bits < (from == DType::float32 ? 24u : 53u);
  llvm::Value* clamped =
      clamp_for_int(e, v, low, end_is_exact ? end - 1 : below_power(from, value_bits));
  if (bits < 32) return b.CreateTrunc(b.CreateFPToSI(clamped, e.int_vector(32)), type);
  llvm::Value* result = is_signed ? b.CreateFPToSI(clamped, type) : b.CreateFPToUI(clamped, type);
  if (end_is_exact) return result;
  llvm::Constant* largest = e.ints(type, is_signed ? ~std::uint64_t{0} >> (65 - bits) : ~0ull);
  return b.CreateSelect(b.CreateFCmpOGE(v, e.floats(floats, end)), largest, result);
}

// Lanes of an integer that are outside the range of another integer dtype: those with bits set
// above the ones that its values have, once negative values that it holds are moved out of the way.
llvm::Value* leaves(Emitter& e, const Value& v, DType to) {
  auto& b = e.b;
  llvm::Type* type = v.re->getType();
  const unsigned bits = bits_of(to) - (is_signed_int(to) ? 1 : 0);
  const bool both = is_signed_int(v.type) && is_signed_int(to);
  llvm::Value* moved = both ? b.CreateAdd(v.re, e.ints(type, std::uint64_t{1} << bits)) : v.re;
  // Of a wider unsigned dtype, negative values alone are outside.
  const unsigned kept = std::min(both ? bits + 1 : bits, bits_of(v.type) - 1);
  const std::uint64_t held = (std::uint64_t{1} << kept) - 1;
  return b.CreateICmpNE(b.CreateAnd(moved, e.ints(type, ~held)), e.zero(type));
}

llvm::Value* int_to_int(Emitter& e, const Value& v, DType to, bool check) {
  auto& b = e.b;
  llvm::Type* type = e.vector(to);
  const bool is_signed = is_signed_int(v.type);
  llvm::Value* result =
      is_signed ? b.CreateSExtOrTrunc(v.re, type) : b.CreateZExtOrTrunc(v.re, type);
  if (check && !range_of(to).contains(range_of(v.type))) e.note_overflow(leaves(e, v, to));
  return result;
}

// A floating-point constant 2^n, which every lane type holds.
llvm::Constant* power_of_two(Emitter& e, llvm::Type* type, unsigned n) {
  return e.floats(type, std::ldexp(1.0, static_cast<int>(n)));
}

unsigned digits_of(DType integer) {
  return bits_of(integer) - (is_signed_int(integer) ? 1 : 0);
}

// Lanes of a float that are no integer of that dtype.
llvm::Value* is_no_integer(Emitter& e, llvm::Value* v, DType to) {
  auto& b = e.b;
  llvm::Constant* end = power_of_two(e, v->getType(), digits_of(to));
  llvm::Value* low = is_signed_int(to) ? b.CreateFNeg(end) : e.zero(v->getType());
  llvm::Value* inside = b.CreateAnd(b.CreateFCmpOGE(v, low), b.CreateFCmpOLT(v, end));
  llvm::Value* whole = b.CreateFCmpOEQ(e.call(llvm::Intrinsic::trunc, {v}), v);
  return b.CreateNot(b.CreateAnd(inside, whole));
}

// Lanes of an integer that differ from the float `held` made of them.
llvm::Value* differs(Emitter& e, const Value& v, llvm::Value* held, DType to) {
  auto& b = e.b;
  llvm::Value* past = b.CreateFCmpOGE(held, power_of_two(e, held->getType(), digits_of(v.type)));
  llvm::Value* back = float_to_int(e, held, to, v.type);
  return b.CreateOr(past, b.CreateICmpNE(back, v.re));
}

// Lanes whose value a float, bool or integer `result` of dtype `to` does not have; NaN has none.
llvm::Value* changed(Emitter& e, const Value& v, llvm::Value* result, DType to) {
  auto& b = e.b;
  llvm::Type* type = v.re->getType();
  if (is_float(v.type)) {
    if (is_bool(to)) {
      return b.CreateAnd(b.CreateFCmpUNE(v.re, e.zero(type)),
                         b.CreateFCmpUNE(v.re, e.floats(type, 1)));
    }
    if (!is_float(to)) return is_no_integer(e, v.re, to);
    if (itemsize(to) >= itemsize(v.type)) return e.zero(e.vector(DType::bool_));
    return b.CreateFCmpONE(v.re, float_to_float(e, result, v.type));
  }
  if (is_bool(to)) return b.CreateICmpUGT(v.re, e.ints(type, 1));
  return differs(e, v, result, to);
}

/// Signed words to float64, rounded once. Without AVX-512 there is no instruction for vectors, and
/// one element at a time waits for moves between registers: halves become doubles by their bits.
llvm::Value* words_to_doubles(Emitter& e, llvm::Value* v) {
  auto& b = e.b;
  llvm::Type* doubles = e.vector(DType::float64);
  const bool halves = e.target.x86 && e.target.avx && !e.target.avx512;
  if (!halves || e.lanes < 2 || llvm::getSplatValue(v) != nullptr) {
    return b.CreateSIToFP(v, doubles);
  }
  llvm::Type* type = v->getType();
  llvm::Value* low = b.CreateOr(b.CreateAnd(v, e.ints(type, 0xffffffff)),
                                e.ints(type, 0x4330000000000000));  // 2^52 + low
  llvm::Value* high = b.CreateXor(b.CreateLShr(v, e.ints(type, 32)),
                                  e.ints(type, 0x4530000080000000));  // 2^84 + 2^63 + 2^32 high
  llvm::Value* rest = b.CreateFSub(b.CreateBitCast(high, doubles),
                                   e.floats(doubles, 0x1p84 + 0x1p63 + 0x1p52));  // exact
  return b.CreateFAdd(rest, b.CreateBitCast(low, doubles));
}

llvm::Value* real_to_real(Emitter& e, const Value& v, DType to, bool check) {
  auto& b = e.b;
  llvm::Type* type = e.vector(to);
  if (v.type == to) return v.re;
  if (is_integer(v.type) && is_integer(to)) return int_to_int(e, v, to, check);
  if (is_bool(v.type) && is_integer(to)) return int_to_int(e, v, to, false);
  const auto converted = [&]() -> llvm::Value* {
    if (to == DType::bool_) return to_bool(e, v);
    if (is_float(v.type)) {
      return is_float(to) ? float_to_float(e, v.re, to) : float_to_int(e, v.re, v.type, to);
    }
    if (v.type == DType::int64 && to == DType::float64) return words_to_doubles(e, v.re);
    return is_signed_int(v.type) ? b.CreateSIToFP(v.re, type) : b.CreateUIToFP(v.re, type);
  };
  llvm::Value* result = converted();
  if (check && !is_bool(v.type)) e.note_overflow(changed(e, v, result, to));
  return result;
}

// Bounds that the source type cannot pass are left out.
llvm::Value* clamp_ints(Emitter& e, const Value& v, const Range& to) {
  const Range from = range_of(v.type);
  const bool is_signed = is_signed_int(v.type);
  llvm::Type* type = v.re->getType();
  llvm::Value* result = v.re;
  if (from.lo < to.lo) {
    result = e.call(is_signed ? llvm::Intrinsic::smax : llvm::Intrinsic::umax,
                    {result, e.ints(type, static_cast<std::uint64_t>(to.lo))});
  }
  if (from.hi > to.hi) {
    result = e.call(is_signed ? llvm::Intrinsic::smin : llvm::Intrinsic::umin,
                    {result, e.ints(type, static_cast<std::uint64_t>(to.hi))});
  }
  return result;
}

Value clip_for_float(Emitter& e, const Value& v, DType to) {
  if (is_float(v.type)) {
    const double limit = largest_finite(to);
    if (limit <= largest_finite(v.type)) return {v.type, clamp_floats(e, v.re, -limit, limit)};
    // Widened first: the target's largest value does not exist in the source's type.
    return {to, clamp_floats(e, float_to_float(e, v.re, to), -limit, limit)};
  }
  if (is_bool(v.type) || largest_finite(to) >= 0x1p64) return v;
  const auto limit = static_cast<int128>(largest_finite(to));
  return {v.type, clamp_ints(e, v, {-limit, limit})};
}

}  // namespace

void note_changed_by_half(Emitter& e, const Value& v, llvm::Value* held) {
  if (is_bool(v.type)) return;
  auto& b = e.b;
  // Of an integer, the rounded value is one as well, or NaN, which 0 never becomes.
  if (!is_float(v.type)) return e.note_overflow(differs(e, v, held, DType::float32));
  // Of a float, it is no wider; it may be NaN where the type has no infinity.
  llvm::Value* changed = b.CreateFCmpUNE(v.re, float_to_float(e, held, v.type));
  e.note_overflow(b.CreateAnd(changed, b.CreateFCmpORD(v.re, v.re)));
}

llvm::Value* to_bool(Emitter& e, const Value& v) {
  auto& b = e.b;
  if (v.type == DType::bool_) return v.re;
  llvm::Constant* zero = e.zero(v.re->getType());
  if (is_complex(v.type)) {
    return b.CreateOr(b.CreateFCmpUNE(v.re, zero), b.CreateFCmpUNE(v.im, zero));
  }
  return is_float(v.type) ? b.CreateFCmpUNE(v.re, zero) : b.CreateICmpNE(v.re, zero);
}

Value cast(Emitter& e, const Value& v, DType to, bool check) {
  const Value re{part_of(v.type), v.re};
  if (check && is_complex(v.type) && !is_complex(to)) {
    e.note_overflow(e.b.CreateFCmpUNE(v.im, e.zero(v.im->getType())));
  }
  if (to == DType::bool_ && is_complex(v.type)) {
    if (check) real_to_real(e, re, to, true);
    return {to, to_bool(e, v)};
  }
  Value result{to, real_to_real(e, re, part_of(to), check)};
  if (!is_complex(to)) return result;
  result.im = is_complex(v.type) ? real_to_real(e, {part_of(v.type), v.im}, part_of(to), check)
                                 : e.zero(e.vector(to));
  return result;
}

namespace {

// complex64 as 64 bits: the real part is stored first, in the lower half.
llvm::Value* joined(Emitter& e, const Value& v) {
  auto& b = e.b;
  llvm::Type* words = e.int_vector(64);
  llvm::Value* low = b.CreateZExt(e.as_ints(v.re), words);
  llvm::Value* high = b.CreateShl(b.CreateZExt(e.as_ints(v.im), words), e.ints(words, 32));
  return b.CreateOr(low, high);
}

Value split(Emitter& e, llvm::Value* words) {
  auto& b = e.b;
  llvm::Type* halves = e.int_vector(32);
  llvm::Type* floats = e.vector(DType::float32);
  llvm::Value* high = b.CreateLShr(words, e.ints(words->getType(), 32));
  return {DType::complex64, e.as_type(b.CreateTrunc(words, halves), floats),
          e.as_type(b.CreateTrunc(high, halves), floats)};
}

}  // namespace

Value bit_cast(Emitter& e, const Value& v, DType to, DType half) {
  if (v.type == to) return v;
  if (is_half(half)) {
    if (to == DType::float32) return {to, half_to_float(e, v.re, half)};
    return {to, float_to_half(e, v.re, half)};
  }
  llvm::Value* bits = is_complex(v.type) ? joined(e, v) : e.as_ints(v.re);
  if (is_complex(to)) return split(e, bits);
  return {to, e.as_type(bits, e.vector(to))};
}

Value saturate(Emitter& e, const Value& v, DType to) {
  if (to == DType::bool_) return {to, to_bool(e, v)};
  if (is_half(to)) return round_to_half(e, clip_for_float(e, v, to), to);
  if (is_float(to)) return cast(e, clip_for_float(e, v, to), to, false);
  if (is_float(v.type) || is_bool(v.type)) return cast(e, v, to, false);
  return cast(e, {v.type, clamp_ints(e, v, range_of(to))}, to, false);
}

}  // namespace tightloop::jit
