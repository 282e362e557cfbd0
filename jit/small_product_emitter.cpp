// The loops of small products. Where fewer columns or rows are left than a tile has, the last tile
// overlaps the one before: it stores the same numbers again, which costs less than a mask.
#include "jit/small_product_emitter.hpp"

#include <algorithm>
#include <cstddef>

#include <llvm/IR/Intrinsics.h>

#include "jit/memory.hpp"
#include "jit/operations.hpp"
#include "jit/product_emitter.hpp"

namespace tightloop::jit {
namespace {

DType multiplied(const kernel::KernelPlan& plan) {
  return plan.body.back().lane;
}

unsigned vector_columns(const kernel::KernelPlan& plan, const Target& target) {
  const DType t = multiplied(plan);
  const unsigned bits = is_integer(t) ? 64 : bits_of(t);
  return std::min<unsigned>(plan.tile_columns, target.vector_bytes * 8 / bits);
}

}  // namespace

SmallProductEmitter::SmallProductEmitter(llvm::Function& function, const kernel::KernelPlan& plan,
                                         const Target& target)
    : e_(function, target, nullptr, plan.fast_math),
      b_(e_.b),
      function_(function),
      plan_(plan),
      packed_(multiplied(plan)),
      parts_(is_complex(packed_) ? 2 : 1),
      columns_(vector_columns(plan, target)) {
  number_ = is_integer(packed_) ? b_.getInt64Ty() : e_.element(packed_);
}

llvm::Value* SmallProductEmitter::frame_field(std::size_t offset, llvm::Type* type) {
  llvm::Value* at = b_.CreateConstGEP1_64(b_.getInt8Ty(), function_.getArg(0), offset);
  return b_.CreateAlignedLoad(type, at, llvm::Align(8));
}

llvm::Value* SmallProductEmitter::step(std::size_t offset) {
  llvm::Value* steps = frame_field(offsetof(kernel::KernelFrame, step), b_.getPtrTy());
  llvm::Value* at = b_.CreateConstGEP1_64(b_.getInt8Ty(), steps, offset);
  return b_.CreateAlignedLoad(b_.getInt64Ty(), at, llvm::Align(8));
}

llvm::Value* SmallProductEmitter::moved(llvm::Value* p, llvm::Value* bytes) {
  return b_.CreateGEP(b_.getInt8Ty(), p, bytes);
}

void SmallProductEmitter::emit() {
  using Frame = kernel::KernelFrame;
  using Steps = kernel::SmallProductSteps;
  llvm::Type* i64 = b_.getInt64Ty();
  n0_ = frame_field(offsetof(Frame, n0), i64);
  n1_ = frame_field(offsetof(Frame, n1), i64);
  n2_ = frame_field(offsetof(Frame, n2), i64);
  llvm::Value* pointers = frame_field(offsetof(Frame, ptr), b_.getPtrTy());
  Carried at;
  for (std::uint64_t k = 0; k < 3; ++k) {
    llvm::Value* entry = b_.CreateConstGEP1_64(b_.getInt8Ty(), pointers, 8 * k);
    at.push_back(b_.CreateAlignedLoad(b_.getPtrTy(), entry, llvm::Align(8)));
  }
  llvm::Value* const steps[] = {step(offsetof(Steps, left_product)),
                                step(offsetof(Steps, right_product)),
                                step(offsetof(Steps, target_product))};
  left_depth_ = step(offsetof(Steps, left_depth));
  right_depth_ = step(offsetof(Steps, right_depth));
  llvm::Value* const left_row = step(offsetof(Steps, left_row));
  llvm::Value* const target_row = step(offsetof(Steps, target_row));
  for (unsigned r = 0; r < plan_.tile_rows; ++r) {
    left_rows_.push_back(b_.CreateMul(left_row, b_.getInt64(r)));
    target_rows_.push_back(b_.CreateMul(target_row, b_.getInt64(r)));
  }
  left_row_ = left_row;
  target_row_ = target_row;
  llvm::Value* const zero = b_.getInt64(0);
  llvm::Value* const products = frame_field(offsetof(Frame, n3), i64);
  // Matrices of just so many rows as a tile has: a loop of their own without choices.
  llvm::Value* const exact = b_.CreateAnd(b_.CreateICmpEQ(n1_, b_.getInt64(plan_.tile_rows)),
                                          b_.CreateICmpSGE(n0_, b_.getInt64(columns_)));
  llvm::Value* const first = b_.CreateSelect(exact, products, zero);
  const auto run = [&](llvm::Value* begin, llvm::Value* end, auto&& multiply) {
    e_.loop(begin, end, b_.getInt64(1), at, true, [&](llvm::Value*, Carried& c) {
      multiply(c);
      for (std::size_t k = 0; k < c.size(); ++k) c[k] = moved(c[k], steps[k]);
    });
  };
  run(zero, first, [&](Carried& c) {
    columns(zero, n0_, columns_, c, [&](llvm::Value* right, llvm::Value* target) {
      tile(plan_.tile_rows, c[0], right, target);
    });
  });
  run(first, products, [&](Carried& c) { multiply(c); });
  b_.CreateRetVoid();
}

// Vectors of `width` columns from `begin` to `end`. at: the addresses of the three matrices.
void SmallProductEmitter::columns(
    llvm::Value* begin, llvm::Value* end, unsigned width, const Carried& at,
    const std::function<void(llvm::Value* right, llvm::Value* target)>& body) {
  const std::size_t right_size = itemsize(plan_.loads[1].dtype);
  const std::size_t target_size = itemsize(plan_.stores[0].dtype);
  Carried none;
  e_.loop(begin, end, b_.getInt64(width), none, true, [&](llvm::Value* j, Carried&) {
    llvm::Value* column = width == 1 ? j : e_.least(j, b_.CreateSub(n0_, b_.getInt64(width)));
    e_.lanes = width;
    body(moved(at[1], b_.CreateMul(column, b_.getInt64(right_size))),
         moved(at[2], b_.CreateMul(column, b_.getInt64(target_size))));
  });
}

// One product: vectors of columns, or, where there are fewer than one has, column by column.
void SmallProductEmitter::multiply(const Carried& at) {
  llvm::Value* const zero = b_.getInt64(0);
  const auto part = [&](llvm::Value* begin, llvm::Value* end, unsigned width, unsigned rows) {
    columns(begin, end, width, at, [&](llvm::Value* right, llvm::Value* target) {
      row_tiles(rows, at[0], right, target);
    });
  };
  llvm::Value* const enough = b_.CreateICmpSGE(n0_, b_.getInt64(columns_));
  llvm::Value* const wide = columns_ == 1 ? zero : b_.CreateSelect(enough, n0_, zero);
  if (columns_ > 1) part(zero, wide, columns_, plan_.tile_rows);
  part(wide, n0_, 1, 1);
}

void SmallProductEmitter::row_tiles(unsigned rows, llvm::Value* left, llvm::Value* right,
                                    llvm::Value* target) {
  const auto tiles = [&](llvm::Value* begin, llvm::Value* end, unsigned height) {
    Carried none;
    e_.loop(begin, end, b_.getInt64(height), none, true, [&](llvm::Value* i, Carried&) {
      llvm::Value* at = height == 1 ? i : e_.least(i, b_.CreateSub(n1_, b_.getInt64(height)));
      tile(height, moved(left, b_.CreateMul(at, left_row_)), right,
           moved(target, b_.CreateMul(at, target_row_)));
    });
  };
  llvm::Value* const zero = b_.getInt64(0);
  llvm::Value* const enough = b_.CreateICmpSGE(n1_, b_.getInt64(rows));
  llvm::Value* const tall = rows == 1 ? zero : b_.CreateSelect(enough, n1_, zero);
  if (rows > 1) tiles(zero, tall, rows);
  tiles(tall, n1_, 1);
}

void SmallProductEmitter::tile(unsigned rows, llvm::Value* left, llvm::Value* right,
                               llvm::Value* target) {
  llvm::Constant* const start =
      is_integer(packed_) ? b_.getInt64(0) : llvm::ConstantFP::getNegativeZero(number_);
  Carried sums(std::size_t{rows} * parts_, e_.splat(start));
  sums.push_back(left);
  sums.push_back(right);
  e_.loop(b_.getInt64(0), n2_, b_.getInt64(1), sums, false, [&](llvm::Value*, Carried& c) {
    llvm::Value* const y = c.back();
    c.pop_back();
    llvm::Value* const x = c.back();
    c.pop_back();
    std::vector<llvm::Value*> elements;
    for (unsigned r = 0; r < rows; ++r) elements.push_back(r == 0 ? x : moved(x, left_rows_[r]));
    depth_step(y, elements, c);
    c.push_back(moved(x, left_depth_));
    c.push_back(moved(y, right_depth_));
  });
  for (unsigned r = 0; r < rows; ++r) {
    store(r == 0 ? target : moved(target, target_rows_[r]), sums, r);
  }
}

void SmallProductEmitter::depth_step(llvm::Value* right, const std::vector<llvm::Value*>& left,
                                     Carried& sums) {
  const kernel::Inst& product = plan_.body.back();
  const Value y = factor(product.args[1], right, false);
  const auto add = [&](llvm::Value*& sum, llvm::Value* a, llvm::Value* b) {
    sum = is_integer(packed_) ? b_.CreateAdd(sum, b_.CreateMul(a, b))
                              : e_.call(llvm::Intrinsic::fma, {a, b, sum});
  };
  llvm::Value* const crossed = y.im == nullptr ? nullptr : b_.CreateFNeg(y.im);
  for (std::size_t r = 0; r < left.size(); ++r) {
    const Value x = factor(product.args[0], left[r], true);
    add(sums[r * parts_], x.re, y.re);
    if (crossed == nullptr) continue;
    add(sums[r * 2], x.im, crossed);
    add(sums[r * 2 + 1], x.re, y.im);
    add(sums[r * 2 + 1], x.im, y.re);
  }
}

/// An element of a factor as it is multiplied: loaded, and cast as the body says.
Value SmallProductEmitter::factor(std::uint32_t value, llvm::Value* p, bool splat) {
  std::vector<const kernel::Inst*> casts;
  while (plan_.body[value].op != Op::variable) {
    casts.push_back(&plan_.body[value]);
    value = plan_.body[value].args[0];
  }
  const kernel::KernelLoad& load = plan_.loads[plan_.body[value].attr];
  const Storage stored{load.dtype, load.swapped};
  Value v = splat ? load_splat(e_, stored, p) : load_elements(e_, stored, p);
  for (std::size_t i = casts.size(); i-- > 0;) v = emit_operation(e_, *casts[i], {{v, {}}});
  if (!is_integer(packed_)) return v;
  llvm::Type* wide = e_.vector(number_);
  v.re = is_signed_int(packed_) ? b_.CreateSExt(v.re, wide) : b_.CreateZExt(v.re, wide);
  return v;
}

// Whole sums of floats become words here: they are exact, by the bounds of the plan.
void SmallProductEmitter::store(llvm::Value* p, const Carried& sums, unsigned row) {
  const DType stored = plan_.stores[0].dtype;
  Value v{stored, sums[std::size_t{row} * parts_], nullptr};
  if (parts_ == 2) v.im = sums[std::size_t{row} * 2 + 1];
  if (is_integer(stored) && !is_integer(packed_)) {
    v.re = b_.CreateFPToSI(v.re, e_.vector(b_.getInt64Ty()));
  }
  store_elements(e_, {stored, plan_.stores[0].swapped}, p, v, false);
}

}  // namespace tightloop::jit
