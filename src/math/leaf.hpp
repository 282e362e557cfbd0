// The table of vector math leaf functions that kernels call by address.
#pragma once

#include "tightloop/dtype.hpp"
#include "tightloop/op.hpp"

namespace tightloop::math {

/// Finds the leaf for an op of the table whose lowering is `math`; see kernel::FindLeaf. On x86-64:
/// lanes 2/4/8 (float64) and 4/8/16 (float32) for SSE2, AVX2+FMA and AVX-512 hosts. Elsewhere 1
/// lane. float16 and bfloat16 have leaves of float32 lanes, some of them only as exact as results
/// of these types need. Complex lanes have one leaf of lanes = 1, over memory: see
/// complex_leaves.hpp. Every op with lowering `math` has a leaf for every width. At most
/// info(op).max_ulp, special values as C99 Annex F. A lane's result depends on that lane's operands
/// alone.
void* find_leaf(Op op, DType precision, int lanes);

}  // namespace tightloop::math
