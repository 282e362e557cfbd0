// var in kernels: sums of deviations from a shift near the mean, and of their squares, in float64
// (kernel::Moments says how shifts are found); each block then joins the moments of those before.
#include "jit/lane_folds.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {
namespace {

// Arithmetic as it is written, on single elements or vectors.
class Exactly {
 public:
  explicit Exactly(Emitter& e) : b(e.b), guard_(e.b) { b.setFastMathFlags({}); }
  llvm::Value* times(llvm::Value* v, double by) {
    return b.CreateFMul(v, llvm::ConstantFP::get(v->getType(), by));
  }
  llvm::Value* or_zero(llvm::Value* v) {  // in place of what is below
    llvm::Value* zero = llvm::ConstantFP::get(v->getType(), 0.0);
    return b.CreateSelect(b.CreateFCmpOLT(v, zero), zero, v);
  }
  llvm::Value* is_infinite(llvm::Value* v) {
    return b.CreateFCmpOEQ(v, llvm::ConstantFP::getInfinity(v->getType()));
  }
  llvm::Value* is_finite(llvm::Value* v) {
    return b.CreateFCmpORD(b.CreateFSub(v, v), llvm::ConstantFP::get(v->getType(), 0.0));
  }
  /// The squares of n deviations from their mean: s2 of those from a shift less s1 times the mean
  /// of these. They overflow where s2 does, unless it was infinite elements.
  llvm::Value* own(llvm::Value* s1, llvm::Value* s2, llvm::Value* mean) {
    llvm::Value* rest = or_zero(b.CreateFSub(s2, b.CreateFMul(s1, mean)));
    llvm::Value* overflows = b.CreateAnd(is_infinite(s2), is_finite(s1));
    return b.CreateSelect(overflows, llvm::ConstantFP::getInfinity(s2->getType()), rest);
  }
  struct Total {
    llvm::Value* sum;
    llvm::Value* rest;
  };
  /// Adds squares, within and between blocks, to a compensated sum (Knuth's TwoSum).
  Total add(const Total& old, llvm::Value* within, llvm::Value* between) {
    llvm::Value* more = b.CreateFAdd(within, between);
    llvm::Value* sum = b.CreateFAdd(old.sum, more);
    llvm::Value* added = b.CreateFSub(sum, old.sum);
    llvm::Value* lost =
        b.CreateFAdd(b.CreateFSub(old.sum, b.CreateFSub(sum, added)), b.CreateFSub(more, added));
    // What has overflowed stays infinite, also where means cannot be told any more.
    llvm::Value* inner = b.CreateFAdd(old.sum, within);
    return {b.CreateSelect(is_infinite(inner), inner, sum), b.CreateFAdd(old.rest, lost)};
  }

  llvm::IRBuilder<>& b;

 private:
  llvm::IRBuilderBase::FastMathFlagGuard guard_;
};

// Adds `n` elements to a slot: their mean is k + mean, `own` the sum of their squared deviations.
void join_moments(Emitter& e, llvm::Value* slot, llvm::Value* n, llvm::Value* k, llvm::Value* mean,
                  llvm::Value* own) {
  Exactly x(e);
  auto& b = e.b;
  llvm::Type* f64 = b.getDoubleTy();
  const auto field = [&](unsigned i) { return b.CreateConstGEP1_32(f64, slot, i); };
  const auto store = [&](unsigned i, llvm::Value* v) {
    b.CreateAlignedStore(v, field(i), llvm::Align(8));
  };
  const auto load = [&](unsigned i) { return b.CreateAlignedLoad(f64, field(i), llvm::Align(8)); };
  llvm::Value* old_count = load(0);
  llvm::Value* is_new = b.CreateFCmpOEQ(old_count, e.zero(f64));
  llvm::Value* origin = b.CreateSelect(is_new, k, load(1));
  llvm::Value* old_offset = load(2);
  llvm::Value* count = b.CreateFAdd(old_count, n);
  llvm::Value* delta = b.CreateFAdd(b.CreateFSub(k, origin), b.CreateFSub(mean, old_offset));
  llvm::Value* moved = b.CreateFMul(delta, b.CreateFDiv(n, count));
  llvm::Value* between = b.CreateFMul(b.CreateFMul(moved, old_count), delta);
  const Exactly::Total total = x.add({load(3), load(4)}, own, between);
  store(0, count);
  store(1, origin);
  store(2, b.CreateFAdd(old_offset, moved));
  store(3, total.sum);
  store(4, total.rest);
}

// How deviations are scaled. Narrow lanes cannot overflow in float64: theirs are not, which gives
// the same bits in the end.
struct Deviations {
  explicit Deviations(DType lane)
      : narrow(lane != DType::float64), scale(narrow ? 1.0 : kernel::kDeviationScale) {}

  llvm::Value* scaled(Emitter& e, llvm::Value* x) const {
    return narrow ? x : Exactly(e).times(x, scale);
  }
  llvm::Value* element(Emitter& e, llvm::Value* x) const {
    return narrow ? x : Exactly(e).times(x, 1 / scale);
  }
  llvm::Value* squares(Emitter& e, llvm::Value* x) const {
    return narrow ? x : Exactly(e).times(x, 1 / scale / scale);
  }
  /// x less the scaled shift. It may be fused: scaling is exact, unless for elements so small that
  /// no square is above zero.
  llvm::Value* from(Emitter& e, llvm::Value* x, llvm::Value* shift) const {
    auto& b = e.b;
    const Exactly exact(e);
    if (narrow) return b.CreateFSub(x, shift);
    return b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {x->getType()},
                             {x, llvm::ConstantFP::get(x->getType(), scale), b.CreateFNeg(shift)});
  }
  /// Adds x less the scaled shift and the square of that to s1 and s2; `contract` as in
  /// combine_floats.
  Parts take(Emitter& e, llvm::Value* s1, llvm::Value* s2, llvm::Value* x,
             llvm::Value* shift) const {
    auto& b = e.b;
    llvm::Value* deviation = from(e, x, shift);
    const llvm::IRBuilderBase::FastMathFlagGuard guard(b);
    b.setFastMathFlags({});
    llvm::Value* sum = b.CreateFAdd(s1, deviation);
    llvm::FastMathFlags flags;
    flags.setAllowContract(e.fast_math);
    b.setFastMathFlags(flags);
    return {sum, b.CreateFAdd(s2, b.CreateFMul(deviation, deviation))};
  }

  bool narrow;
  double scale;
};

class RowMoments : public RowReducer {
 public:
  explicit RowMoments(DType lane) : deviations_(lane) { ordered = revisits = true; }
  Parts first_visit(Emitter& e) override { return {e.zero(e.b.getDoubleTy())}; }
  void begin_visit(Emitter& e, const Parts& state) override {
    shift_ = state[0];
    shifts_ = e.splat(shift_);
  }
  Parts identity(Emitter& e) override {
    llvm::Value* zero = e.zero(e.vector(DType::float64));
    return {zero, zero};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* x = float_parts(e, values[0], false)[0];
    const Parts next = deviations_.take(e, acc[0], acc[1], x, shifts_);
    for (std::size_t k = 0; k < acc.size(); ++k) acc[k] = e.only_live(next[k], acc[k]);
  }
  Parts only(Emitter& e, const Sources& values) override {
    llvm::Value* x = float_parts(e, values[0], false)[0];
    llvm::Value* deviation = deviations_.from(e, x, shifts_);
    deviation = e.only_live(deviation, e.zero(deviation->getType()));
    const Exactly exact(e);
    return {deviation, e.b.CreateFMul(deviation, deviation)};
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc = combine_floats(e, Op::sum, acc, other, false);
  }
  llvm::Value* end_visit(Emitter& e, const std::vector<Parts>& acc, llvm::Value* n,
                         Parts& state) override {
    std::vector<Parts> sets = acc;
    while (sets.size() > 1) {
      const std::size_t half = sets.size() / 2;
      for (std::size_t k = 0; k < half; ++k) merge(e, sets[k], sets[k + half]);
      sets.resize(half);
    }
    const Parts sums = fold_lanes(e, sets[0], [&](const Parts& x, const Parts& y) {
      return combine_floats(e, Op::sum, x, y, false);
    });
    Exactly x(e);
    n_ = e.b.CreateSIToFP(n, e.b.getDoubleTy());
    // A reciprocal is the same for all rows.
    llvm::Value* one = llvm::ConstantFP::get(e.b.getDoubleTy(), 1.0);
    mean_ = e.b.CreateFMul(sums[0], e.b.CreateFDiv(one, n_));
    own_ = x.own(sums[0], sums[1], mean_);
    state[0] = e.b.CreateFAdd(shift_, mean_);
    return e.b.CreateFCmpOGT(x.times(e.b.CreateFMul(sums[0], mean_), 4), own_);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>&, llvm::Value*,
                      llvm::Value* slot) override {
    join_moments(e, slot, n_, deviations_.element(e, shift_), deviations_.element(e, mean_),
                 deviations_.squares(e, own_));
    return nullptr;
  }

 private:
  Deviations deviations_;
  // Of the visit under way or the last: the shift, scaled; what end_visit made of it.
  llvm::Value* shift_ = nullptr;
  llvm::Value* shifts_ = nullptr;
  llvm::Value* n_ = nullptr;
  llvm::Value* mean_ = nullptr;
  llvm::Value* own_ = nullptr;
};

// Per column the mean, as origin and offset, and a compensated sum of squared deviations; of a
// group its shift, the sum of deviations and that of their squares. All are scaled.
class ColumnMoments : public ColumnReducer {
 public:
  explicit ColumnMoments(DType lane) : deviations_(lane) { by_lane = true; }
  Parts identity(Emitter& e) override { return Parts(4, e.zero(e.vector(DType::float64))); }
  Parts open(Emitter& e, const Parts& acc) override {
    llvm::Value* zero = e.zero(e.vector(DType::float64));
    const Exactly x(e);
    return {e.b.CreateFAdd(acc[0], acc[1]), zero, zero};
  }
  void update(Emitter& e, Parts& group, const Sources& values) override {
    llvm::Value* x = float_parts(e, values[0], false)[0];
    llvm::Value* first = e.b.CreateICmpEQ(e.place.position, e.b.getInt64(0));
    take(e, group, x, e.b.CreateSelect(first, deviations_.scaled(e, x), group[0]));
  }
  void update_rows(Emitter& e, Parts& group, const std::vector<Sources>& rows) override {
    std::vector<llvm::Value*> xs, quarters;
    for (const Sources& row : rows) {
      xs.push_back(float_parts(e, row[0], false)[0]);
      quarters.push_back(Exactly(e).times(deviations_.scaled(e, xs.back()), 0.25));
    }
    static_assert(kernel::kNarrowSumRows == 4);
    llvm::Value* mean = nullptr;
    {
      const Exactly x(e);
      mean = e.b.CreateFAdd(e.b.CreateFAdd(quarters[0], quarters[1]),
                            e.b.CreateFAdd(quarters[2], quarters[3]));
    }
    llvm::Value* first = e.b.CreateICmpEQ(e.place.position, e.b.getInt64(0));
    llvm::Value* shift = e.b.CreateSelect(first, mean, group[0]);
    for (llvm::Value* x : xs) take(e, group, x, shift);
  }
  // Chan, Golub and LeVeque's update.
  Parts close(Emitter& e, const Parts& acc, const Parts& group) override {
    auto& b = e.b;
    Exactly x(e);
    const auto number = [&](llvm::Value* i) { return b.CreateSIToFP(i, b.getDoubleTy()); };
    llvm::Value* old = number(e.place.group);
    llvm::Value* more = number(e.place.group_rows);
    llvm::Value* one = llvm::ConstantFP::get(b.getDoubleTy(), 1.0);
    llvm::Value* mean = b.CreateFMul(group[1], e.splat(b.CreateFDiv(one, more)));
    llvm::Value* own = x.own(group[1], group[2], mean);
    llvm::Value* begins = b.CreateICmpEQ(e.place.group, b.getInt64(0));
    llvm::Value* origin = b.CreateSelect(begins, group[0], acc[0]);
    llvm::Value* away = b.CreateFSub(b.CreateFSub(group[0], origin), acc[1]);
    llvm::Value* delta = b.CreateFAdd(away, mean);
    llvm::Value* share = b.CreateFDiv(more, b.CreateFAdd(old, more));
    llvm::Value* moved = b.CreateFMul(delta, e.splat(share));
    llvm::Value* between = b.CreateFMul(b.CreateFMul(moved, e.splat(old)), delta);
    const Exactly::Total total = x.add({acc[2], acc[3]}, own, between);
    return {origin, b.CreateFAdd(acc[1], moved), total.sum, total.rest};
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    auto& b = e.b;
    Exactly x(e);
    llvm::Value* total = b.CreateSelect(x.is_finite(acc[2]), b.CreateFAdd(acc[2], acc[3]), acc[2]);
    std::vector<llvm::Value*> memory;
    for (llvm::Value* part : {deviations_.element(e, acc[0]), deviations_.element(e, acc[1]),
                              deviations_.squares(e, total)}) {
      memory.push_back(e.reserve(8 * std::uint64_t{e.lanes}));
      b.CreateAlignedStore(part, memory.back(), llvm::Align(8));
    }
    llvm::Value* n = b.CreateSIToFP(e.place.rows, b.getDoubleTy());
    for_live_lanes(e, [&](llvm::Value* lane) {
      std::vector<llvm::Value*> own;
      for (llvm::Value* at : memory) {
        llvm::Value* from = b.CreateGEP(b.getDoubleTy(), at, lane);
        own.push_back(b.CreateAlignedLoad(b.getDoubleTy(), from, llvm::Align(8)));
      }
      llvm::Value* offset = b.CreateMul(lane, b.getInt64(sizeof(kernel::Moments)));
      join_moments(e, b.CreateGEP(b.getInt8Ty(), slot, offset), n, own[0], own[1], own[2]);
    });
  }

 private:
  void take(Emitter& e, Parts& group, llvm::Value* x, llvm::Value* shift) const {
    const Parts next = deviations_.take(e, group[1], group[2], x, shift);
    group = {shift, next[0], next[1]};
  }
  Deviations deviations_;
};

}  // namespace

std::unique_ptr<RowReducer> make_row_moments(DType lane) {
  return std::make_unique<RowMoments>(lane);
}
std::unique_ptr<ColumnReducer> make_column_moments(DType lane) {
  return std::make_unique<ColumnMoments>(lane);
}

void for_live_lanes(Emitter& e, const std::function<void(llvm::Value* lane)>& f) {
  auto& b = e.b;
  llvm::Value* const live = e.live_count;
  llvm::Value* const end = live != nullptr ? live : b.getInt64(e.lanes);
  e.live_count = nullptr;
  Carried none;
  e.loop(b.getInt64(0), end, b.getInt64(1), none, false,
         [&](llvm::Value* lane, Carried&) { f(lane); });
  e.live_count = live;
}

}  // namespace tightloop::jit
