// Liveness, levels and widths of a plan; and the checks that keep a malformed plan from the
// emitter.
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

bool is_sum_or_product(Op op) {
  return op == Op::sum || op == Op::prod;
}

std::string fault_of_inst(const kernel::KernelPlan& plan, std::size_t i) {
  const kernel::Inst& inst = plan.body[i];
  if (is_half(inst.lane)) return "a half type as lane";
  if (inst.nargs > 3) return "too many operands";
  for (unsigned k = 0; k < inst.nargs; ++k) {
    if (inst.args[k] >= i) return "an operand that does not precede it";
  }
  if (inst.op == Op::variable) {
    const std::size_t count = inst.param ? plan.params.size() : plan.loads.size();
    if (inst.nargs != 0 || inst.attr >= count) return "an unknown load or parameter";
    const DType t = inst.param ? plan.params[inst.attr] : plan.loads[inst.attr].dtype;
    return ir::lane_of(t) == inst.lane ? "" : "a lane type unlike its load's";
  }
  if (inst.op == Op::constant) {
    if (inst.nargs != 0 || inst.attr >= plan.constants.size()) return "an unknown constant";
    return plan.constants[inst.attr].dtype == inst.lane ? "" : "a lane type unlike its constant's";
  }
  const unsigned arity = in_table(inst.op) ? info(inst.op).arity : 1;
  if (inst.nargs != arity) return "a wrong number of operands";
  const bool function = in_table(inst.op) && info(inst.op).lowering == Lowering::math;
  return !function || ir::lane_of(inst.target) == inst.lane ? "" : "a precision of other lanes";
}

std::string fault_of_bitcast(DType from, const kernel::Inst& inst) {
  const DType to = inst.lane, half = inst.target;
  if (is_bool(from) || is_bool(to)) return "a bool";
  const auto size = [&](DType t) {
    return itemsize(is_half(half) && t == DType::float32 ? half : t);
  };
  return size(from) == size(to) ? "" : "operands of another size";
}

std::string fault_of_operands(const kernel::KernelPlan& plan, const kernel::Inst& inst) {
  const auto lane = [&](unsigned k) { return plan.body[inst.args[k]].lane; };
  if (inst.op == Op::bitcast) return fault_of_bitcast(lane(0), inst);
  if (!in_table(inst.op) || inst.nargs == 0) return "";
  if (is_reduction(inst.op)) return "a reduction in the body";
  if (inst.op == Op::where) {
    const bool good = is_bool(lane(0)) && lane(1) == inst.lane && lane(2) == inst.lane;
    return good ? "" : "operands of other lane types";
  }
  for (unsigned k = 1; k < inst.nargs; ++k) {
    if (lane(k) != lane(0)) return "operands of different lane types";
  }
  const TypeRule rule = info(inst.op).type_rule;
  const bool makes_bool = rule == TypeRule::compare || rule == TypeRule::classify;
  if (makes_bool) return is_bool(inst.lane) ? "" : "a result that is not bool";
  if (inst.op == Op::absdiff || inst.op == Op::abs) {
    const bool twin = bits_of(lane(0)) == bits_of(inst.lane);
    return twin ? "" : "a result of another width";
  }
  if (inst.op == Op::make_complex) {
    const bool parts = is_complex(inst.lane) && lane(0) == part_of(inst.lane);
    return parts ? "" : "operands that are not parts of its result";
  }
  if (inst.op == Op::real || inst.op == Op::imag) {
    return part_of(lane(0)) == inst.lane ? "" : "a result that is not the part's type";
  }
  return lane(0) == inst.lane ? "" : "operands of another lane type";
}

std::string fault_of_reduction(const kernel::KernelPlan& plan, const kernel::KernelReduce& r) {
  const DType lane = plan.body[r.value].lane;
  const bool narrow = r.op == Op::sum && lane == DType::float32;
  if (r.narrow_first && !narrow) return "elements that are not added in float32";
  const bool exact = is_integer(lane) || is_bool(lane);
  if (is_sum_or_product(r.op)) {
    const bool good = exact ? r.acc == DType::int64 || r.acc == DType::uint64
                            : r.acc == (is_complex(lane) ? DType::complex128 : DType::float64);
    return good ? "" : "an accumulator that does not suit its operand";
  }
  if (r.op == Op::any || r.op == Op::all) {
    return is_bool(lane) && is_bool(r.acc) ? "" : "operands that are not bool";
  }
  if (r.op == Op::var) {
    return is_float(lane) && r.acc == DType::float64 ? "" : "operands that have no deviation";
  }
  const bool ordering = r.op == Op::min || r.op == Op::max || kernel::is_position(r.op);
  if (!ordering) return "an op that is no reduction of kernels";
  if (is_complex(lane)) return "complex operands that have no order";
  return ir::lane_of(r.acc) == lane ? "" : "an accumulator unlike its operand";
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

bool is_ordered(const kernel::KernelReduce& r) {
  return r.op == Op::var || (is_sum_or_product(r.op) && (is_float(r.acc) || is_complex(r.acc)));
}

std::string find_fault(const kernel::KernelPlan& plan) {
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    std::string fault = fault_of_inst(plan, i);
    if (fault.empty()) fault = fault_of_operands(plan, plan.body[i]);
    if (!fault.empty()) {
      return "instruction " + std::to_string(i) + " (" + std::string(id(plan.body[i].op)) +
             ") has " + fault;
    }
  }
  for (const kernel::KernelStore& s : plan.stores) {
    if (s.value >= plan.body.size()) return "a store of an unknown value";
    if (plan.body[s.value].lane != ir::lane_of(s.dtype)) return "a store of another lane type";
  }
  for (const kernel::KernelReduce& r : plan.reductions) {
    if (r.value >= plan.body.size()) return "a reduction of an unknown value";
    const std::string fault = fault_of_reduction(plan, r);
    if (!fault.empty()) return "reduction " + std::string(id(r.op)) + " has " + fault;
  }
  for (const kernel::KernelLoad& l : plan.loads) {
    const bool strided = l.access == kernel::Access::strided;
    if (strided && !kernel::is_near_stride(l.stride)) return "a load of an unknown stride";
  }
  const unsigned joined = plan.joined_rows;
  const bool ordered = std::any_of(
      plan.reductions.begin(), plan.reductions.end(),
      [](const kernel::KernelReduce& r) { return is_ordered(r) || kernel::is_position(r.op); });
  const bool joins = plan.kind == kernel::KernelKind::row_reduce && plan.stores.empty() && !ordered;
  if (joined == 0 || (joined & (joined - 1)) != 0 || (joined > 1 && !joins)) {
    return "rows that cannot be joined";
  }
  const bool is_map = plan.kind == kernel::KernelKind::map;
  if (is_map != plan.reductions.empty()) return "a kernel kind that does not suit its reductions";
  return plan.stores.empty() && plan.reductions.empty() ? "a kernel without results" : "";
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
  const bool ordered = std::any_of(plan.reductions.begin(), plan.reductions.end(), is_ordered);
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
