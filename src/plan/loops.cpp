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
  // Short rows would spend their time on combining lanes: run along the map axis instead.
  if (reduces && row && r.back().extent < 16 && run >= 64) row = false;
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

/// Returns the element size of the widest operand that all outputs of the innermost map dimension
/// read, where it does not stay in a cache between two outputs by itself; else 0.
std::int64_t shared_item(const Stage& stage) {
  constexpr std::int64_t kStaysInCache = 128 << 10;
  std::int64_t widest = 0;
  for (const Operand& o : stage.main.operands) {
    if (o.source.kind == Memory::Kind::result || o.m.back() != 0) continue;
    const auto item = static_cast<std::int64_t>(itemsize(o.dtype));
    std::int64_t bytes = item;
    for (std::size_t d = 0; d < o.r.size(); ++d) bytes *= o.r[d] != 0 ? stage.r[d] : 1;
    if (bytes > kStaysInCache) widest = std::max(widest, item);
  }
  return widest;
}

constexpr std::int64_t kRowsPerBlock = 128;  // of a column_reduce kernel, at most

/// Returns how many rows are added up before their sum is: fewer of long rows, so that an
/// evaluation in parts holds few bytes.
std::int64_t rows_per_block(const Stage& stage) {
  constexpr std::int64_t kMostBytes = 32 << 20;
  constexpr std::int64_t kFewest = 2;
  std::int64_t row = 1;  // bytes from one to the next
  for (const Operand& o : stage.main.operands) row = std::max(row, std::abs(o.r.back()));
  std::int64_t rows = kRowsPerBlock;
  while (rows > kFewest && row > kMostBytes / rows) rows /= 2;
  return rows;
}

}  // namespace

std::int64_t pack_elements(const Nest& nest) {
  constexpr std::int64_t kMostElements = 4096;
  constexpr std::int64_t kBytes = 64 << 10;
  std::int64_t bytes = 0;  // of one element of each
  for (const Operand& o : nest.operands) {
    if (o.packed) bytes += static_cast<std::int64_t>(itemsize(o.dtype));
  }
  std::int64_t elements = kMostElements;
  while (elements > kRowsPerBlock && elements * bytes > kBytes) elements /= 2;
  return elements;
}

Blocking choose_blocking(const Stage& stage, kernel::KernelKind kind, bool float_sums) {
  constexpr std::int64_t kFloatBlock = 4096;
  constexpr std::int64_t kInterleavedBytes = 16 << 10;
  const std::int64_t inner = stage.r.back();
  const std::int64_t outer = stage.r_size() / std::max<std::int64_t>(inner, 1);
  const std::int64_t m = stage.m_size();
  std::int64_t output_bytes = 0;  // of one output's slots
  for (const kernel::KernelReduce& r : stage.main.kernel.reductions) {
    output_bytes += static_cast<std::int64_t>(kernel::slot_bytes(r));
  }
  // Accumulators of a tile stay within 32 KiB, those of a column tile at least a vector wide.
  const std::int64_t widest =
      std::clamp<std::int64_t>((32 << 10) / std::max<std::int64_t>(output_bytes, 1), 64, 2048);
  Blocking b;
  if (inner == 0 || outer == 0 || m == 0) {  // nothing to accumulate
    b.tile = widest;
    return b;
  }
  const std::int64_t shared = stage.m.back() > 1 ? shared_item(stage) : 0;
  const std::int64_t packed =
      stage.main.any_packed ? pack_elements(stage.main) : kernel::kMaxReduceBlock;
  if (kind == kernel::KernelKind::column_reduce) {
    b.block = std::min(rows_per_block(stage), inner);
  } else {
    b.block = std::min({float_sums ? kFloatBlock : kernel::kMaxReduceBlock, packed, inner});
  }
  b.blocks_inner = (inner + b.block - 1) / b.block;
  b.blocks = outer * b.blocks_inner;
  const std::int64_t columns =
      kind == kernel::KernelKind::column_reduce ? std::min(stage.m.back(), widest) : 1;
  // Outputs that share an operand are cut finer: a chunk of it serves all of them from the cache.
  const bool whole = m / columns >= 32 && shared == 0;
  const std::int64_t work = std::int64_t{1} << (whole ? 22 : 18);
  b.chunk = std::max<std::int64_t>(1, work / (b.block * columns));
  // The partials of all columns of a tile stay within half a MiB.
  const std::int64_t partials = (512 << 10) / std::max<std::int64_t>(output_bytes, 8);
  const std::int64_t most = std::clamp<std::int64_t>(partials / columns, 16, 4096);
  b.chunk = std::max(b.chunk, (b.blocks + most - 1) / most);
  b.chunk = std::min(b.chunk, b.blocks);
  b.chunks = (b.blocks + b.chunk - 1) / b.chunk;
  if (kind == kernel::KernelKind::column_reduce) {
    b.tile = widest;
    if (stage.main.any_packed) b.tile = std::clamp<std::int64_t>(packed / b.block, 32, widest);
    b.tile = std::max<std::int64_t>(std::min(b.tile, m), 1);
  } else {
    const std::int64_t per_output = stage.r_size();
    b.tile = b.chunks > 1
                 ? 1
                 : std::clamp<std::int64_t>((std::int64_t{1} << 18) / per_output, 1, widest);
    if (shared > 0) {
      b.interleave = std::max<std::int64_t>(1, kInterleavedBytes / (b.block * shared));
      b.tile = std::max<std::int64_t>(b.tile, std::min<std::int64_t>(8, widest));
    }
  }
  return b;
}

}  // namespace tightloop::plan
