// Recognises contractions that are matrix products, and plans the blocks of one. In: a reduction of
// a product of aligned operands, their bodies and layouts. Out: a MatrixProduct.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/contraction.hpp"
#include "plan/loops.hpp"
#include "plan/partition.hpp"

namespace tightloop::plan {

/// Returns the factors of every reduction (by node) that is large enough in both directions to be
/// worth packing: at least 4 rows and 4 columns, 16 in one of them, and a depth of 4; or small: at
/// least 2 in each direction, at most 32 elements of depth and in one of the others. Depends on
/// shapes alone, because the kernels of other reductions round differently; nothing where events
/// are reported, which the kernels of products do not watch.
ProductFactors find_matrix_products(const ir::TypedGraph& graph, const std::vector<Dims>& shapes);

/// The dtype in which a matrix product leaves its sums: that of its factors for floats, 64-bit
/// integers otherwise.
DType product_dtype(const ir::TypedGraph& graph, ir::NodeId reduction,
                    const ir::AlignedProduct& product);

/// One factor: its kernel so far, the instruction that is its value, the values it can have if it
/// is an integer, and its extents in the joint space.
struct Factor {
  kernel::KernelPlan kernel;
  std::vector<ParamSource> params;
  std::uint32_t value = 0;
  Range range;
  Dims shape;
};

/// Plans the blocks. `extents` is the joint space, `mask` its summed axes; `operands` are the loads
/// of the left factor, those of the right, and the target, by axis of the joint space.
MatrixProduct make_matrix_product(const Dims& extents, std::uint32_t mask, Factor left,
                                  Factor right, std::vector<AxisOperand> operands,
                                  const MachineModel& machine);

}  // namespace tightloop::plan
