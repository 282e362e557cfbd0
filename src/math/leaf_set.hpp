// The leaves of one instruction set as plain data, so that no code compiled for it runs unasked.
#pragma once

#include <cstddef>

namespace tightloop::math {

/// A leaf of any signature; converted back by whoever calls it.
using LeafFn = void (*)();

/// Order of the rows of a LeafSet.
enum class LeafRow {
#define TIGHTLOOP_LEAF(name, arity) name,
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
  count
};
inline constexpr int kLeafRows = static_cast<int>(LeafRow::count);

/// Order of the rows of LeafSet::half.
enum class HalfLeafRow {
#define TIGHTLOOP_HALF_LEAF(name) name,
#include "math/half_leaves.def"
#undef TIGHTLOOP_HALF_LEAF
  count
};
inline constexpr int kHalfLeafRows = static_cast<int>(HalfLeafRow::count);

/// Calls a leaf for n elements; y is null for a leaf of one operand. Lanes past n are filled with
/// element n - 1.
template <class T>
using LeafLoop = void (*)(LeafFn leaf, const T* x, const T* y, T* out, std::size_t n);

struct LeafSet {
  LeafFn f64[kLeafRows];
  LeafFn f32[kLeafRows];
  LeafFn half[kHalfLeafRows];
  LeafLoop<double> loop64;
  LeafLoop<float> loop32;
};

#if defined(__x86_64__)
extern const LeafSet kLeavesV2;
extern const LeafSet kLeavesV3;
extern const LeafSet kLeavesV4;
#endif

}  // namespace tightloop::math
