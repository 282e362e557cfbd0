// Turns operands over an iteration space into the loops of a stage: order of the axes, collapsing,
// which loop is the kernel's inner one, and how reductions are cut into blocks.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/loop_plan.hpp"
#include "plan/machine_model.hpp"

namespace tightloop::plan {

/// An operand before the loops are known: byte strides by axis of the iteration space (0 on reduced
/// axes for those of the epilogue).
struct AxisOperand {
  Operand operand;
  std::vector<std::int64_t> strides;
  bool is_store = false;
  bool in_epilogue = false;
  bool is_accumulator = false;  ///< addressed by position in the tile, whatever the strides
};

/// The axes that a stage has in common with others of its pass: they stay loops of their own that
/// run upwards. `kind` is that of the same stage without a pass, so that its results are the same.
struct CommonAxes {
  std::vector<int> axes;
  kernel::KernelKind kind = kernel::KernelKind::map;
};

/// Chooses the loops and fills in m, r and common of `stage`, the kernel kind, and m and r strides
/// of every operand. `extents` is the iteration space, `mask` its reduced axes. `common` may be
/// null.
void choose_loops(Stage& stage, const Dims& extents, std::uint32_t mask, bool reduces,
                  std::vector<AxisOperand>& operands, const CommonAxes* common);

/// Chooses how an operand is read or written along the kernel's inner loop, of that stride and
/// extent, and whether it is packed; `load` is null for stores. Bytes in the other order are the
/// kernel's concern: they are packed as they are.
void choose_access(AxisOperand& o, kernel::KernelLoad* load, std::int64_t stride,
                   std::int64_t extent);

/// Computes the blocking of a reduction stage whose loops are chosen: blocks and chunks follow from
/// shape and layout (kernel::cut_reduction), what tasks take together from the machine. `ordered`
/// says whether a reduction depends on order.
Blocking choose_blocking(const Stage& stage, kernel::KernelKind kind, bool ordered,
                         const MachineModel& machine);

/// Returns how many elements of each packed operand of a nest go through scratch memory at a time.
std::int64_t packed_elements(const Nest& nest, const MachineModel& machine);

}  // namespace tightloop::plan
