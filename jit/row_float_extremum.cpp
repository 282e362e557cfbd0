// min and max of floats along the inner loop. NaN and the sign of zero are watched beside the
// running extremum, so that the loop needs little more than one instruction per vector.
#include <llvm/IR/Intrinsics.h>

#include "jit/floats.hpp"
#include "jit/lane_folds.hpp"
#include "jit/memory.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {
namespace {

// Parts: the extremum of what is not NaN; lanes that saw a NaN; and, where no instruction orders
// the zeros, the AND (max) or OR (min) of all bits: if the extremum is a zero, all elements are on
// one side of it, and the sign bit tells whether one was the other zero.
class FloatExtremum : public RowReducer {
 public:
  FloatExtremum(const kernel::KernelReduce& r, DType lane)
      : maximum_(r.op == Op::max), acc_(r.acc), lane_(lane) {}

  Parts identity(Emitter& e) override {
    Parts parts{start(e), e.zero(nan_type(e))};
    if (watches_zeros(e)) {
      llvm::Type* bits = e.int_vector(bits_of(lane_));
      parts.push_back(maximum_ ? llvm::Constant::getAllOnesValue(bits) : e.zero(bits));
    }
    return parts;
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* x = e.only_live(values[0].re, start(e));
    take(e, acc, x);
    note_nan(e, acc, x, x);
  }
  void update_all(Emitter& e, std::vector<Parts>& acc,
                  const std::vector<Sources>& values) override {
    for (std::size_t k = 0; k < acc.size(); ++k) take(e, acc[k], values[k][0].re);
    // One comparison finds the NaNs of two vectors.
    for (std::size_t k = 0; k < acc.size(); k += 2) {
      llvm::Value* other = values[k + 1 < acc.size() ? k + 1 : k][0].re;
      note_nan(e, acc[k], values[k][0].re, other);
    }
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    llvm::Value* nan = e.b.CreateOr(acc[1], other[1]);
    llvm::Value* bits = watches_zeros(e) ? join_bits(e, acc[2], other[2]) : nullptr;
    acc[0] = extremum(e, acc[0], other[0]);
    acc[1] = nan;
    if (bits != nullptr) acc[2] = bits;
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    auto& b = e.b;
    const Parts& row = acc[0];
    llvm::Value* m = fold_lanes(e, {row[0]}, [&](const Parts& x, const Parts& y) {
      return Parts{extremum(e, x[0], y[0])};
    })[0];
    if (watches_zeros(e)) {
      llvm::Value* bits = fold_lanes(e, {row[2]}, [&](const Parts& x, const Parts& y) {
        return Parts{join_bits(e, x[0], y[0])};
      })[0];
      llvm::Value* zero = e.zero(m->getType());
      llvm::Value* signed_zero =
          e.call(llvm::Intrinsic::copysign, {zero, b.CreateBitCast(bits, m->getType())});
      m = b.CreateSelect(b.CreateFCmpOEQ(m, zero), signed_zero, m);
    }
    llvm::Value* mask = target_mask(e, row[1]);
    m = b.CreateSelect(e.any_lane(mask), e.quiet_nan(m->getType()), m);
    with_one_lane(e, [&] {
      const Value old = load_elements(e, acc_, slot);
      llvm::Value* total = float_extremum(e, maximum_, old.re, e.splat(m));
      store_elements(e, acc_, slot, {lane_, total}, false);
    });
    return nullptr;
  }

 private:
  bool watches_zeros(const Emitter& e) const { return !e.target.avx512; }
  llvm::Constant* start(Emitter& e) {
    return llvm::ConstantFP::getInfinity(e.vector(lane_), maximum_);
  }
  // Masks live in mask registers or, where there are none, in vectors of all ones.
  llvm::Type* nan_type(Emitter& e) {
    return e.target.avx512 ? e.vector(bool_) : e.int_vector(bits_of(lane_));
  }
  llvm::Value* target_mask(Emitter& e, llvm::Value* nan) {
    return e.target.avx512 ? nan : e.b.CreateICmpNE(nan, e.zero(nan->getType()));
  }
  // x is not NaN, or else y is the result.
  llvm::Value* extremum(Emitter& e, llvm::Value* x, llvm::Value* y) {
    auto& b = e.b;
    if (e.target.avx512) return ordered_extremum(e, maximum_, x, y);
    return b.CreateSelect(maximum_ ? b.CreateFCmpOGT(x, y) : b.CreateFCmpOLT(x, y), x, y);
  }
  llvm::Value* join_bits(Emitter& e, llvm::Value* x, llvm::Value* y) {
    return maximum_ ? e.b.CreateAnd(x, y) : e.b.CreateOr(x, y);
  }
  void take(Emitter& e, Parts& acc, llvm::Value* x) {
    acc[0] = extremum(e, x, acc[0]);
    if (watches_zeros(e)) acc[2] = join_bits(e, acc[2], e.as_ints(x));
  }
  void note_nan(Emitter& e, Parts& acc, llvm::Value* x, llvm::Value* y) {
    llvm::Value* nan = e.b.CreateFCmpUNO(x, y);
    if (!e.target.avx512) nan = e.b.CreateSExt(nan, acc[1]->getType());
    acc[1] = e.b.CreateOr(acc[1], nan);
  }
  bool maximum_;
  DType acc_;
  DType lane_;
};

}  // namespace

std::unique_ptr<RowReducer> make_float_extremum(const kernel::KernelReduce& r, DType lane) {
  return std::make_unique<FloatExtremum>(r, lane);
}

}  // namespace tightloop::jit
