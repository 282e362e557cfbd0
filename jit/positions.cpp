// argmin and argmax in kernels: beside the extreme of each lane, where its vector step stood. Which
// element wins does not depend on how the work is cut: the smallest C-order number among equals.
#include "jit/lane_folds.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {
namespace {

// Comparison of elements as vectors or scalars; bools are bytes.
class Order {
 public:
  Order(const kernel::KernelReduce& r, DType lane) : least_(r.op == Op::argmin), lane_(lane) {}

  llvm::Type* type(Emitter& e) const { return is_bool(lane_) ? e.b.getInt8Ty() : e.element(lane_); }
  llvm::Value* value(Emitter& e, const Value& v) const {
    return is_bool(lane_) ? e.b.CreateZExt(v.re, e.int_vector(8)) : v.re;
  }
  // What every element beats or equals.
  llvm::Constant* worst(Emitter& e) const {
    llvm::Type* vector = e.vector(type(e));
    if (is_float(lane_)) return llvm::ConstantFP::getInfinity(vector, !least_);
    if (is_bool(lane_)) return e.ints(vector, least_ ? 1 : 0);
    return int_extreme(e, least_, lane_, vector);
  }
  // x is more extreme than y: NaN is more than any number, and no more than NaN.
  llvm::Value* beats(Emitter& e, llvm::Value* x, llvm::Value* y) const {
    auto& b = e.b;
    if (is_float(lane_)) {
      llvm::Value* more = least_ ? b.CreateFCmpULT(x, y) : b.CreateFCmpUGT(x, y);
      return b.CreateAnd(more, b.CreateFCmpORD(y, y));
    }
    if (is_signed_int(lane_)) return least_ ? b.CreateICmpSLT(x, y) : b.CreateICmpSGT(x, y);
    return least_ ? b.CreateICmpULT(x, y) : b.CreateICmpUGT(x, y);
  }
  // x beats y, or equals it with a smaller number.
  llvm::Value* precedes(Emitter& e, llvm::Value* x, llvm::Value* at_x, llvm::Value* y,
                        llvm::Value* at_y) const {
    auto& b = e.b;
    llvm::Value* same = nullptr;
    if (is_float(lane_)) {
      llvm::Value* nan = b.CreateAnd(b.CreateFCmpUNO(x, x), b.CreateFCmpUNO(y, y));
      same = b.CreateOr(b.CreateFCmpOEQ(x, y), nan);
    } else {
      same = b.CreateICmpEQ(x, y);
    }
    return b.CreateOr(beats(e, x, y), b.CreateAnd(same, b.CreateICmpULT(at_x, at_y)));
  }

  // Puts an element and its number in their slot, if they precede what is there.
  void join(Emitter& e, llvm::Value* slot, llvm::Value* x, llvm::Value* number) const {
    auto& b = e.b;
    llvm::Value* number_at =
        b.CreateConstGEP1_64(b.getInt8Ty(), slot, offsetof(kernel::Position, index));
    llvm::Value* old = b.CreateAlignedLoad(type(e), slot, llvm::Align(8));
    llvm::Value* old_number = b.CreateAlignedLoad(b.getInt64Ty(), number_at, llvm::Align(8));
    llvm::Value* wins = precedes(e, x, number, old, old_number);
    b.CreateAlignedStore(b.CreateSelect(wins, x, old), slot, llvm::Align(8));
    b.CreateAlignedStore(b.CreateSelect(wins, number, old_number), number_at, llvm::Align(8));
  }

  // Positions within a block fit 16 bits, and masks of one width serve both registers.
  unsigned position_bits() const { return std::max(16u, bits_of(lane_)); }
  llvm::Value* position(Emitter& e) const {
    return e.splat(e.b.CreateTrunc(e.place.position, e.b.getIntNTy(position_bits())));
  }

 private:
  bool least_;
  DType lane_;
};
static_assert(kernel::kMaxReduceBlock <= 65536);

llvm::Value* number_of(Emitter& e, llvm::Value* position) {
  return e.b.CreateAdd(e.place.origin, e.b.CreateMul(position, e.place.stride));
}

// Parts: the extreme of each lane, and the position of the step that it came from.
class RowPosition : public RowReducer {
 public:
  explicit RowPosition(const Order& order) : order_(order) {}
  Parts identity(Emitter& e) override {
    return {order_.worst(e), e.zero(e.int_vector(order_.position_bits()))};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* x = order_.value(e, values[0]);
    llvm::Value* wins = order_.beats(e, x, acc[0]);
    wins = e.only_live(wins, e.zero(wins->getType()));
    acc = {e.b.CreateSelect(wins, x, acc[0]), e.b.CreateSelect(wins, order_.position(e), acc[1])};
  }
  void merge(Emitter& e, Parts& acc, const Parts& other) override {
    llvm::Value* wins = order_.precedes(e, other[0], other[1], acc[0], acc[1]);
    acc = {e.b.CreateSelect(wins, other[0], acc[0]), e.b.CreateSelect(wins, other[1], acc[1])};
  }
  llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value*,
                      llvm::Value* slot) override {
    auto& b = e.b;
    // Row kernels have at most kMaxReduceBlock elements a call, whose numbers fit 32 bits.
    llvm::Type* wide = e.int_vector(32);
    std::vector<llvm::Constant*> lanes;
    for (unsigned i = 0; i < e.lanes; ++i) lanes.push_back(b.getInt32(i));
    llvm::Value* at =
        b.CreateAdd(b.CreateZExtOrTrunc(acc[0][1], wide), llvm::ConstantVector::get(lanes));
    const Parts row = fold_lanes(e, {acc[0][0], at}, [&](const Parts& x, const Parts& y) {
      llvm::Value* wins = order_.precedes(e, y[0], y[1], x[0], x[1]);
      return Parts{b.CreateSelect(wins, y[0], x[0]), b.CreateSelect(wins, y[1], x[1])};
    });
    order_.join(e, slot, row[0], number_of(e, b.CreateZExt(row[1], b.getInt64Ty())));
    return nullptr;
  }

 private:
  Order order_;
};

// Parts: the extreme of each column, and the row that it came from.
class ColumnPosition : public ColumnReducer {
 public:
  explicit ColumnPosition(const Order& order) : order_(order) { by_lane = true; }
  Parts identity(Emitter& e) override {
    return {order_.worst(e), e.zero(e.int_vector(order_.position_bits()))};
  }
  void update(Emitter& e, Parts& acc, const Sources& values) override {
    llvm::Value* x = order_.value(e, values[0]);
    llvm::Value* wins = order_.beats(e, x, acc[0]);
    acc = {e.b.CreateSelect(wins, x, acc[0]), e.b.CreateSelect(wins, order_.position(e), acc[1])};
  }
  void finish(Emitter& e, const Parts& acc, llvm::Value* slot) override {
    auto& b = e.b;
    std::vector<llvm::Value*> memory;
    for (llvm::Value* part : acc) {
      memory.push_back(e.reserve(e.element_bits(part) / 8 * std::uint64_t{e.lanes}));
      b.CreateAlignedStore(part, memory.back(), llvm::Align(8));
    }
    const auto read = [&](std::size_t k, llvm::Value* lane) {
      llvm::Type* type = acc[k]->getType()->getScalarType();
      return b.CreateLoad(type, b.CreateGEP(type, memory[k], lane));
    };
    for_live_lanes(e, [&](llvm::Value* lane) {
      llvm::Value* offset = b.CreateMul(lane, b.getInt64(sizeof(kernel::Position)));
      llvm::Value* row = b.CreateZExt(read(1, lane), b.getInt64Ty());
      order_.join(e, b.CreateGEP(b.getInt8Ty(), slot, offset), read(0, lane), number_of(e, row));
    });
  }

 private:
  Order order_;
};

}  // namespace

std::unique_ptr<RowReducer> make_row_position(const kernel::KernelReduce& r, DType lane) {
  return std::make_unique<RowPosition>(Order(r, lane));
}
std::unique_ptr<ColumnReducer> make_column_position(const kernel::KernelReduce& r, DType lane) {
  return std::make_unique<ColumnPosition>(Order(r, lane));
}

}  // namespace tightloop::jit
