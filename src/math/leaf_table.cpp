// find_leaf: an op, a lane type and a vector width to the address of the leaf.
#include "math/leaf.hpp"

#include "math/complex_leaves.hpp"
#include "math/leaf_set.hpp"
#include "math/library.hpp"

namespace tightloop::math {
namespace {

constexpr int kNoRow = -1;

int row_of(Op op) {
  switch (op) {
#define TIGHTLOOP_LEAF(name, arity) \
  case Op::name:                    \
    return static_cast<int>(LeafRow::name);
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
    default: return kNoRow;
  }
}

/// The row among the leaves for halves.
int half_row_of(Op op) {
  switch (op) {
#define TIGHTLOOP_HALF_LEAF(name) \
  case Op::name:                  \
    return static_cast<int>(HalfLeafRow::name);
#include "math/half_leaves.def"
#undef TIGHTLOOP_HALF_LEAF
    default: return kNoRow;
  }
}

template <class T>
LeafFn address_1(T (*f)(T)) {
  return reinterpret_cast<LeafFn>(f);
}
template <class T>
LeafFn address_2(T (*f)(T, T)) {
  return reinterpret_cast<LeafFn>(f);
}

/// One lane, on any architecture.
template <class T>
LeafFn scalar_leaf(int row) {
  switch (static_cast<LeafRow>(row)) {
#define TIGHTLOOP_LEAF(name, arity) \
  case LeafRow::name:               \
    return address_##arity<T>(library::name);
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
    case LeafRow::count: break;
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

void* find_leaf(Op op, DType precision, int lanes) {
  if (is_complex(precision)) return lanes == 1 ? find_complex_leaf(op, precision) : nullptr;
  const int row = row_of(op);
  if (row == kNoRow || !is_float(precision)) return nullptr;
  const bool wide = precision == DType::float64;
  if (lanes == 1) {
    return reinterpret_cast<void*>(wide ? scalar_leaf<double>(row) : scalar_leaf<float>(row));
  }
  if (lanes < 1 || lanes > 16) return nullptr;
  const LeafSet* set = set_of(lanes * (wide ? 8 : 4));
  if (set == nullptr) return nullptr;
  const int half_row = is_half(precision) ? half_row_of(op) : kNoRow;
  if (half_row != kNoRow) return reinterpret_cast<void*>(set->half[half_row]);
  return reinterpret_cast<void*>(wide ? set->f64[row] : set->f32[row]);
}

}  // namespace tightloop::math
