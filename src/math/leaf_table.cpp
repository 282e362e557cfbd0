// find_leaf: an op, a lane type and a vector width to the address of the leaf.
#include "math/leaf.hpp"

#include <cmath>

#include "math/leaf_set.hpp"

namespace tightloop::math {
namespace {

constexpr int kNoRow = -1;

int row_of(Op op) {
  switch (op) {
#define TIGHTLOOP_LEAF_ROW(name) \
  case Op::name: return static_cast<int>(LeafRow::name);
    TIGHTLOOP_LEAF_ROW(pow)
    TIGHTLOOP_LEAF_ROW(cbrt)
    TIGHTLOOP_LEAF_ROW(exp)
    TIGHTLOOP_LEAF_ROW(exp2)
    TIGHTLOOP_LEAF_ROW(expm1)
    TIGHTLOOP_LEAF_ROW(log)
    TIGHTLOOP_LEAF_ROW(log2)
    TIGHTLOOP_LEAF_ROW(log10)
    TIGHTLOOP_LEAF_ROW(log1p)
    TIGHTLOOP_LEAF_ROW(sin)
    TIGHTLOOP_LEAF_ROW(cos)
    TIGHTLOOP_LEAF_ROW(tan)
    TIGHTLOOP_LEAF_ROW(tanh)
    TIGHTLOOP_LEAF_ROW(erf)
    TIGHTLOOP_LEAF_ROW(atan2)
    TIGHTLOOP_LEAF_ROW(hypot)
#undef TIGHTLOOP_LEAF_ROW
    default: return kNoRow;
  }
}

template <class T>
LeafFn unary(T (*f)(T)) {
  return reinterpret_cast<LeafFn>(f);
}
template <class T>
LeafFn binary(T (*f)(T, T)) {
  return reinterpret_cast<LeafFn>(f);
}

/// The C library's functions: one lane, on any architecture.
template <class T>
LeafFn scalar_leaf(LeafRow row) {
  switch (row) {
    case LeafRow::pow: return binary<T>(std::pow);
    case LeafRow::cbrt: return unary<T>(std::cbrt);
    case LeafRow::exp: return unary<T>(std::exp);
    case LeafRow::exp2: return unary<T>(std::exp2);
    case LeafRow::expm1: return unary<T>(std::expm1);
    case LeafRow::log: return unary<T>(std::log);
    case LeafRow::log2: return unary<T>(std::log2);
    case LeafRow::log10: return unary<T>(std::log10);
    case LeafRow::log1p: return unary<T>(std::log1p);
    case LeafRow::sin: return unary<T>(std::sin);
    case LeafRow::cos: return unary<T>(std::cos);
    case LeafRow::tan: return unary<T>(std::tan);
    case LeafRow::tanh: return unary<T>(std::tanh);
    case LeafRow::erf: return unary<T>(std::erf);
    case LeafRow::atan2: return binary<T>(std::atan2);
    case LeafRow::hypot: return binary<T>(std::hypot);
  }
  return nullptr;
}

const LeafSet* set_of(int bytes) {
#if defined(__x86_64__)
  if (bytes == 16) return &kLeavesV2;
  if (bytes == 32) return &kLeavesV3;
  if (bytes == 64) return &kLeavesV4;
#endif
  (void)bytes;
  return nullptr;
}

}  // namespace

void* find_leaf(Op op, DType lane, int lanes) {
  const int row = row_of(op);
  if (row == kNoRow || (lane != DType::float32 && lane != DType::float64)) return nullptr;
  const bool wide = lane == DType::float64;
  if (lanes == 1) {
    const auto r = static_cast<LeafRow>(row);
    return reinterpret_cast<void*>(wide ? scalar_leaf<double>(r) : scalar_leaf<float>(r));
  }
  if (lanes < 1 || lanes > 16) return nullptr;
  const LeafSet* set = set_of(lanes * (wide ? 8 : 4));
  if (set == nullptr) return nullptr;
  return reinterpret_cast<void*>(wide ? set->f64[row] : set->f32[row]);
}

}  // namespace tightloop::math
