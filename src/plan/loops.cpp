// Loops from strides. Every axis of the iteration space has a stride in each operand. Four steps
// make loops of them: axes of extent 1 are dropped; an axis that all operands walk downwards, or
// not at all, is walked upwards; axes are sorted so that those with larger strides stand outside,
// where stores count before loads; neighbours that every operand walks as one axis are merged. A
// transposed or reversed array is thus read in the order in which it lies in memory, and a
// contiguous one of any rank is one loop.
// The sorted axes fall into those of outputs (m) and reduced ones (r). The innermost of all decides
// the kernel: a reduced one makes a row_reduce, whose inner loop adds one output's elements, else a
// column_reduce, whose inner loop adds one row to many outputs; short rows of many outputs are
// added as columns too. How sums are cut into blocks and chunks decides their bits and follows from
// shape and layout alone; how many outputs a task takes together follows from the machine.
// Common axes of a pass are neither flipped nor merged: they stay loops of their own, which all its
// stages walk upwards together.
#include "plan/loops.hpp"

#include <algorithm>
#include <cstdlib>

namespace tightloop::plan {
namespace {

struct Axis {
  std::int64_t extent;
  bool reduced;
  std::vector<std::int64_t> strides;  // one per operand
  bool common = false;
  int number = 0;  // of the iteration space
};

/// Shapes and strides of arrays without elements can be any numbers: of a space without elements
/// keeps only what its outputs need.
void forget_nothing(Dims& extents, std::uint32_t mask, std::vector<AxisOperand>& operands) {
  bool empty = false, no_outputs = false;
  for (int i = 0; i < extents.size(); ++i) {
    if (extents[i] != 0) continue;
    empty = true;
    no_outputs = no_outputs || ((mask >> i) & 1U) == 0;
  }
  if (!empty) return;
  for (AxisOperand& o : operands) {
    if (o.in_epilogue && !no_outputs) continue;
    std::fill(o.strides.begin(), o.strides.end(), 0);
    o.operand.offset = 0;
  }
  for (int i = 0; i < extents.size(); ++i) {
    if (no_outputs || ((mask >> i) & 1U) != 0) extents[i] = 0;
  }
}

/// Makes an axis run upwards where no operand runs upwards along it already.
void flip_descending(Axis& axis, std::vector<AxisOperand>& operands) {
  const bool any =
      std::any_of(axis.strides.begin(), axis.strides.end(), [](auto s) { return s < 0; });
  const bool up =
      std::any_of(axis.strides.begin(), axis.strides.end(), [](auto s) { return s > 0; });
  if (!any || up) return;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    operands[i].operand.offset += axis.strides[i] * (axis.extent - 1);
    axis.strides[i] = -axis.strides[i];
  }
}

/// True where `inner` should stand outside of `outer`: the first operand that moves along both
/// decides, stores before loads.
bool should_swap(const Axis& outer, const Axis& inner, const std::vector<AxisOperand>& operands) {
  for (const bool stores : {true, false}) {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (operands[i].in_epilogue || operands[i].is_store != stores) continue;
      const std::int64_t a = std::abs(outer.strides[i]);
      const std::int64_t b = std::abs(inner.strides[i]);
      if (a != 0 && b != 0 && a != b) return a < b;
    }
  }
  return false;
}

void sort_axes(std::vector<Axis>& axes, const std::vector<AxisOperand>& operands) {
  for (std::size_t i = 1; i < axes.size(); ++i) {
    for (std::size_t j = i; j > 0 && should_swap(axes[j - 1], axes[j], operands); --j) {
      std::swap(axes[j - 1], axes[j]);
    }
  }
}

/// Merges neighbours that every operand walks as one axis.
void collapse(std::vector<Axis>& axes) {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < axes.size(); ++i) {
    Axis& outer = axes[kept];
    Axis& inner = axes[i];
    bool one = !outer.common && !inner.common;
    for (std::size_t k = 0; k < outer.strides.size(); ++k) {
      std::int64_t whole = 0;
      one = one && !__builtin_mul_overflow(inner.strides[k], inner.extent, &whole) &&
            outer.strides[k] == whole;
    }
    if (one) {
      outer.extent *= inner.extent;
      outer.strides = inner.strides;
    } else if (++kept != i) {
      axes[kept] = std::move(inner);
    }
  }
  if (!axes.empty()) axes.resize(kept + 1);
}

/// The elements of the innermost axis, once neighbours are merged as far as the loads of the loop
/// go: where results are written does not decide how they are summed.
std::int64_t innermost_run(std::vector<Axis> axes, const std::vector<AxisOperand>& operands) {
  for (Axis& axis : axes) {
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (operands[i].in_epilogue) axis.strides[i] = 0;
    }
  }
  collapse(axes);
  return axes.empty() ? 1 : axes.back().extent;
}

std::vector<Axis> collect_axes(const Dims& extents, std::uint32_t mask,
                               std::vector<AxisOperand>& operands, const CommonAxes* common) {
  std::vector<Axis> axes;
  for (int i = 0; i < extents.size(); ++i) {
    if (extents[i] == 1) continue;
    Axis axis{extents[i], ((mask >> i) & 1U) != 0, {}, false, i};
    axis.common = common != nullptr &&
                  std::find(common->axes.begin(), common->axes.end(), i) != common->axes.end();
    for (const AxisOperand& o : operands) {
      axis.strides.push_back(o.is_accumulator ? 0 : o.strides[static_cast<std::size_t>(i)]);
    }
    if (!axis.common) flip_descending(axis, operands);
    axes.push_back(std::move(axis));
  }
  return axes;
}

void note_common(Stage& stage, const std::vector<Axis>& m, const std::vector<int>& axes) {
  for (const int axis : axes) {
    const auto at = std::find_if(m.begin(), m.end(),
                                 [&](const Axis& a) { return a.common && a.number == axis; });
    if (at == m.end()) throw Error(ErrorCode::internal, "a common axis is no loop of its stage");
    stage.common.push_back(static_cast<std::uint32_t>(at - m.begin()));
  }
}

}  // namespace

void choose_access(AxisOperand& o, kernel::KernelLoad* load, std::int64_t stride,
                   std::int64_t extent) {
  const auto size = static_cast<std::int64_t>(itemsize(o.operand.dtype));
  const bool contiguous = stride == size || extent == 1;
  if (load != nullptr) {
    load->access = kernel::Access::contiguous;
    load->swapped = o.operand.swapped;
  }
  const bool near = load != nullptr && stride % size == 0 && kernel::is_near_stride(stride / size);
  if (!contiguous && !near && (o.is_store || stride != 0)) {
    o.operand.packed = !o.is_accumulator;
  } else if (!contiguous && load != nullptr) {
    load->access = near ? kernel::Access::strided : kernel::Access::splat;
    if (near) load->stride = static_cast<std::int8_t>(stride / size);
  }
}

namespace {

/// What a kernel stores goes to the first of its nest's operands that are stores; any more are
/// copies of accumulators.
void order_stored_bytes(Stage& stage, const std::vector<AxisOperand>& operands) {
  std::size_t main = 0, epilogue = 0;
  for (const AxisOperand& o : operands) {
    if (!o.is_store) continue;
    kernel::KernelPlan& kernel = o.in_epilogue ? stage.epilogue.kernel : stage.main.kernel;
    const std::size_t k = o.in_epilogue ? epilogue++ : main++;
    if (k < kernel.stores.size()) kernel.stores[k].swapped = o.operand.swapped;
  }
}

}  // namespace

void choose_loops(Stage& stage, const Dims& extents, std::uint32_t mask, bool reduces,
                  std::vector<AxisOperand>& operands, const CommonAxes* common) {
  Dims space = extents;
  forget_nothing(space, mask, operands);
  std::vector<Axis> axes = collect_axes(space, mask, operands, common);
  sort_axes(axes, operands);
  bool row = axes.empty() || axes.back().reduced;
  std::vector<Axis> m, r;
  for (Axis& a : axes) (a.reduced ? r : m).push_back(std::move(a));
  const std::int64_t run = innermost_run(m, operands);
  collapse(m);
  collapse(r);
  const Axis unit{1, false, std::vector<std::int64_t>(operands.size(), 0), false, -1};
  if (m.empty()) m.push_back(unit);
  if (reduces && r.empty()) r.push_back(unit);
  if (reduces && row && kernel::sums_along_columns(r.back().extent, run)) row = false;
  const kernel::KernelKind kind = common != nullptr ? common->kind
                                  : !reduces        ? kernel::KernelKind::map
                                  : row             ? kernel::KernelKind::row_reduce
                                                    : kernel::KernelKind::column_reduce;
  stage.main.kernel.kind = kind;
  for (const Axis& a : m) stage.m.push_back(a.extent);
  for (const Axis& a : r) stage.r.push_back(a.extent);
  if (common != nullptr) note_common(stage, m, common->axes);
  std::size_t load_index = 0, epilogue_load = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    AxisOperand& o = operands[i];
    for (const Axis& a : m) o.operand.m.push_back(a.strides[i]);
    for (const Axis& a : r) o.operand.r.push_back(a.strides[i]);
    const Axis& inner =
        o.in_epilogue || kind != kernel::KernelKind::row_reduce ? m.back() : r.back();
    kernel::KernelLoad* load = nullptr;
    if (!o.is_store) {
      load = o.in_epilogue ? &stage.epilogue.kernel.loads[epilogue_load++]
                           : &stage.main.kernel.loads[load_index++];
    }
    choose_access(o, load, inner.strides[i], o.is_accumulator ? 1 : inner.extent);
  }
  order_stored_bytes(stage, operands);
}

namespace {

/// Returns the element size of the widest operand of more than `least` bytes that all outputs of
/// the innermost map dimension read, else 0.
std::int64_t shared_item(const Stage& stage, std::int64_t least) {
  std::int64_t widest = 0;
  if (stage.m.back() <= 1) return widest;
  for (const Operand& o : stage.main.operands) {
    if (o.source.kind == Memory::Kind::result || o.m.back() != 0) continue;
    const auto item = static_cast<std::int64_t>(itemsize(o.dtype));
    std::int64_t bytes = item;
    for (std::size_t d = 0; d < o.r.size(); ++d) bytes *= o.r[d] != 0 ? stage.r[d] : 1;
    if (bytes > least) widest = std::max(widest, item);
  }
  return widest;
}

std::int64_t packed_bytes(const Nest& nest) {
  std::int64_t bytes = 0;
  for (const Operand& o : nest.operands) {
    if (o.packed) bytes += static_cast<std::int64_t>(itemsize(o.dtype));
  }
  return bytes;
}

kernel::ReductionShape shape_of(const Stage& stage, kernel::KernelKind kind, bool ordered) {
  kernel::ReductionShape out;
  out.by_column = kind == kernel::KernelKind::column_reduce;
  out.ordered = ordered;
  out.inner = stage.r.back();
  out.outer = stage.r_size() / std::max<std::int64_t>(out.inner, 1);
  out.outputs = stage.m_size();
  out.columns = stage.m.back();
  out.slot_bytes = 0;
  for (const kernel::KernelReduce& r : stage.main.kernel.reductions) {
    out.slot_bytes += static_cast<std::int64_t>(kernel::slot_bytes(r));
  }
  for (const Operand& o : stage.main.operands) {
    out.row_bytes = std::max(out.row_bytes, std::abs(o.r.back()));
  }
  out.packed_bytes = packed_bytes(stage.main);
  out.shared = shared_item(stage, kernel::kSharedBytes) > 0;
  return out;
}

/// Which outputs a task takes together, and which take turns.
void choose_tile(const Stage& stage, const kernel::ReductionShape& shape,
                 const MachineModel& machine, Blocking& b) {
  const std::int64_t fitting = machine.slots_bytes / std::max<std::int64_t>(shape.slot_bytes, 1);
  const std::int64_t widest = std::min(std::max(fitting, machine.fewest_slots), machine.most_slots);
  b.tile = widest;
  if (stage.r_size() == 0 || shape.outputs == 0) return;  // nothing to accumulate
  if (shape.by_column) {
    if (shape.packed_bytes > 0) {
      const std::int64_t columns = packed_elements(stage.main, machine) / b.block;
      b.tile = std::min(std::max(columns, machine.fewest_packed_columns), widest);
    }
    b.tile = std::max<std::int64_t>(std::min(b.tile, shape.outputs), 1);
    return;
  }
  const std::int64_t outputs = machine.output_elements / stage.r_size();
  b.tile = b.chunks > 1 ? 1 : std::clamp<std::int64_t>(outputs, 1, widest);
  const std::int64_t shared = shared_item(stage, machine.shared_bytes);
  if (shared == 0) return;
  b.interleave = std::max<std::int64_t>(1, machine.interleave_bytes / (b.block * shared));
  b.tile = std::max(b.tile, std::min(machine.shared_outputs, widest));
}

}  // namespace

std::int64_t packed_elements(const Nest& nest, const MachineModel& machine) {
  const std::int64_t bytes = packed_bytes(nest);
  std::int64_t elements = machine.packed_elements;
  while (elements > machine.fewest_packed && elements * bytes > machine.packed_bytes) elements /= 2;
  return elements;
}

Blocking choose_blocking(const Stage& stage, kernel::KernelKind kind, bool ordered,
                         const MachineModel& machine) {
  const kernel::ReductionShape shape = shape_of(stage, kind, ordered);
  const kernel::ReductionCut cut = kernel::cut_reduction(shape);
  Blocking b;
  b.block = cut.block;
  b.blocks_inner = cut.blocks_inner;
  b.blocks = cut.blocks;
  b.chunk = cut.chunk;
  b.chunks = cut.chunks;
  choose_tile(stage, shape, machine, b);
  return b;
}

}  // namespace tightloop::plan
