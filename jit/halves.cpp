// Half types: bit arithmetic after the binary formats of IEEE 754; double rounding is avoided by
// rounding to odd first (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
#include "jit/halves.hpp"

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "jit/conversions.hpp"
#include "types/half.hpp"

namespace tightloop::jit {
namespace {

/// Where the fields of a half type are in its own bits and, moved up, in those of a float32.
struct Fields {
  explicit Fields(DType half)
      : format(format_of(half)),
        up(23 - static_cast<unsigned>(format.fraction_bits)),
        sign_up(31 - static_cast<unsigned>(format.sign_shift())),
        sign(1U << format.sign_shift()) {}

  BinaryFormat format;
  unsigned up;       ///< by how many bits the exponent and the fraction are moved
  unsigned sign_up;  ///< likewise, the sign
  std::uint32_t sign;
  bool is_byte() const { return format.sign_shift() == 7; }
  /// The bits of 2^power as a float32.
  static std::uint32_t power(int power) { return static_cast<std::uint32_t>(power + 127) << 23; }
  int least_power() const { return 1 - format.bias(); }
  /// What the exponent of a float32 is more than the half's.
  std::uint32_t rebias() const { return static_cast<std::uint32_t>(127 - format.bias()) << 23; }
};

// Every step below is exact: a shift of the exponent field, and for subnormals one subtraction of
// floats of equal exponent. Does not depend on the treatment of subnormal operands.
llvm::Value* bits_to_float(Emitter& e, llvm::Value* bits, DType half) {
  auto& b = e.b;
  const Fields at(half);
  llvm::Type* i32 = e.int_vector(32);
  llvm::Type* f32 = e.vector(DType::float32);
  llvm::Value* wide = b.CreateZExt(bits, i32);
  llvm::Value* sign = b.CreateShl(b.CreateAnd(wide, e.ints(i32, at.sign)), e.ints(i32, at.sign_up));
  llvm::Value* magnitude =
      b.CreateShl(b.CreateAnd(wide, e.ints(i32, at.sign - 1)), e.ints(i32, at.up));
  llvm::Constant* highest = e.ints(i32, at.format.infinity() << at.up);
  llvm::Value* exponent = b.CreateAnd(magnitude, highest);
  llvm::Value* moved = b.CreateAdd(magnitude, e.ints(i32, at.rebias()));
  llvm::Constant* smallest = e.ints(i32, Fields::power(at.least_power()));
  llvm::Value* shifted = e.as_type(b.CreateAdd(magnitude, smallest), f32);
  llvm::Value* subnormal = e.as_ints(b.CreateFSub(shifted, e.as_type(smallest, f32)));
  llvm::Value* is_subnormal = b.CreateICmpEQ(exponent, e.zero(i32));
  llvm::Value* number = b.CreateSelect(is_subnormal, subnormal, moved);
  llvm::Value* special = nullptr;
  llvm::Value* is_special = nullptr;
  if (at.format.has_infinity) {
    special = b.CreateOr(magnitude, e.ints(i32, 0x7f800000));
    is_special = b.CreateICmpEQ(exponent, highest);
  } else {
    special = e.ints(i32, 0x7fc00000);
    is_special = b.CreateICmpEQ(magnitude, e.ints(i32, at.format.overflow() << at.up));
  }
  return e.as_type(b.CreateOr(b.CreateSelect(is_special, special, number), sign), f32);
}

// Bytes by way of float16, which has all their values but for a power of two.
llvm::Value* byte_to_float(Emitter& e, llvm::Value* bits, DType half) {
  auto& b = e.b;
  const Fields at(half);
  llvm::Type* i16 = e.int_vector(16);
  llvm::Type* i32 = e.int_vector(32);
  const auto widened = [&](llvm::Value* words) {
    return b.CreateFPExt(e.as_type(words, e.vector(b.getHalfTy())), e.vector(DType::float32));
  };
  const BinaryFormat word = format_of(DType::float16);
  const auto up = static_cast<unsigned>(word.fraction_bits - at.format.fraction_bits);
  if (at.format.exponent_bits == word.exponent_bits) {
    return widened(b.CreateShl(b.CreateZExt(bits, i16), e.ints(i16, up)));
  }
  // The copies of the sign between its place and the highest exponent bit are cleared.
  llvm::Value* moved = b.CreateShl(b.CreateSExt(bits, i16), e.ints(i16, up));
  llvm::Value* words = b.CreateAnd(moved, e.ints(i16, 0x8000U | (0x7fU << up)));
  llvm::Constant* scale =
      e.floats(e.vector(DType::float32), power_of_two(word.bias() - at.format.bias()));
  llvm::Value* number = e.as_ints(b.CreateFMul(widened(words), scale));
  const std::uint64_t past = (at.format.overflow() << at.up) + at.rebias();
  llvm::Value* magnitude = b.CreateAnd(number, e.ints(i32, 0x7fffffff));
  llvm::Value* is_nan = b.CreateICmpEQ(magnitude, e.ints(i32, past));
  llvm::Value* nan = b.CreateOr(number, e.ints(i32, 0x7fc00000));
  return e.as_type(b.CreateSelect(is_nan, nan, number), e.vector(DType::float32));
}

// What is past the largest value is first made the float of the code that stands there, which the
// rounding then gives.
llvm::Value* float_to_bits(Emitter& e, llvm::Value* floats, DType half) {
  auto& b = e.b;
  const Fields at(half);
  llvm::Type* i32 = e.int_vector(32);
  llvm::Type* f32 = e.vector(DType::float32);
  llvm::Value* all = e.as_ints(floats);
  llvm::Value* magnitude = b.CreateAnd(all, e.ints(i32, 0x7fffffff));
  llvm::Value* sign = b.CreateLShr(b.CreateXor(all, magnitude), e.ints(i32, at.sign_up));

  // Adding this power aligns the last bit of a subnormal with that of the float: the addition
  // itself rounds to nearest even.
  llvm::Constant* aligning =
      e.ints(i32, Fields::power(at.least_power() - at.format.fraction_bits + 23));
  llvm::Value* sum = b.CreateFAdd(e.as_type(magnitude, f32), e.as_type(aligning, f32));
  llvm::Value* subnormal = b.CreateSub(e.as_ints(sum), aligning);

  const std::uint64_t past = (at.format.overflow() << at.up) + at.rebias();
  llvm::Value* held = e.call(llvm::Intrinsic::umin, {magnitude, e.ints(i32, past)});
  llvm::Value* odd = b.CreateAnd(b.CreateLShr(held, e.ints(i32, at.up)), e.ints(i32, 1));
  const std::uint32_t below_half = (1U << (at.up - 1)) - 1;
  llvm::Value* moved = b.CreateAdd(b.CreateAdd(held, e.ints(i32, below_half - at.rebias())), odd);
  llvm::Value* normal = b.CreateLShr(moved, e.ints(i32, at.up));

  llvm::Value* is_tiny = b.CreateICmpULT(magnitude, e.ints(i32, Fields::power(at.least_power())));
  llvm::Value* result = b.CreateSelect(is_tiny, subnormal, normal);
  if (at.format.has_infinity) {
    llvm::Value* nan = e.ints(i32, at.format.nan(0));
    if (!at.is_byte()) {
      llvm::Value* payload = b.CreateLShr(magnitude, e.ints(i32, at.up));
      nan = b.CreateOr(nan, b.CreateAnd(payload, e.ints(i32, at.format.fraction_mask())));
    }
    result = b.CreateSelect(b.CreateICmpUGT(magnitude, e.ints(i32, 0x7f800000)), nan, result);
  }
  return b.CreateTrunc(b.CreateOr(result, sign), e.int_vector(at.is_byte() ? 8 : 16));
}

// Not vcvtneps2bf16: that instruction flushes subnormals.
llvm::Value* float_to_bfloat16_bits(Emitter& e, llvm::Value* floats) {
  auto& b = e.b;
  llvm::Type* i32 = e.int_vector(32);
  llvm::Value* bits = e.as_ints(floats);
  llvm::Value* odd = b.CreateAnd(b.CreateLShr(bits, e.ints(i32, 16)), e.ints(i32, 1));
  llvm::Value* rounded = b.CreateAdd(b.CreateAdd(bits, odd), e.ints(i32, 0x7fff));
  llvm::Value* quiet = b.CreateOr(bits, e.ints(i32, 0x400000));
  llvm::Value* upper = b.CreateSelect(b.CreateFCmpUNO(floats, floats), quiet, rounded);
  // The upper words, taken by one permutation instead of shifts and truncations.
  std::vector<int> odd_words;
  for (unsigned i = 0; i < e.lanes; ++i) odd_words.push_back(2 * static_cast<int>(i) + 1);
  auto* words = llvm::FixedVectorType::get(b.getInt16Ty(), 2 * e.lanes);
  return b.CreateShuffleVector(b.CreateBitCast(upper, words), odd_words);
}

// A float64 in float32 with the last bit set where the conversion was not exact: rounding that to
// a type with at least two bits less is the same as rounding the float64.
llvm::Value* to_float_rounding_to_odd(Emitter& e, llvm::Value* doubles) {
  auto& b = e.b;
  llvm::Type* i32 = e.int_vector(32);
  llvm::Value* nearest = b.CreateFPTrunc(doubles, e.vector(DType::float32));
  llvm::Value* back = b.CreateFPExt(nearest, doubles->getType());
  llvm::Value* inexact = b.CreateFCmpONE(back, doubles);
  llvm::Value* away = b.CreateFCmpOGT(e.call(llvm::Intrinsic::fabs, {back}),
                                      e.call(llvm::Intrinsic::fabs, {doubles}));
  llvm::Value* bits = e.as_ints(nearest);
  llvm::Value* truncated = b.CreateSub(bits, b.CreateZExt(away, i32));
  llvm::Value* odd = b.CreateOr(truncated, e.ints(i32, 1));
  return e.as_type(b.CreateSelect(inexact, odd, bits), e.vector(DType::float32));
}

// A 64-bit integer as a float64 whose last bit is odd where bits were lost, likewise. Values below
// 2^53 are exact already; clearing 11 bits of the others leaves at most 53.
llvm::Value* int64_to_double_rounding_to_odd(Emitter& e, llvm::Value* v, bool is_signed) {
  auto& b = e.b;
  llvm::Type* type = v->getType();
  llvm::Value* lost = b.CreateICmpNE(b.CreateAnd(v, e.ints(type, 0x7ff)), e.zero(type));
  llvm::Value* cleared = b.CreateAnd(v, e.ints(type, ~std::uint64_t{0x7ff}));
  llvm::Value* jammed = b.CreateSelect(lost, b.CreateOr(cleared, e.ints(type, 0x800)), cleared);
  const std::uint64_t limit = std::uint64_t{1} << 53;
  // -limit <= v < limit in one unsigned comparison.
  llvm::Value* moved = is_signed ? b.CreateAdd(v, e.ints(type, limit)) : v;
  llvm::Value* small = b.CreateICmpULT(moved, e.ints(type, is_signed ? 2 * limit : limit));
  llvm::Value* exact = b.CreateSelect(small, v, jammed);
  llvm::Type* doubles = e.vector(DType::float64);
  return is_signed ? b.CreateSIToFP(exact, doubles) : b.CreateUIToFP(exact, doubles);
}

llvm::Value* to_float_for_half(Emitter& e, const Value& v) {
  if (v.type == DType::float32) return v.re;
  if (v.type == DType::float64) return to_float_rounding_to_odd(e, v.re);
  if (!is_integer(v.type) || bits_of(v.type) <= 16) return cast(e, v, DType::float32, false).re;
  if (bits_of(v.type) == 32) {
    return to_float_rounding_to_odd(e, cast(e, v, DType::float64, false).re);
  }
  return to_float_rounding_to_odd(e,
                                  int64_to_double_rounding_to_odd(e, v.re, is_signed_int(v.type)));
}

}  // namespace

llvm::Value* half_to_float(Emitter& e, llvm::Value* bits, DType half) {
  auto& b = e.b;
  if (half == DType::bfloat16) {
    llvm::Value* wide = b.CreateZExt(bits, e.int_vector(32));
    return e.as_type(b.CreateShl(wide, e.ints(wide->getType(), 16)), e.vector(DType::float32));
  }
  if (!e.target.f16c) return bits_to_float(e, bits, half);
  if (itemsize(half) == 1) return byte_to_float(e, bits, half);
  return b.CreateFPExt(e.as_type(bits, e.vector(b.getHalfTy())), e.vector(DType::float32));
}

llvm::Value* float_to_half(Emitter& e, llvm::Value* floats, DType half) {
  if (half == DType::bfloat16) return float_to_bfloat16_bits(e, floats);
  if (itemsize(half) == 1 || !e.target.f16c) return float_to_bits(e, floats, half);
  constexpr unsigned kLanes = 16;
  if (e.target.vector_bytes == 64 && e.lanes % kLanes == 0) {
    // As words from the start: of vectors of half floats there is no store around the caches.
    auto* words = llvm::FixedVectorType::get(e.b.getInt16Ty(), kLanes);
    std::vector<llvm::Value*> pieces;
    for (unsigned first = 0; first < e.lanes; first += kLanes) {
      pieces.push_back(e.b.CreateIntrinsic(
          llvm::Intrinsic::x86_avx512_mask_vcvtps2ph_512, {},
          {e.slice(floats, first, kLanes), e.b.getInt32(0), e.zero(words), e.b.getInt16(0xffff)}));
    }
    return e.concat(pieces);
  }
  return e.as_ints(e.b.CreateFPTrunc(floats, e.vector(e.b.getHalfTy())));
}

Value round_to_half(Emitter& e, const Value& v, DType half) {
  llvm::Value* bits = float_to_half(e, to_float_for_half(e, v), half);
  return {DType::float32, half_to_float(e, bits, half)};
}

}  // namespace tightloop::jit
