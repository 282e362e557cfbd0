// Operators of reductions. The order of every fold of floats is part of the plan's contract
// (kernel::kSumLanes), so none may be reassociated.
#include "jit/lane_folds.hpp"

#include "jit/floats.hpp"

namespace tightloop::jit {

std::vector<llvm::Value*> fold_lanes(
    Emitter& e, std::vector<llvm::Value*> vectors,
    const std::function<std::vector<llvm::Value*>(const std::vector<llvm::Value*>&,
                                                  const std::vector<llvm::Value*>&)>& f) {
  const auto* type = llvm::cast<llvm::FixedVectorType>(vectors[0]->getType());
  for (unsigned half = type->getNumElements() / 2; half != 0; half /= 2) {
    std::vector<llvm::Value*> low;
    std::vector<llvm::Value*> high;
    for (llvm::Value* v : vectors) {
      low.push_back(e.slice(v, 0, half));
      high.push_back(e.slice(v, half, half));
    }
    vectors = f(low, high);
  }
  for (llvm::Value*& v : vectors) v = e.b.CreateExtractElement(v, std::uint64_t{0});
  return vectors;
}

std::vector<llvm::Value*> combine_floats(Emitter& e, Op op, const std::vector<llvm::Value*>& x,
                                         const std::vector<llvm::Value*>& y, bool contract) {
  auto& b = e.b;
  const llvm::IRBuilderBase::FastMathFlagGuard guard(b);
  llvm::FastMathFlags flags;
  flags.setAllowContract(contract);
  b.setFastMathFlags(flags);
  if (op == Op::prod && x.size() == 2) {
    const Value product =
        complex_multiply(e, {DType::complex128, x[0], x[1]}, {DType::complex128, y[0], y[1]});
    return {product.re, product.im};
  }
  std::vector<llvm::Value*> result;
  for (std::size_t k = 0; k < x.size(); ++k) {
    result.push_back(op == Op::sum ? b.CreateFAdd(x[k], y[k]) : b.CreateFMul(x[k], y[k]));
  }
  return result;
}

std::vector<llvm::Value*> float_parts(Emitter& e, const Value& v, bool keep) {
  const auto widen = [&](llvm::Value* p) {
    return keep || p->getType()->getScalarType()->isDoubleTy()
               ? p
               : e.b.CreateFPExt(p, e.vector(DType::float64));
  };
  if (!is_complex(v.type)) return {widen(v.re)};
  return {widen(v.re), widen(v.im)};
}

std::vector<llvm::Value*> float_identity(Emitter& e, Op op, DType acc, llvm::Type* part) {
  if (op == Op::prod) {
    if (is_complex(acc)) return {e.floats(part, 1.0), e.floats(part, 0.0)};
    return {e.floats(part, 1.0)};
  }
  if (is_complex(acc)) return {e.floats(part, -0.0), e.floats(part, -0.0)};
  return {e.floats(part, -0.0)};
}

llvm::Constant* int_extreme(Emitter& e, bool largest, DType t, llvm::Type* type) {
  const unsigned bits = bits_of(t);
  if (!is_signed_int(t)) return e.ints(type, largest ? ~std::uint64_t{0} : 0);
  const std::uint64_t lowest = std::uint64_t{1} << (bits - 1);
  return e.ints(type, largest ? lowest - 1 : lowest);
}

void with_one_lane(Emitter& e, const std::function<void()>& f) {
  const unsigned lanes = e.lanes;
  llvm::Value* const live = e.live_count;
  e.lanes = 1;
  e.live_count = nullptr;
  f();
  e.lanes = lanes;
  e.live_count = live;
}

}  // namespace tightloop::jit
