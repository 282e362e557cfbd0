// The tile of a matrix product: for each step along the depth, a few vectors of the right operand
// and one number of each row of the left, multiplied into sums that stay in registers. Each sum is
// a chain of fused multiply-adds in the order of the depth, whatever the width of the vectors.
#include "jit/product_emitter.hpp"

#include <cstddef>

#include <llvm/IR/Intrinsics.h>

namespace tightloop::jit {
namespace {

bool is_word(DType t) {
  return t == DType::int64 || t == DType::uint64;
}

bool is_whole(DType t) {
  return is_integer(t);
}

/// Rows of the tiles, tallest first: what the registers hold, then what is left over.
std::vector<unsigned> tile_rows(const Target& target) {
  if (target.avx512) return {12, 4, 1};
  return {target.avx ? 6u : 4u, 1};
}

}  // namespace

ProductEmitter::ProductEmitter(llvm::Function& function, const kernel::KernelPlan& plan,
                               const Target& target)
    : e_(function, target, nullptr, plan.fast_math),
      b_(e_.b),
      function_(function),
      target_(target),
      packed_(plan.loads[0].dtype),
      stored_(plan.stores[0].dtype),
      by_row_(plan.left_by_row) {
  part_ = e_.element(packed_);
  number_ = is_whole(packed_) ? b_.getInt64Ty() : part_;
  size_ = static_cast<unsigned>(itemsize(packed_));
  e_.lanes = target.vector_bytes * 8 / number_->getScalarSizeInBits();
  columns_ = vectors_ * e_.lanes;
}

llvm::Value* ProductEmitter::frame_field(std::size_t offset, llvm::Type* type) {
  llvm::Value* at = b_.CreateConstGEP1_64(b_.getInt8Ty(), function_.getArg(0), offset);
  return b_.CreateAlignedLoad(type, at, llvm::Align(8));
}

llvm::Value* ProductEmitter::moved(llvm::Value* p, llvm::Value* bytes) {
  return b_.CreateGEP(b_.getInt8Ty(), p, bytes);
}
llvm::Value* ProductEmitter::moved(llvm::Value* p, std::uint64_t bytes) {
  return bytes == 0 ? p : b_.CreateConstGEP1_64(b_.getInt8Ty(), p, bytes);
}

// Strip by strip, so that one of them stays in the first cache while all rows pass.
void ProductEmitter::emit() {
  using Frame = kernel::KernelFrame;
  llvm::Type* i64 = b_.getInt64Ty();
  llvm::Type* pointer = b_.getPtrTy();
  llvm::Value* strips = frame_field(offsetof(Frame, n0), i64);
  rows_ = frame_field(offsetof(Frame, n1), i64);
  depth_ = frame_field(offsetof(Frame, n2), i64);
  llvm::Value* pointers = frame_field(offsetof(Frame, ptr), pointer);
  llvm::Value* steps = frame_field(offsetof(Frame, step), pointer);
  const auto entry = [&](llvm::Value* list, unsigned k, llvm::Type* type) {
    return b_.CreateAlignedLoad(type, moved(list, 8 * std::uint64_t{k}), llvm::Align(8));
  };
  left_ = entry(pointers, 0, pointer);
  llvm::Value* right = entry(pointers, 1, pointer);
  llvm::Value* target = entry(pointers, 2, pointer);
  llvm::Value* strip_step = entry(steps, 1, i64);
  target_step_ = entry(steps, 2, i64);
  resumes_ = b_.CreateICmpNE(frame_field(offsetof(Frame, resumes), i64), b_.getInt64(0));

  const unsigned strip_columns = static_cast<unsigned>(kernel::kStripBytes) / size_;
  const unsigned chunks = strip_columns * (is_complex(packed_) ? 2 : 1) / columns_;
  const std::uint64_t strip_bytes = strip_columns * itemsize(stored_);
  const std::uint64_t right_bytes = kernel::kStripBytes / chunks;
  const std::uint64_t target_bytes = strip_bytes / chunks;
  Carried none;
  e_.loop(b_.getInt64(0), strips, b_.getInt64(1), none, false, [&](llvm::Value* s, Carried&) {
    llvm::Value* strip = moved(right, b_.CreateMul(s, strip_step));
    llvm::Value* to = moved(target, b_.CreateMul(s, b_.getInt64(strip_bytes)));
    for (unsigned c = 0; c < chunks; ++c) {
      row_groups(moved(strip, c * right_bytes), moved(to, c * target_bytes));
    }
  });
  b_.CreateRetVoid();
}

void ProductEmitter::row_groups(llvm::Value* strip, llvm::Value* target) {
  llvm::Value* begin = b_.getInt64(0);
  for (unsigned rows : tile_rows(target_)) {
    llvm::Value* left_over = b_.CreateSub(rows_, begin);
    llvm::Value* whole = b_.CreateUDiv(left_over, b_.getInt64(rows));
    llvm::Value* end = b_.CreateAdd(begin, b_.CreateMul(whole, b_.getInt64(rows)));
    Carried none;
    e_.loop(begin, end, b_.getInt64(rows), none, true,
            [&](llvm::Value* row, Carried&) { tile(rows, row, strip, target); });
    begin = end;
  }
}

void ProductEmitter::tile(unsigned rows, llvm::Value* row, llvm::Value* strip,
                          llvm::Value* target) {
  const std::uint64_t row_bytes = by_row_ ? kernel::product_pitch(packed_) : size_;
  const std::uint64_t depth_bytes =
      by_row_ ? size_ : std::uint64_t{size_} * kernel::product_rows(packed_);
  llvm::Value* left = moved(left_, b_.CreateMul(row, b_.getInt64(row_bytes)));
  llvm::Constant* start =
      is_whole(packed_) ? b_.getInt64(0) : llvm::ConstantFP::getNegativeZero(number_);
  Tile sums(std::size_t{rows} * vectors_, b_.CreateVectorSplat(e_.lanes, start));
  sums.push_back(strip);
  llvm::Value* const end = b_.CreateMul(depth_, b_.getInt64(depth_bytes));
  e_.loop(b_.getInt64(0), end, b_.getInt64(depth_bytes), sums, false,
          [&](llvm::Value* at, Carried& c) {
            llvm::Value* right = c.back();
            c.pop_back();
            depth_step(rows, moved(left, at), right, c);
            c.push_back(moved(right, std::uint64_t{kernel::kStripBytes}));
          });
  sums.pop_back();
  store_tile(rows, moved(target, b_.CreateMul(row, target_step_)), sums);
}

void ProductEmitter::depth_step(unsigned rows, llvm::Value* left, llvm::Value* right, Tile& sums) {
  std::vector<llvm::Value*> factors, crosses;
  for (unsigned v = 0; v < vectors_; ++v) {
    const unsigned bytes = e_.lanes * part_->getScalarSizeInBits() / 8;
    factors.push_back(factor(moved(right, std::uint64_t{v} * bytes)));
    if (is_complex(packed_)) crosses.push_back(crossed(factors.back()));
  }
  for (unsigned r = 0; r < rows; ++r) {
    llvm::Value* x = e_.splat(left_part(left, r, 0));
    llvm::Value* imaginary = is_complex(packed_) ? e_.splat(left_part(left, r, 1)) : nullptr;
    for (unsigned v = 0; v < vectors_; ++v) {
      llvm::Value*& sum = sums[r * vectors_ + v];
      sum = multiply_add(x, factors[v], sum);
      if (imaginary != nullptr) sum = multiply_add(imaginary, crosses[v], sum);
    }
  }
}

llvm::Value* ProductEmitter::left_part(llvm::Value* left, unsigned row, unsigned part) {
  const std::uint64_t row_bytes = by_row_ ? kernel::product_pitch(packed_) : size_;
  const unsigned part_bytes = part_->getScalarSizeInBits() / 8;
  llvm::Value* at = moved(left, row * row_bytes + std::uint64_t{part} * part_bytes);
  llvm::Value* x = b_.CreateAlignedLoad(part_, at, llvm::Align(part_bytes));
  if (part_ == number_) return x;
  return is_signed_int(packed_) ? b_.CreateSExt(x, number_) : b_.CreateZExt(x, number_);
}

llvm::Value* ProductEmitter::factor(llvm::Value* p) {
  llvm::Type* type = e_.vector(part_);
  const unsigned bytes = e_.lanes * part_->getScalarSizeInBits() / 8;
  llvm::Value* v = b_.CreateAlignedLoad(type, p, llvm::Align(bytes));
  if (part_ == number_) return v;
  llvm::Type* wide = e_.vector(number_);
  return is_signed_int(packed_) ? b_.CreateSExt(v, wide) : b_.CreateZExt(v, wide);
}

/// Pairs (re, im) to (-im, re): what the imaginary part of the other factor multiplies.
llvm::Value* ProductEmitter::crossed(llvm::Value* pairs) {
  std::vector<int> index;
  std::vector<llvm::Constant*> signs;
  const unsigned bits = number_->getScalarSizeInBits();
  for (unsigned i = 0; i < e_.lanes; ++i) {
    index.push_back(static_cast<int>(i ^ 1));
    const llvm::APInt sign =
        i % 2 == 0 ? llvm::APInt::getSignMask(bits) : llvm::APInt::getZero(bits);
    signs.push_back(llvm::ConstantInt::get(b_.getIntNTy(bits), sign));
  }
  llvm::Value* swapped = b_.CreateShuffleVector(pairs, index);
  llvm::Value* flipped = b_.CreateXor(e_.as_ints(swapped), llvm::ConstantVector::get(signs));
  return e_.as_type(flipped, pairs->getType());
}

llvm::Value* ProductEmitter::multiply_add(llvm::Value* x, llvm::Value* y, llvm::Value* sum) {
  if (is_whole(packed_)) return b_.CreateAdd(sum, b_.CreateMul(x, y));
  return e_.call(llvm::Intrinsic::fma, {x, y, sum});
}

// Whole sums of floats become words here: they are exact, by the bounds of the plan.
std::vector<llvm::Value*> ProductEmitter::as_stored(llvm::Value* sum) {
  if (!is_word(stored_) || is_whole(packed_)) return {sum};
  const unsigned words = target_.vector_bytes / 8;
  std::vector<llvm::Value*> out;
  for (unsigned first = 0; first < e_.lanes; first += words) {
    llvm::Value* piece = e_.slice(sum, first, words);
    out.push_back(b_.CreateFPToSI(piece, llvm::FixedVectorType::get(b_.getInt64Ty(), words)));
  }
  return out;
}

void ProductEmitter::store_tile(unsigned rows, llvm::Value* target, const Tile& sums) {
  std::vector<llvm::Value*> addresses;
  Carried values;
  for (unsigned r = 0; r < rows; ++r) {
    llvm::Value* at = moved(target, b_.CreateMul(target_step_, b_.getInt64(r)));
    std::uint64_t offset = 0;
    for (unsigned v = 0; v < vectors_; ++v) {
      for (llvm::Value* piece : as_stored(sums[std::size_t{r} * vectors_ + v])) {
        addresses.push_back(moved(at, offset));
        values.push_back(piece);
        offset += piece->getType()->getPrimitiveSizeInBits().getFixedValue() / 8;
      }
    }
  }
  const llvm::Align align(1);
  e_.when(resumes_, values, [&](Carried& c) {
    for (std::size_t i = 0; i < c.size(); ++i) {
      llvm::Value* before = b_.CreateAlignedLoad(c[i]->getType(), addresses[i], align);
      c[i] = c[i]->getType()->isFPOrFPVectorTy() ? b_.CreateFAdd(before, c[i])
                                                 : b_.CreateAdd(before, c[i]);
    }
  });
  for (std::size_t i = 0; i < values.size(); ++i) {
    b_.CreateAlignedStore(values[i], addresses[i], align);
  }
}

}  // namespace tightloop::jit
