// var in kernels: scaled sums of half of x - K and of its square in float64, where K is the block's
// own first element, so that no data are far from it; each block then joins the moments of those
// before (plan::Moments, which says why halves, and scaled).
#include "jit/lane_folds.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {
namespace {

using Doubles = llvm::Value*;

// Adds `n` elements to a slot: s1 is the scaled sum of their half deviations from k, s2 that of the
// squares of these. A k that is too small for its half to be exact makes no square above zero.
void join_moments(Emitter& e, llvm::Value* slot, Doubles n, Doubles k, Doubles s1, Doubles s2) {
  auto& b = e.b;
  const llvm::IRBuilderBase::FastMathFlagGuard guard(b);
  b.setFastMathFlags({});
  llvm::Type* f64 = b.getDoubleTy();
  const auto field = [&](unsigned i) { return b.CreateConstGEP1_32(f64, slot, i); };
  const auto store = [&](unsigned i, llvm::Value* v) {
    b.CreateAlignedStore(v, field(i), llvm::Align(8));
  };
  const auto load = [&](unsigned i) { return b.CreateAlignedLoad(f64, field(i), llvm::Align(8)); };
  llvm::Value* zero = e.zero(f64);
  const auto scaled = [&](llvm::Value* v, double by) {
    return b.CreateFMul(v, llvm::ConstantFP::get(f64, by));
  };
  llvm::Value* half_mean = scaled(b.CreateFDiv(s1, n), 1 / plan::kDeviationScale);
  llvm::Value* own = b.CreateFSub(s2, b.CreateFMul(s1, half_mean));
  own = b.CreateSelect(b.CreateFCmpOLT(own, zero), zero, own);
  llvm::Value* infinity = llvm::ConstantFP::getInfinity(f64);
  llvm::Value* overflows =
      b.CreateAnd(b.CreateFCmpOEQ(s2, infinity), b.CreateFCmpORD(b.CreateFSub(s1, s1), zero));
  own = scaled(b.CreateSelect(overflows, infinity, own), 4 / plan::kDeviationScale);
  llvm::Value* old_count = load(0);
  llvm::Value* origin = b.CreateSelect(b.CreateFCmpOEQ(old_count, zero), k, load(1));
  llvm::Value* old_offset = load(2);
  llvm::Value* count = b.CreateFAdd(old_count, n);
  llvm::Value* delta =
      b.CreateFAdd(b.CreateFSub(k, origin), b.CreateFSub(scaled(half_mean, 2), old_offset));
  llvm::Value* moved = b.CreateFMul(delta, b.CreateFDiv(n, count));
  llvm::Value* between = b.CreateFMul(b.CreateFMul(moved, old_count), delta);
  llvm::Value* within = b.CreateFAdd(load(3), own);
  llvm::Value* total =
      b.CreateSelect(b.CreateFCmpOEQ(within, infinity), within, b.CreateFAdd(within, between));
  store(0, count);
  store(1, origin);
  store(2, b.CreateFAdd(old_offset, moved));
  store(3, total);
}

// How a block's elements are summed. Narrow lanes cannot overflow in float64: of these the
// deviations themselves are added, and scaled at the end, which gives the same bits.
struct Deviations {
  explicit Deviations(DType lane) : narrow(lane != DType::float64) {}

  /// K as take() needs it.
  llvm::Value* origin(Emitter& e, llvm::Value* x) const {
    return narrow ? x : e.b.CreateFMul(x, llvm::ConstantFP::get(x->getType(), 0.5));
  }
  llvm::Value* element(Emitter& e, llvm::Value* origin) const {
    return narrow ? origin : e.b.CreateFMul(origin, llvm::ConstantFP::get(origin->getType(), 2));
  }
  /// Adds x less K and the square of that to s1 and s2; `contract` as in combine_floats. The first
  /// step may be fused: halves are exact, unless so small that no square is above zero.
  Parts take(Emitter& e, llvm::Value* s1, llvm::Value* s2, llvm::Value* x,
             llvm::Value* origin) const {
    auto& b = e.b;
    const llvm::IRBuilderBase::FastMathFlagGuard guard(b);
    b.setFastMathFlags({});
    const auto constant = [&](double c) { return llvm::ConstantFP::get(x->getType(), c); };
    llvm::Value* deviation = nullptr;
    if (narrow) {
      deviation = b.CreateFSub(x, origin);
    } else {
      deviation = b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {x->getType()},
                                    {x, constant(0.5), b.CreateFNeg(origin)});
    }
    llvm::Value* scaled =
        narrow ? deviation : b.CreateFMul(deviation, constant(plan::kDeviationScale));
    llvm::Value* sum = b.CreateFAdd(s1, scaled);
    llvm::FastMathFlags flags;
    flags.setAllowContract(e.fast_math);
    b.setFastMathFlags(flags);
    return {sum, b.CreateFAdd(s2, b.CreateFMul(scaled, deviation))};
  }
  /// The sums as join_moments takes them.
  Parts finish(Emitter& e, llvm::Value* s1, llvm::Value* s2) const {
    if (!narrow) return {s1, s2};
    const auto scaled = [&](llvm::Value* v, double by) {
      return e.b.CreateFMul(v, llvm::ConstantFP::get(v->getType(), by));
    };
    return {scaled(s1, plan::kDeviationScale / 2), scaled(s2, plan::kDeviationScale / 4)};
  }

  bool narrow;
};

class RowMoments : public RowReducer {
 public:
  explicit RowMoments(DType lane) : deviations_(lane) { ordered = needs_start = true; }
  void start(Emitter& e, const Sources& values) override {
    llvm::Value* x = float_parts(e, values[0], false)[0];
    first_ = e.b.CreateExtractElement(x, std::uint64_t{0});
    origin_ = deviations_.origin(e, e.splat(first_));
  }
  Parts identity(Emitter& e) override {
    llvm::Value* zero = e.zero(e.vector(DType::float64));
    return {zero, zero};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* x = float_parts(e, values[0], false)[0];
    const Parts next = deviations_.take(e, acc[0], acc[1], x, origin_);
    for (std::size_t k = 0; k < acc.size(); ++k) acc[k] = e.only_live(next[k], acc[k]);
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc = combine_floats(e, Op::sum, acc, other, false);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value* n0,
                      llvm::Value* slot) override {
    std::vector<Parts> sets = acc;
    while (sets.size() > 1) {
      const std::size_t half = sets.size() / 2;
      for (std::size_t k = 0; k < half; ++k) merge(e, sets[k], sets[k + half]);
      sets.resize(half);
    }
    const Parts folded = fold_lanes(e, sets[0], [&](const Parts& x, const Parts& y) {
      return combine_floats(e, Op::sum, x, y, false);
    });
    const Parts sums = deviations_.finish(e, folded[0], folded[1]);
    llvm::Value* n = e.b.CreateSIToFP(n0, e.b.getDoubleTy());
    join_moments(e, slot, n, first_, sums[0], sums[1]);
    return nullptr;
  }

 private:
  Deviations deviations_;
  llvm::Value* first_ = nullptr;
  llvm::Value* origin_ = nullptr;
};

// Parts: K, the sum of deviations, the sum of their squares, as Deviations has them; per column.
class ColumnMoments : public ColumnReducer {
 public:
  explicit ColumnMoments(DType lane) : deviations_(lane) { by_lane = true; }
  Parts identity(Emitter& e) override {
    llvm::Value* zero = e.zero(e.vector(DType::float64));
    return {zero, zero, zero};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* x = float_parts(e, values[0], false)[0];
    llvm::Value* is_first = e.b.CreateICmpEQ(e.place.position, e.b.getInt64(0));
    llvm::Value* origin = e.b.CreateSelect(is_first, deviations_.origin(e, x), acc[0]);
    const Parts next = deviations_.take(e, acc[1], acc[2], x, origin);
    acc = {origin, next[0], next[1]};
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    auto& b = e.b;
    std::vector<llvm::Value*> memory;
    for (llvm::Value* part : acc) {
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
      llvm::Value* offset = b.CreateMul(lane, b.getInt64(sizeof(plan::Moments)));
      const Parts sums = deviations_.finish(e, own[1], own[2]);
      join_moments(e, b.CreateGEP(b.getInt8Ty(), slot, offset), n, deviations_.element(e, own[0]),
                   sums[0], sums[1]);
    });
  }

 private:
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
