// Liveness, levels and widths of a plan.
#include "jit/kernel_shape.hpp"

#include <algorithm>

#include "jit/invariant_division.hpp"
#include "types/range.hpp"

namespace tightloop::jit {
namespace {

// A cast between integers that only widens adds nothing to a 64-bit sum.
std::uint32_t look_through_widening(const kernel::KernelPlan& plan, std::uint32_t id) {
  while (plan.body[id].op == Op::cast) {
    const DType from = plan.body[plan.body[id].args[0]].lane;
    const DType to = plan.body[id].lane;
    const bool widens = (is_integer(from) || is_bool(from)) && is_integer(to) &&
                        range_of(to).contains(range_of(from));
    if (!widens) break;
    id = plan.body[id].args[0];
  }
  return id;
}

ReductionSource source_of(const kernel::KernelPlan& plan, const kernel::KernelReduce& r,
                          const Target& target) {
  if (r.op != Op::sum) return {{r.value}, false};
  const std::uint32_t id = look_through_widening(plan, r.value);
  const kernel::Inst& inst = plan.body[id];
  const bool bytes = inst.op == Op::absdiff && itemsize(inst.lane) == 1;
  if (bytes && target.x86 && plan.kind == kernel::KernelKind::row_reduce) {
    return {{inst.args[0], inst.args[1]}, true};
  }
  return {{id}, false};
}

void find_levels(const kernel::KernelPlan& plan, KernelShape& shape) {
  for (const kernel::Inst& inst : plan.body) {
    Level level = Level::call;
    if (inst.op == Op::variable && !inst.param) {
      const bool splat = plan.loads[inst.attr].access == kernel::Access::splat;
      level = splat ? Level::row : Level::element;
    }
    for (unsigned k = 0; k < inst.nargs; ++k) level = std::max(level, shape.level[inst.args[k]]);
    shape.level.push_back(level);
  }
}

void find_needed(const kernel::KernelPlan& plan, KernelShape& shape) {
  shape.needed.assign(plan.body.size(), false);
  for (const kernel::KernelStore& s : plan.stores) shape.needed[s.value] = true;
  for (const ReductionSource& s : shape.sources) {
    for (std::uint32_t id : s.values) shape.needed[id] = true;
  }
  for (std::size_t i = plan.body.size(); i-- > 0;) {
    const kernel::Inst& inst = plan.body[i];
    if (inst.check) shape.needed[i] = true;
    if (!shape.needed[i]) continue;
    for (unsigned k = 0; k < inst.nargs; ++k) shape.needed[inst.args[k]] = true;
  }
}

void find_divisors(const kernel::KernelPlan& plan, const Target& target, KernelShape& shape) {
  shape.divides.assign(plan.body.size(), false);
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    const kernel::Inst& inst = plan.body[i];
    if (!shape.needed[i] || inst.op != Op::divide || shape.level[i] != Level::element) continue;
    const std::uint32_t by = inst.args[1];
    if (shape.level[by] == Level::element || !divides_by_reciprocal(target, inst.lane)) continue;
    shape.divides[by] = true;
  }
}

struct Widths {
  std::size_t narrowest = 8;
  std::size_t widest = 1;
  void add(std::size_t part, std::size_t whole) {
    narrowest = std::min(narrowest, part);
    widest = std::max(widest, whole);
  }
  void add(DType t) { add(is_complex(t) ? itemsize(t) / 2 : itemsize(t), itemsize(t)); }
};

Widths widths_of(const kernel::KernelPlan& plan, const KernelShape& shape) {
  Widths widths;
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    const kernel::Inst& inst = plan.body[i];
    if (!shape.needed[i] || shape.level[i] != Level::element) continue;
    if (inst.op == Op::variable) widths.add(plan.loads[inst.attr].dtype);
    if (!is_bool(inst.lane)) widths.add(inst.lane);
  }
  for (const kernel::KernelStore& s : plan.stores) widths.add(s.dtype);
  return widths;
}

std::size_t elementwise_insts(const kernel::KernelPlan& plan, const KernelShape& shape) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    const bool counts = shape.needed[i] && shape.level[i] == Level::element;
    if (counts && plan.body[i].op != Op::variable) ++count;
  }
  return count;
}

unsigned lanes_of(const Widths& widths, std::size_t insts, const Target& target) {
  const std::size_t vector_bytes = target.vector_bytes;
  const std::size_t registers = insts > target.tuning.medium_body ? 2 : 4;
  const std::size_t lanes =
      std::min(vector_bytes / widths.narrowest, registers * vector_bytes / widths.widest);
  return static_cast<unsigned>(std::clamp<std::size_t>(lanes, 2, 64));
}

/// The largest number of values that are live at once.
std::size_t most_live(const kernel::KernelPlan& plan, const KernelShape& shape) {
  std::vector<bool> used(plan.body.size(), false);
  std::size_t live = 0;
  const auto use = [&](std::uint32_t id) {
    if (!used[id] && plan.body[id].op != Op::constant) ++live;
    used[id] = true;
  };
  for (const kernel::KernelStore& s : plan.stores) use(s.value);
  for (const ReductionSource& s : shape.sources) {
    for (std::uint32_t id : s.values) use(id);
  }
  std::size_t most = live;
  for (std::size_t i = plan.body.size(); i-- > 0;) {
    if (!shape.needed[i] || shape.level[i] != Level::element) continue;
    if (used[i]) --live;
    for (unsigned k = 0; k < plan.body[i].nargs; ++k) use(plan.body[i].args[k]);
    most = std::max(most, live);
  }
  return most;
}

/// Lanes of a long body: a register each, and fewer where the stack would not stay in the cache.
unsigned lanes_of_long(const kernel::KernelPlan& plan, const KernelShape& shape,
                       const Widths& widths, const Target& target) {
  std::size_t lanes = std::clamp<std::size_t>(target.vector_bytes / widths.widest, 2, 64);
  const std::size_t live = most_live(plan, shape) * widths.widest;
  while (lanes > 2 && live * lanes > target.tuning.stack_bytes) lanes /= 2;
  return static_cast<unsigned>(lanes);
}

/// True where short rows can be taken in masked steps without loops.
bool holds_rows(const kernel::KernelPlan& plan, const KernelShape& shape, const Target& target) {
  static_assert(kernel::kMomentSample == kernel::kSumLanes);
  if (shape.is_long || shape.skips || shape.sums_in_memory) return false;
  const auto masked = [&](DType t) { return target.masks(itemsize(part_of(t))); };
  return std::any_of(plan.reductions.begin(), plan.reductions.end(),
                     [](const kernel::KernelReduce& r) { return r.op == Op::var; }) &&
         std::none_of(plan.reductions.begin(), plan.reductions.end(),
                      [](const kernel::KernelReduce& r) { return r.narrow_first; }) &&
         std::all_of(plan.loads.begin(), plan.loads.end(),
                     [&](const kernel::KernelLoad& l) {
                       return l.access == kernel::Access::splat || masked(l.dtype);
                     }) &&
         std::all_of(plan.stores.begin(), plan.stores.end(),
                     [&](const kernel::KernelStore& s) { return masked(s.dtype); });
}

}  // namespace

unsigned skipped(const kernel::KernelLoad& load) {
  const int stride = load.access == kernel::Access::strided ? load.stride : 1;
  return static_cast<unsigned>(stride < 0 ? -stride : stride) - 1;
}

KernelShape shape_of(const kernel::KernelPlan& plan, const Target& target) {
  const CodeTuning& tuning = target.tuning;
  KernelShape shape;
  for (const kernel::KernelReduce& r : plan.reductions) {
    shape.sources.push_back(source_of(plan, r, target));
    shape.has_checks |= r.check;
  }
  for (const kernel::Inst& inst : plan.body) shape.has_checks |= inst.check || inst.watch;
  find_levels(plan, shape);
  find_needed(plan, shape);
  find_divisors(plan, target, shape);
  const std::size_t insts = elementwise_insts(plan, shape);
  const Widths widths = widths_of(plan, shape);
  shape.is_long = insts > tuning.long_body;
  shape.skips = std::any_of(plan.loads.begin(), plan.loads.end(),
                            [](const kernel::KernelLoad& l) { return skipped(l) > 0; });
  shape.lanes =
      shape.is_long ? lanes_of_long(plan, shape, widths, target) : lanes_of(widths, insts, target);
  if (plan.kind == kernel::KernelKind::map) return shape;
  shape.unroll = insts <= tuning.small_body ? 4 : insts <= tuning.medium_body ? 2 : 1;
  const bool ordered =
      std::any_of(plan.reductions.begin(), plan.reductions.end(), kernel::is_ordered);
  if (plan.kind == kernel::KernelKind::row_reduce && ordered) {
    shape.lanes = std::min(shape.lanes, static_cast<unsigned>(kernel::kSumLanes));
    shape.sum_sets = kernel::kSumLanes / shape.lanes;
    shape.sums_in_memory = shape.sum_sets * insts > tuning.unrolled;
    shape.unroll = shape.sums_in_memory ? 1 : shape.sum_sets;
    shape.holds_rows = holds_rows(plan, shape, target) && insts <= tuning.small_body;
  }
  return shape;
}

}  // namespace tightloop::jit
