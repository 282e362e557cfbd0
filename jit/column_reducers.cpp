// Reductions along the outer loop: every lane is a column of its own, rows are taken in order.
// Narrow integers accumulate in 32 bits, which kMaxReduceBlock rows cannot overflow.
#include <llvm/IR/Intrinsics.h>

#include "jit/floats.hpp"
#include "jit/integers.hpp"
#include "jit/lane_folds.hpp"
#include "jit/memory.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {

void ColumnReducer::update_rows(Emitter& e, Parts& acc, const std::vector<Sources>& rows) {
  llvm::Value* const first = e.place.position;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (k > 0) e.place.position = e.b.CreateAdd(first, e.b.getInt64(k));
    update(e, acc, rows[k]);
  }
  e.place.position = first;
}

namespace {

class FloatFold : public ColumnReducer {
 public:
  explicit FloatFold(const kernel::KernelReduce& r)
      : op_(r.op), acc_(r.acc), narrow_first_(r.narrow_first) {}
  Parts identity(Emitter& e) override {
    return float_identity(e, op_, acc_, e.vector(DType::float64));
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    acc = combine_floats(e, op_, acc, float_parts(e, values[0], false), e.fast_math);
  }
  void update_rows(Emitter& e, Parts& acc, const std::vector<Sources>& rows) override {
    if (!narrow_first_) return ColumnReducer::update_rows(e, acc, rows);
    const auto sum = [&](std::size_t k) {
      return e.b.CreateFAdd(rows[k][0].re, rows[k + 1][0].re);
    };
    update(e, acc, {{DType::float32, e.b.CreateFAdd(sum(0), sum(2)), nullptr}});
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    const Value old = load_elements(e, acc_, slot);
    const Parts total = combine_floats(e, op_, float_parts(e, old, false), acc, false);
    store_elements(e, acc_, slot, {acc_, total[0], total.size() > 1 ? total[1] : nullptr}, false);
  }

 private:
  Op op_;
  DType acc_;
  bool narrow_first_;
};

llvm::Value* widen(Emitter& e, llvm::Value* v, DType from, unsigned bits) {
  llvm::Type* type = e.int_vector(bits);
  if (v->getType() == type) return v;
  return is_signed_int(from) ? e.b.CreateSExt(v, type) : e.b.CreateZExt(v, type);
}

class IntSum : public ColumnReducer {
 public:
  IntSum(const kernel::KernelReduce& r, DType lane)
      : acc_(r.acc), lane_(lane), bits_(bits_of(lane) <= 16 ? 32 : 64) {}
  Parts identity(Emitter& e) override { return {e.zero(e.int_vector(bits_))}; }
  // 16 bits hold the sum of a group's bytes.
  Parts open(Emitter& e, const Parts& acc) override {
    return adds_bytes() ? Parts{e.zero(e.int_vector(16))} : acc;
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    const unsigned bits = acc[0]->getType()->getScalarSizeInBits();
    acc[0] = e.b.CreateAdd(acc[0], widen(e, values[0].re, lane_, bits));
  }
  Parts close(Emitter& e, const Parts& acc, const Parts& group) override {
    static_assert(kGroup * 255 < 1 << 15);
    if (!adds_bytes()) return group;
    return {e.b.CreateAdd(acc[0], widen(e, group[0], lane_, bits_))};
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    const Value old = load_elements(e, acc_, slot);
    llvm::Value* total = e.b.CreateAdd(old.re, widen(e, acc[0], lane_, 64));
    store_elements(e, acc_, slot, {acc_, total}, false);
  }

 private:
  bool adds_bytes() const { return bits_of(lane_) == 8; }
  DType acc_;
  DType lane_;
  unsigned bits_;
};

class IntProduct : public ColumnReducer {
 public:
  IntProduct(const kernel::KernelReduce& r, DType lane)
      : acc_(r.acc), lane_(lane), check_(r.check) {}
  Parts identity(Emitter& e) override { return {e.ints(e.int_vector(64), 1)}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    acc[0] =
        int_arithmetic(e, Op::multiply, acc_, acc[0], widen(e, values[0].re, lane_, 64), check_);
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    const Value old = load_elements(e, acc_, slot);
    llvm::Value* total = int_arithmetic(e, Op::multiply, acc_, old.re, acc[0], check_);
    store_elements(e, acc_, slot, {acc_, total}, false);
  }

 private:
  DType acc_;
  DType lane_;
  bool check_;
};

class Extremum : public ColumnReducer {
 public:
  Extremum(const kernel::KernelReduce& r, DType lane)
      : maximum_(r.op == Op::max), acc_(r.acc), lane_(lane) {}
  Parts identity(Emitter& e) override {
    llvm::Type* type = e.vector(lane_);
    if (is_float(lane_)) return {llvm::ConstantFP::getInfinity(type, maximum_)};
    return {int_extreme(e, !maximum_, lane_, type)};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    acc[0] = combine(e, acc[0], values[0].re);
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    const Value old = load_elements(e, acc_, slot);
    store_elements(e, acc_, slot, {lane_, combine(e, old.re, acc[0])}, false);
  }

 private:
  llvm::Value* combine(Emitter& e, llvm::Value* x, llvm::Value* y) {
    return is_float(lane_) ? float_extremum(e, maximum_, x, y)
                           : int_extremum(e, maximum_, lane_, x, y);
  }
  bool maximum_;
  DType acc_;
  DType lane_;
};

// any and all, min and max of bools, in bytes: masks would have to be kept in mask registers.
class BoolFold : public ColumnReducer {
 public:
  explicit BoolFold(const kernel::KernelReduce& r) : any_(r.op == Op::any || r.op == Op::max) {}
  Parts identity(Emitter& e) override { return {e.ints(e.int_vector(8), any_ ? 0 : 1)}; }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* byte = e.b.CreateZExt(values[0].re, acc[0]->getType());
    acc[0] = any_ ? e.b.CreateOr(acc[0], byte) : e.b.CreateAnd(acc[0], byte);
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    llvm::Value* columns = e.b.CreateICmpNE(acc[0], e.zero(acc[0]->getType()));
    llvm::Value* old = load_elements(e, bool_, slot).re;
    llvm::Value* total = any_ ? e.b.CreateOr(old, columns) : e.b.CreateAnd(old, columns);
    store_elements(e, bool_, slot, {bool_, total}, false);
  }

 private:
  bool any_;
};

}  // namespace

std::unique_ptr<ColumnReducer> make_column_moments(DType lane);
std::unique_ptr<ColumnReducer> make_column_position(const kernel::KernelReduce& r, DType lane);

std::unique_ptr<ColumnReducer> make_column_reducer(const kernel::KernelReduce& r, DType lane) {
  if (r.op == Op::var) return make_column_moments(lane);
  if (kernel::is_position(r.op)) return make_column_position(r, lane);
  if (is_ordered(r)) return std::make_unique<FloatFold>(r);
  if (r.op == Op::sum) return std::make_unique<IntSum>(r, lane);
  if (r.op == Op::prod) return std::make_unique<IntProduct>(r, lane);
  if (is_bool(lane)) return std::make_unique<BoolFold>(r);
  return std::make_unique<Extremum>(r, lane);
}

}  // namespace tightloop::jit
