// The leaves of one instruction set as plain data, so that no code compiled for it runs unasked.
#pragma once

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

struct LeafSet {
  LeafFn f64[kLeafRows];
  LeafFn f32[kLeafRows];
  LeafFn half[kHalfLeafRows];
};

#if defined(__x86_64__)
extern const LeafSet kLeavesV2;
extern const LeafSet kLeavesV3;
extern const LeafSet kLeavesV4;
#endif

}  // namespace tightloop::math
