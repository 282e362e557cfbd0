// Hands operands to their nests and chooses blocks, packing and joined rows for the loops.
#include "plan/stage_loops.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "plan/loops.hpp"

namespace tightloop::plan {
namespace {

void distribute(Stage& stage, std::vector<AxisOperand>& operands, const Draft& draft) {
  const std::size_t epilogue_end = operands.size() - draft.copied.size();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    Operand& o = operands[i].operand;
    if (i >= epilogue_end) {
      stage.copies.push_back({draft.copied[i - epilogue_end], std::move(o)});
      continue;
    }
    Nest& nest = i < draft.main_count ? stage.main : stage.epilogue;
    nest.any_packed = nest.any_packed || o.packed;
    nest.operands.push_back(std::move(o));
  }
}

bool reduces_positions(const kernel::KernelPlan& kernel) {
  return std::any_of(kernel.reductions.begin(), kernel.reductions.end(),
                     [](const kernel::KernelReduce& r) { return kernel::is_position(r.op); });
}

/// The C-order numbers of the reduced elements as if they were an array: loops along which they do
/// not run evenly are not merged, and none runs against them.
AxisOperand element_numbers(const StageOutline& outline) {
  AxisOperand o;
  o.is_store = o.in_epilogue = true;
  o.strides.assign(static_cast<std::size_t>(outline.iteration.size()), 0);
  std::int64_t number = 1;
  for (int i = outline.iteration.size(); i-- > 0;) {
    if (((outline.mask >> i) & 1U) == 0) continue;
    o.strides[static_cast<std::size_t>(i)] = number;
    number *= outline.iteration[i];
  }
  return o;
}

/// Lets rows that share an operand advance together, where registers hold their accumulators.
void join_rows(Stage& stage, const MachineModel& machine) {
  kernel::KernelPlan& kernel = stage.main.kernel;
  const auto instructions = static_cast<std::int64_t>(kernel.body.size());
  const auto reductions = static_cast<std::int64_t>(kernel.reductions.size());
  if (kernel.kind != kernel::KernelKind::row_reduce || !kernel.stores.empty() ||
      stage.main.any_packed || instructions > machine.joined_body ||
      reductions > machine.joined_reductions || reduces_positions(kernel)) {
    return;
  }
  const bool is_short = instructions <= machine.joined_short_body && reductions == 1;
  const std::int64_t rows = is_short ? machine.joined_short_rows : machine.joined_rows;
  kernel.joined_rows = static_cast<std::uint8_t>(std::bit_floor(static_cast<std::uint64_t>(rows)));
  for (std::size_t i = 0; i < kernel.loads.size(); ++i) {
    kernel.loads[i].shared = stage.main.operands[i].m.back() == 0;
  }
}

/// Kernels of columns take several rows at once for narrow sums, which only small bodies let them.
void add_columns_wide(Stage& stage, std::size_t plain_body) {
  kernel::KernelPlan& kernel = stage.main.kernel;
  if (kernel.kind != kernel::KernelKind::column_reduce) return;
  if (plain_body <= kernel::kNarrowColumnBody) return;
  for (kernel::KernelReduce& r : kernel.reductions) r.narrow_first = false;
}

void block(Stage& stage, const MachineModel& machine) {
  bool ordered = false;
  for (const kernel::KernelReduce& red : stage.main.kernel.reductions) {
    ordered = ordered || is_float(red.acc) || is_complex(red.acc);
  }
  stage.blocking = choose_blocking(stage, stage.main.kernel.kind, ordered, machine);
  if (stage.blocking.interleave > 0 && !ordered) join_rows(stage, machine);
}

/// A block goes through the kernel in one call, and so through scratch memory.
void choose_packing(Stage& stage, const MachineModel& machine) {
  for (Nest* nest : {&stage.main, &stage.epilogue}) {
    if (nest->any_packed) nest->packed_elements = packed_elements(*nest, machine);
  }
  Nest& main = stage.main;
  if (main.any_packed && !stage.r.empty()) {
    main.packed_elements = std::max(main.packed_elements, stage.blocking.block);
  }
}

Stage loops_of(const Draft& draft, const CommonAxes* common, const MachineModel& machine) {
  Stage stage;
  const bool reduces = !draft.outline.reductions.empty();
  stage.main.kernel = draft.main;
  stage.main.params = draft.main_params;
  stage.epilogue.kernel = draft.epilogue;
  stage.epilogue.params = draft.epilogue_params;
  stage.has_epilogue = draft.has_epilogue;
  std::vector<AxisOperand> operands = draft.operands;
  const bool numbered = reduces_positions(stage.main.kernel);
  if (numbered) operands.push_back(element_numbers(draft.outline));
  choose_loops(stage, draft.outline.iteration, draft.outline.mask, reduces, operands, common);
  add_columns_wide(stage, draft.plain_body);
  if (numbered) {
    stage.index = std::move(operands.back().operand.r);
    operands.pop_back();
  }
  distribute(stage, operands, draft);
  if (reduces && common == nullptr) block(stage, machine);
  return stage;
}

/// How the elements of an array are walked when a stage combines them.
using Walk = std::pair<std::int64_t, std::vector<std::int64_t>>;

Walk walk_of(const Stage& stage, const Memory& source) {
  for (const Operand& o : stage.main.operands) {
    if (o.source == source) return {o.offset, o.r};
  }
  return {};
}

}  // namespace

std::int64_t Stage::m_size() const {
  std::int64_t n = 1;
  for (std::int64_t e : m) n *= e;
  return n;
}

std::int64_t Stage::r_size() const {
  std::int64_t n = 1;
  for (std::int64_t e : r) n *= e;
  return n;
}

std::vector<const Nest*> Stage::nests() const {
  if (product && product->in_place) return {};
  if (product) return {&product->left, &product->right};
  if (has_epilogue) return {&main, &epilogue};
  return {&main};
}

Stage make_stage(const Draft& draft, const std::vector<int>& axes, const MachineModel& machine) {
  if (draft.factors) {
    Stage stage;
    stage.product =
        make_matrix_product(draft.outline.iteration, draft.outline.mask, draft.factors->first,
                            draft.factors->second, draft.operands, machine);
    return stage;
  }
  Stage alone = loops_of(draft, nullptr, machine);
  choose_packing(alone, machine);
  if (axes.empty()) return alone;
  CommonAxes common;
  common.kind = alone.main.kernel.kind;
  for (int a : axes) common.axes.push_back(a + draft.outline.iteration.size());
  Stage stage = loops_of(draft, &common, machine);
  stage.blocking = alone.blocking;
  if (alone.main.kernel.joined_rows > 1) join_rows(stage, machine);
  choose_packing(stage, machine);
  return stage;
}

bool same_order(const Stage& a, const Stage& b) {
  const Blocking& p = a.blocking;
  const Blocking& q = b.blocking;
  const bool same = a.r == b.r && a.main.kernel.kind == b.main.kernel.kind && p.block == q.block &&
                    p.blocks == q.blocks && p.chunk == q.chunk;
  return same && std::all_of(a.main.operands.begin(), a.main.operands.end(), [&](const Operand& o) {
           const Walk other = walk_of(b, o.source);
           return other.second.empty() || walk_of(a, o.source) == other;
         });
}

}  // namespace tightloop::plan
