// The leaves of one instruction set as plain data, so that no code compiled for it runs unasked.
#pragma once

namespace tightloop::math {

/// A leaf of any signature; converted back by whoever calls it.
using LeafFn = void (*)();

/// Order of the rows of a LeafSet.
enum class LeafRow {
  pow,
  cbrt,
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  tanh,
  erf,
  atan2,
  hypot
};
inline constexpr int kLeafRows = 16;

struct LeafSet {
  LeafFn f64[kLeafRows];
  LeafFn f32[kLeafRows];
};

#if defined(__x86_64__)
extern const LeafSet kLeavesV2;
extern const LeafSet kLeavesV3;
extern const LeafSet kLeavesV4;
#endif

}  // namespace tightloop::math
