// Reductions along the inner loop. Integer sums use the instructions that add neighbours (psadbw,
// pmaddwd) or widen as little as kMaxReduceBlock allows; their order is free. Sums and products of
// floats follow the fixed tree of kernel::kSumLanes.
// A reducer is four pieces of code: identity() before the row, update() for each vector step,
// merge() of two sets of accumulators, finish() after the row, which folds lanes together and
// combines the partial with the slot in memory. Dead lanes of the last step must add nothing:
// either they are replaced by the identity before the update or the accumulator keeps its old lanes
// (keep_live()). Instructions that add neighbours want signed or unsigned operands: the others are
// moved by a bias, flipping the top bit, and finish() subtracts the bias times the row's length.
// psadbw of a difference needs no bias: it is the same for moved operands. Sums wrap at 2^64, as
// their slots do.
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "jit/floats.hpp"
#include "jit/integers.hpp"
#include "jit/lane_folds.hpp"
#include "jit/memory.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {

void Reducer::update_all(Emitter& e, std::vector<Parts>& acc, const std::vector<Sources>& values) {
  llvm::Value* const first = e.place.position;
  for (std::size_t k = 0; k < acc.size(); ++k) {
    if (k > 0 && first != nullptr) {
      e.place.position = e.b.CreateAdd(first, e.b.getInt64(k * e.lanes));
    }
    update(e, acc[k], values[k]);
  }
  e.place.position = first;
}

namespace {

namespace I = llvm::Intrinsic;

Parts keep_live(Emitter& e, Parts updated, const Parts& old) {
  for (std::size_t k = 0; k < updated.size(); ++k) updated[k] = e.only_live(updated[k], old[k]);
  return updated;
}

// Sums and products of floats and complex numbers.
class FloatFold : public RowReducer {
 public:
  FloatFold(const kernel::KernelReduce& r, bool single) : op_(r.op), acc_(r.acc), single_(single) {
    ordered = true;
  }
  Parts identity(Emitter& e) override {
    return float_identity(e, op_, acc_, e.vector(single_ ? DType::float32 : DType::float64));
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    const Parts next = float_parts(e, values[0], single_);
    acc = keep_live(e, combine_floats(e, op_, acc, next, e.fast_math), acc);
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc = combine_floats(e, op_, acc, other, false);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    std::vector<Parts> sets = acc;
    if (single_) {
      for (Parts& p : sets) {
        for (llvm::Value*& v : p) v = e.b.CreateFPExt(v, e.vector(DType::float64));
      }
    }
    while (sets.size() > 1) {
      const std::size_t half = sets.size() / 2;
      for (std::size_t k = 0; k < half; ++k) merge(e, sets[k], sets[k + half]);
      sets.resize(half);
    }
    const Parts partial = fold_lanes(e, sets[0], [&](const Parts& x, const Parts& y) {
      return combine_floats(e, op_, x, y, false);
    });
    store_partial(e, partial, slot);
    return nullptr;
  }

 private:
  void store_partial(Emitter& e, const Parts& partial, llvm::Value* slot) {
    auto& b = e.b;
    llvm::Type* f64 = b.getDoubleTy();
    Parts old;
    std::vector<llvm::Value*> address;
    for (unsigned k = 0; k < partial.size(); ++k) {
      address.push_back(b.CreateConstGEP1_32(f64, slot, k));
      old.push_back(b.CreateAlignedLoad(f64, address[k], llvm::Align(8)));
    }
    const Parts total = combine_floats(e, op_, old, partial, false);
    for (unsigned k = 0; k < partial.size(); ++k) {
      b.CreateAlignedStore(total[k], address[k], llvm::Align(8));
    }
  }
  Op op_;
  DType acc_;
  bool single_;
};

void add_to_slot(Emitter& e, llvm::Value* sum, llvm::Value* slot) {
  llvm::Value* old = e.b.CreateAlignedLoad(e.b.getInt64Ty(), slot, llvm::Align(8));
  e.b.CreateAlignedStore(e.b.CreateAdd(old, sum), slot, llvm::Align(8));
}

// Sums of integers: one part, whose lanes add up (widened to 64 bits) to the sum of the elements
// plus `bias` times their number.
class IntSum : public RowReducer {
 public:
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc[0] = e.b.CreateAdd(acc[0], other[0]);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value* n0,
                      llvm::Value* slot) override {
    auto& b = e.b;
    llvm::Value* sum = acc[0][0];
    if (const auto* type = llvm::dyn_cast<llvm::FixedVectorType>(sum->getType())) {
      auto* wide = llvm::FixedVectorType::get(b.getInt64Ty(), type->getNumElements());
      sum = signed_lanes_ ? b.CreateSExt(sum, wide) : b.CreateZExt(sum, wide);
      sum = b.CreateAddReduce(sum);
    }
    if (bias_ != 0) {
      const auto bias = static_cast<std::uint64_t>(bias_);
      sum = b.CreateSub(sum, b.CreateMul(n0, b.getInt64(bias)));
    }
    add_to_slot(e, sum, slot);
    return nullptr;
  }

 protected:
  bool signed_lanes_ = false;
  std::int64_t bias_ = 0;
};

// Pieces of a vector of one register each, at least 16 bytes long (filled up with zeros).
std::vector<llvm::Value*> register_pieces(Emitter& e, llvm::Value* v) {
  const auto* type = llvm::cast<llvm::FixedVectorType>(v->getType());
  const unsigned size = type->getScalarSizeInBits() / 8;
  const unsigned total = type->getNumElements();
  const unsigned count = std::min(total, e.target.vector_bytes / size);
  if (count * size < 16) {
    std::vector<int> index;
    for (unsigned i = 0; i < 16 / size; ++i) {
      index.push_back(static_cast<int>(i < total ? i : total));
    }
    return {e.b.CreateShuffleVector(v, e.zero(v->getType()), index)};
  }
  std::vector<llvm::Value*> pieces;
  for (unsigned first = 0; first < total; first += count) {
    pieces.push_back(e.slice(v, first, count));
  }
  return pieces;
}

unsigned bytes_of(llvm::Value* v) {
  return static_cast<unsigned>(v->getType()->getPrimitiveSizeInBits().getFixedValue() / 8);
}

// 8-bit elements, or absolute differences of two of them: psadbw adds eight into 64 bits.
class ByteSum : public IntSum {
 public:
  ByteSum(DType operand, bool difference) : flip_(is_signed_int(operand)) {
    if (flip_ && !difference) bias_ = 128;
  }
  Parts identity(Emitter& e) override {
    const unsigned bytes = std::clamp(e.lanes, 16u, e.target.vector_bytes);
    return {e.zero(llvm::FixedVectorType::get(e.b.getInt64Ty(), bytes / 8))};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    auto& b = e.b;
    std::vector<llvm::Value*> x = register_pieces(e, prepared(e, values[0].re));
    std::vector<llvm::Value*> y(x.size(), e.zero(x[0]->getType()));
    if (values.size() > 1) y = register_pieces(e, prepared(e, values[1].re));
    for (std::size_t k = 0; k < x.size(); ++k) {
      const unsigned bytes = bytes_of(x[k]);
      const I::ID id = bytes == 64   ? I::x86_avx512_psad_bw_512
                       : bytes == 32 ? I::x86_avx2_psad_bw
                                     : I::x86_sse2_psad_bw;
      acc[0] = b.CreateAdd(acc[0], b.CreateIntrinsic(id, {}, {x[k], y[k]}));
    }
  }

 private:
  // Signed bytes move to 0..255; a difference does not notice.
  llvm::Value* prepared(Emitter& e, llvm::Value* v) const {
    if (flip_) v = e.b.CreateXor(v, e.ints(v->getType(), 0x80));
    return e.only_live(v, e.zero(v->getType()));
  }
  bool flip_;
};

// 16-bit elements: pmaddwd by ones adds two into 32 bits.
class WordSum : public IntSum {
 public:
  explicit WordSum(DType operand) : flip_(!is_signed_int(operand)) {
    signed_lanes_ = true;
    if (flip_) bias_ = -32768;
  }
  Parts identity(Emitter& e) override {
    const unsigned bytes = std::clamp(2 * e.lanes, 16u, e.target.vector_bytes);
    return {e.zero(llvm::FixedVectorType::get(e.b.getInt32Ty(), bytes / 4))};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    auto& b = e.b;
    llvm::Value* v = values[0].re;
    if (flip_) v = b.CreateXor(v, e.ints(v->getType(), 0x8000));
    v = e.only_live(v, e.zero(v->getType()));
    for (llvm::Value* piece : register_pieces(e, v)) {
      const unsigned bytes = bytes_of(piece);
      const I::ID id = bytes == 64   ? I::x86_avx512_pmaddw_d_512
                       : bytes == 32 ? I::x86_avx2_pmadd_wd
                                     : I::x86_sse2_pmadd_wd;
      llvm::Value* ones = e.ints(piece->getType(), 1);
      acc[0] = b.CreateAdd(acc[0], b.CreateIntrinsic(id, {}, {piece, ones}));
    }
  }

 private:
  bool flip_;
};

// 32-bit elements as pairs of 64 bits: sums of the pairs and of their upper halves tell, modulo
// 2^64, the sum of the lower halves too, and nothing is widened.
class PairSum : public IntSum {
 public:
  explicit PairSum(DType operand) : flip_(is_signed_int(operand)) {
    if (flip_) bias_ = std::int64_t{1} << 31;
  }
  Parts identity(Emitter& e) override { return {e.zero(pairs(e)), e.zero(pairs(e))}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    auto& b = e.b;
    llvm::Value* v = values[0].re;
    if (flip_) v = b.CreateXor(v, e.ints(v->getType(), std::uint64_t{1} << 31));
    v = b.CreateBitCast(e.only_live(v, e.zero(v->getType())), pairs(e));
    acc[0] = b.CreateAdd(acc[0], v);
    acc[1] = b.CreateAdd(acc[1], b.CreateLShr(v, 32));
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    for (std::size_t k = 0; k < 2; ++k) acc[k] = e.b.CreateAdd(acc[k], other[k]);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value* n0,
                      llvm::Value* slot) override {
    auto& b = e.b;
    llvm::Value* upper = acc[0][1];
    llvm::Value* lower = b.CreateSub(acc[0][0], b.CreateShl(upper, 32));
    return IntSum::finish(e, {{b.CreateAdd(lower, upper)}}, n0, slot);
  }

 private:
  llvm::Type* pairs(Emitter& e) {
    return llvm::FixedVectorType::get(e.b.getInt64Ty(), e.lanes / 2);
  }
  bool flip_;
};

// Elements widened to 64 bits, or narrow ones to 32 where no instruction adds neighbours.
class WideSum : public IntSum {
 public:
  explicit WideSum(DType operand) : operand_(operand) { signed_lanes_ = is_signed_int(operand); }
  Parts identity(Emitter& e) override { return {e.zero(type(e))}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* v = values[0].re;
    v = signed_lanes_ ? e.b.CreateSExt(v, type(e)) : e.b.CreateZExt(v, type(e));
    acc = keep_live(e, {e.b.CreateAdd(acc[0], v)}, acc);
  }

 private:
  llvm::Type* type(Emitter& e) { return e.int_vector(bits_of(operand_) <= 16 ? 32 : 64); }
  DType operand_;
};

class BoolCount : public IntSum {
 public:
  Parts identity(Emitter& e) override { return {e.b.getInt64(0)}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    auto& b = e.b;
    llvm::Value* mask = e.only_live(values[0].re, e.zero(values[0].re->getType()));
    llvm::Value* bits = b.CreateBitCast(mask, b.getIntNTy(e.lanes));
    bits = b.CreateZExtOrTrunc(bits, b.getInt64Ty());
    acc[0] = b.CreateAdd(acc[0], e.call(I::ctpop, {bits}));
  }
};

class IntProduct : public RowReducer {
 public:
  IntProduct(const kernel::KernelReduce& r, DType operand)
      : acc_(r.acc), operand_(operand), check_(r.check) {}
  Parts identity(Emitter& e) override {
    Parts parts{e.ints(e.int_vector(64), 1)};
    if (check_) parts.push_back(e.zero(e.vector(bool_)));
    return parts;
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    auto& b = e.b;
    llvm::Type* type = e.int_vector(64);
    llvm::Value* v = is_signed_int(operand_) ? b.CreateSExt(values[0].re, type)
                                             : b.CreateZExt(values[0].re, type);
    acc = keep_live(e, multiply(e, acc, {v}), acc);
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override { acc = multiply(e, acc, other); }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    auto& b = e.b;
    Parts total =
        fold_lanes(e, acc[0], [&](const Parts& x, const Parts& y) { return multiply(e, x, y); });
    Parts old{b.CreateAlignedLoad(b.getInt64Ty(), slot, llvm::Align(8))};
    if (check_) old.push_back(b.getFalse());
    total = multiply(e, old, total);
    b.CreateAlignedStore(total[0], slot, llvm::Align(8));
    return check_ ? b.CreateZExt(total[1], b.getInt64Ty()) : nullptr;
  }

 private:
  // The second part says that a product did not fit 64 bits.
  Parts multiply(Emitter& e, const Parts& x, const Parts& y) {
    auto& b = e.b;
    if (!check_) return {b.CreateMul(x[0], y[0])};
    const bool is_signed = is_signed_int(acc_);
    llvm::Value* pair =
        e.call(is_signed ? I::smul_with_overflow : I::umul_with_overflow, {x[0], y[0]});
    llvm::Value* lost = b.CreateOr(x[1], b.CreateExtractValue(pair, 1));
    if (y.size() > 1) lost = b.CreateOr(lost, y[1]);
    return {b.CreateExtractValue(pair, 0), lost};
  }
  DType acc_;
  DType operand_;
  bool check_;
};

class IntExtremum : public RowReducer {
 public:
  IntExtremum(const kernel::KernelReduce& r, DType lane) : maximum_(r.op == Op::max), lane_(lane) {}
  Parts identity(Emitter& e) override {
    return {int_extreme(e, !maximum_, lane_, e.vector(lane_))};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    acc = keep_live(e, {int_extremum(e, maximum_, lane_, acc[0], values[0].re)}, acc);
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc[0] = int_extremum(e, maximum_, lane_, acc[0], other[0]);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    auto& b = e.b;
    llvm::Value* row = is_signed_int(lane_) ? (maximum_ ? b.CreateIntMaxReduce(acc[0][0], true)
                                                        : b.CreateIntMinReduce(acc[0][0], true))
                                            : (maximum_ ? b.CreateIntMaxReduce(acc[0][0], false)
                                                        : b.CreateIntMinReduce(acc[0][0], false));
    llvm::Value* old = b.CreateAlignedLoad(e.element(lane_), slot, llvm::Align(1));
    b.CreateAlignedStore(int_extremum(e, maximum_, lane_, old, row), slot, llvm::Align(1));
    return nullptr;
  }

 private:
  bool maximum_;
  DType lane_;
};

// any and all, min and max of bools: one bit per lane, set where an element decides the result.
class BoolFold : public RowReducer {
 public:
  explicit BoolFold(const kernel::KernelReduce& r) : any_(r.op == Op::any || r.op == Op::max) {}
  Parts identity(Emitter& e) override { return {e.b.getInt64(0)}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    auto& b = e.b;
    llvm::Value* deciding = any_ ? values[0].re : b.CreateNot(values[0].re);
    deciding = e.only_live(deciding, e.zero(deciding->getType()));
    llvm::Value* bits = b.CreateBitCast(deciding, b.getIntNTy(e.lanes));
    acc[0] = b.CreateOr(acc[0], b.CreateZExtOrTrunc(bits, b.getInt64Ty()));
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc[0] = e.b.CreateOr(acc[0], other[0]);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    auto& b = e.b;
    llvm::Value* decided = b.CreateICmpNE(acc[0][0], b.getInt64(0));
    llvm::Value* old = b.CreateLoad(b.getInt8Ty(), slot);
    llvm::Value* is_set = b.CreateICmpNE(old, b.getInt8(0));
    llvm::Value* result =
        any_ ? b.CreateOr(is_set, decided) : b.CreateAnd(is_set, b.CreateNot(decided));
    b.CreateStore(b.CreateZExt(result, b.getInt8Ty()), slot);
    return nullptr;
  }

 private:
  bool any_;
};

}  // namespace

std::unique_ptr<RowReducer> make_float_extremum(const kernel::KernelReduce& r, DType lane);
std::unique_ptr<RowReducer> make_row_moments(DType lane);
std::unique_ptr<RowReducer> make_narrow_sum();
std::unique_ptr<RowReducer> make_row_position(const kernel::KernelReduce& r, DType lane);

std::unique_ptr<RowReducer> make_row_reducer(const Emitter& e, const kernel::KernelReduce& r,
                                             const ReductionSource& source, DType lane) {
  if (r.op == Op::var) return make_row_moments(lane);
  if (kernel::is_position(r.op)) return make_row_position(r, lane);
  if (is_ordered(r)) {
    const bool single = e.fast_math && r.op == Op::sum && part_of(lane) == DType::float32;
    if (r.narrow_first && !single) return make_narrow_sum();
    return std::make_unique<FloatFold>(r, single);
  }
  if (r.op == Op::sum) {
    if (is_bool(lane)) return std::make_unique<BoolCount>();
    if (e.target.x86 && bits_of(lane) == 8) {
      return std::make_unique<ByteSum>(lane, source.difference);
    }
    if (e.target.x86 && bits_of(lane) == 16) return std::make_unique<WordSum>(lane);
    if (e.target.x86 && bits_of(lane) == 32) return std::make_unique<PairSum>(lane);
    return std::make_unique<WideSum>(lane);
  }
  if (r.op == Op::prod) return std::make_unique<IntProduct>(r, lane);
  if (is_bool(lane)) return std::make_unique<BoolFold>(r);
  if (is_integer(lane)) return std::make_unique<IntExtremum>(r, lane);
  return make_float_extremum(r, lane);
}

}  // namespace tightloop::jit
