// Sums of halves along the inner loop: neighbours are added in float32 before they are widened, in
// the fixed tree of kernel::kNarrowSumLanes.
#include "jit/lane_folds.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {
namespace {

class NarrowSum : public RowReducer {
 public:
  NarrowSum() {
    ordered = true;
    takes_groups = true;
  }
  Parts identity(Emitter& e) override { return {e.floats(wide_type(e), -0.0)}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    // What was gathered from steps of fewer lanes has its -0 already.
    add(e, acc, e.lanes == kernel::kSumLanes ? group_of(e, {values}) : values[0].re);
  }
  void update_all(Emitter& e, std::vector<Parts>& acc, const std::vector<Sources>& steps) override {
    add(e, acc[0], group_of(e, steps));
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    acc[0] = e.b.CreateFAdd(acc[0], other[0]);
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    auto& b = e.b;
    const Parts sum = fold_lanes(
        e, acc[0], [&](const Parts& x, const Parts& y) { return Parts{b.CreateFAdd(x[0], y[0])}; });
    llvm::Value* old = b.CreateAlignedLoad(b.getDoubleTy(), slot, llvm::Align(8));
    b.CreateAlignedStore(b.CreateFAdd(old, sum[0]), slot, llvm::Align(8));
    return nullptr;
  }

 private:
  static void add(Emitter& e, Parts& acc, llvm::Value* x) {
    for (unsigned half = kernel::kSumLanes / 2; half >= kernel::kNarrowSumLanes; half /= 2) {
      x = e.b.CreateFAdd(e.slice(x, 0, half), e.slice(x, half, half));
    }
    acc[0] = e.b.CreateFAdd(acc[0], e.b.CreateFPExt(x, wide_type(e)));
  }
  static llvm::Type* wide_type(Emitter& e) {
    return llvm::FixedVectorType::get(e.b.getDoubleTy(), kernel::kNarrowSumLanes);
  }
};

}  // namespace

std::unique_ptr<RowReducer> make_narrow_sum() {
  return std::make_unique<NarrowSum>();
}

llvm::Value* group_of(Emitter& e, const std::vector<Sources>& steps) {
  std::vector<llvm::Value*> pieces;
  for (const Sources& step : steps) {
    llvm::Value* x = step[0].re;
    pieces.push_back(e.only_live(x, e.floats(x->getType(), -0.0)));
  }
  return e.concat(std::move(pieces));
}

}  // namespace tightloop::jit
