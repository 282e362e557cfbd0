// Checks a kernel plan front to back: every instruction against what precedes it, then what is
// stored and reduced, then what the kind of kernel allows.
#include "kernel/verify.hpp"

#include <algorithm>

namespace tightloop::kernel {
namespace {

constexpr DType part_of(DType t) {
  return t == DType::complex64 ? DType::float32 : t == DType::complex128 ? DType::float64 : t;
}

bool is_power_of_two(unsigned n) {
  return n != 0 && (n & (n - 1)) == 0;
}

bool is_function(Op op) {
  return in_table(op) && info(op).lowering == Lowering::math;
}

/// What of an instruction does not depend on its operands' lanes.
std::string fault_of_inst(const KernelPlan& plan, std::size_t i) {
  const Inst& inst = plan.body[i];
  if (is_half(inst.lane)) return "a half type as lane";
  if (inst.nargs > inst.args.size()) return "too many operands";
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
  const bool converts = inst.op == Op::cast || inst.op == Op::round_half ||
                        inst.op == Op::saturate || inst.op == Op::bitcast;
  if (!in_table(inst.op) && !converts) return "an op that may not appear in a body";
  const unsigned arity = in_table(inst.op) ? info(inst.op).arity : 1;
  if (inst.nargs != arity) return "a wrong number of operands";
  if (in_table(inst.op) && is_reduction(inst.op)) return "a reduction in the body";
  return is_function(inst.op) && ir::lane_of(inst.target) != inst.lane
             ? "a precision of other lanes"
             : "";
}

std::string fault_of_conversion(DType from, const Inst& inst) {
  const DType to = inst.lane, target = inst.target;
  if (inst.op == Op::round_half) {
    const bool rounds = is_half(target) && to == DType::float32 && !is_complex(from);
    return rounds ? "" : "no half type that it rounds to";
  }
  if (inst.op == Op::saturate) {
    const bool clips = ir::lane_of(target) == to && !is_complex(from) && !is_complex(to);
    return clips ? "" : "a result that is not the lane of what it clips to";
  }
  if (inst.op != Op::bitcast) return "";
  if (is_bool(from) || is_bool(to)) return "a bool";
  const auto size = [&](DType t) {
    return itemsize(is_half(target) && t == DType::float32 ? target : t);
  };
  return size(from) == size(to) ? "" : "operands of another size";
}

std::string fault_of_operands(const KernelPlan& plan, const Inst& inst) {
  if (inst.nargs == 0) return "";
  const auto lane = [&](unsigned k) { return plan.body[inst.args[k]].lane; };
  if (!in_table(inst.op)) return fault_of_conversion(lane(0), inst);
  if (inst.op == Op::where) {
    const bool good = is_bool(lane(0)) && lane(1) == inst.lane && lane(2) == inst.lane;
    return good ? "" : "operands of other lane types";
  }
  for (unsigned k = 1; k < inst.nargs; ++k) {
    if (lane(k) != lane(0)) return "operands of different lane types";
  }
  switch (info(inst.op).type_rule) {
    case TypeRule::compare:
    case TypeRule::classify: return is_bool(inst.lane) ? "" : "a result that is not bool";
    case TypeRule::absdiff:
    case TypeRule::magnitude: {
      const bool twin = itemsize(part_of(lane(0))) == itemsize(part_of(inst.lane));
      return twin ? "" : "a result of another width";
    }
    case TypeRule::combine: {
      const bool parts = is_complex(inst.lane) && lane(0) == part_of(inst.lane);
      return parts ? "" : "operands that are not parts of its result";
    }
    case TypeRule::component:
      return part_of(lane(0)) == inst.lane ? "" : "a result that is not the part's type";
    default: return lane(0) == inst.lane ? "" : "operands of another lane type";
  }
}

std::string fault_of_body(const KernelPlan& plan) {
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    std::string fault = fault_of_inst(plan, i);
    if (fault.empty()) fault = fault_of_operands(plan, plan.body[i]);
    if (fault.empty()) continue;
    return "instruction " + std::to_string(i) + " (" + std::string(id(plan.body[i].op)) + ") has " +
           fault;
  }
  return "";
}

std::string fault_of_reduction(const KernelPlan& plan, const KernelReduce& r) {
  const DType lane = plan.body[r.value].lane;
  if (r.narrow_first && (r.op != Op::sum || lane != DType::float32)) {
    return "elements that are not added in float32";
  }
  switch (r.op) {
    case Op::sum:
    case Op::prod: {
      const bool exact = is_integer(lane) || is_bool(lane);
      const bool good = exact ? r.acc == DType::int64 || r.acc == DType::uint64
                              : r.acc == (is_complex(lane) ? DType::complex128 : DType::float64);
      return good ? "" : "an accumulator that does not suit its operand";
    }
    case Op::any:
    case Op::all: return is_bool(lane) && is_bool(r.acc) ? "" : "operands that are not bool";
    case Op::var:
      return is_float(lane) && r.acc == DType::float64 ? "" : "operands that have no deviation";
    case Op::min:
    case Op::max:
    case Op::argmin:
    case Op::argmax:
      if (is_complex(lane)) return "complex operands that have no order";
      return ir::lane_of(r.acc) == lane ? "" : "an accumulator unlike its operand";
    default: return "an op that is no reduction of kernels";
  }
}

std::string fault_of_results(const KernelPlan& plan) {
  for (const KernelStore& s : plan.stores) {
    if (s.value >= plan.body.size()) return "a store of an unknown value";
    if (plan.body[s.value].lane != ir::lane_of(s.dtype)) return "a store of another lane type";
  }
  for (const KernelReduce& r : plan.reductions) {
    if (r.value >= plan.body.size()) return "a reduction of an unknown value";
    const std::string fault = fault_of_reduction(plan, r);
    if (!fault.empty()) return "reduction " + std::string(id(r.op)) + " has " + fault;
  }
  return plan.stores.empty() && plan.reductions.empty() ? "a kernel without results" : "";
}

/// Of map kernels and those that reduce.
std::string fault_of_loops(const KernelPlan& plan) {
  std::string fault = fault_of_body(plan);
  if (fault.empty()) fault = fault_of_results(plan);
  if (!fault.empty()) return fault;
  for (const KernelLoad& l : plan.loads) {
    if (l.access == Access::strided && !is_near_stride(l.stride)) {
      return "a load of an unknown stride";
    }
  }
  const bool fixed =
      std::any_of(plan.reductions.begin(), plan.reductions.end(),
                  [](const KernelReduce& r) { return is_ordered(r) || is_position(r.op); });
  const bool joins = plan.kind == KernelKind::row_reduce && plan.stores.empty() && !fixed;
  if (!is_power_of_two(plan.joined_rows) || (plan.joined_rows > 1 && !joins)) {
    return "rows that cannot be joined";
  }
  const bool is_map = plan.kind == KernelKind::map;
  if (is_map != plan.reductions.empty()) return "a kernel kind that does not suit its reductions";
  return plan.streaming_stores && !is_map ? "stores around the caches that are not a map's" : "";
}

std::string fault_of_multiplied(DType packed, DType stored) {
  const bool word = stored == DType::int64 || stored == DType::uint64;
  switch (packed) {
    case DType::float32:
    case DType::float64: return stored == packed || word ? "" : "a target unlike its factors";
    case DType::complex64:
    case DType::complex128: return stored == packed ? "" : "a target unlike its factors";
    case DType::int32:
    case DType::uint32:
    case DType::int64:
    case DType::uint64: return word ? "" : "a target that is not a word";
    default: return "factors of a dtype that is not multiplied";
  }
}

std::string fault_of_product(const KernelPlan& plan) {
  if (plan.loads.size() != 2 || plan.stores.size() != 1) return "not two factors and a target";
  const DType packed = plan.loads[0].dtype;
  if (plan.loads[1].dtype != packed) return "factors of different dtypes";
  if (!plan.body.empty() || !plan.reductions.empty()) return "a product with a body";
  return fault_of_multiplied(packed, plan.stores[0].dtype);
}

/// True for a value that is an element of a load, cast or not.
bool is_factor(const KernelPlan& plan, std::uint32_t value, std::uint32_t load) {
  while (plan.body[value].op == Op::cast) value = plan.body[value].args[0];
  const Inst& inst = plan.body[value];
  return inst.op == Op::variable && !inst.param && inst.attr == load;
}

std::string fault_of_small_product(const KernelPlan& plan) {
  constexpr unsigned kMostRows = 8;
  if (plan.loads.size() != 2 || plan.stores.size() != 1) return "not two factors and a target";
  if (plan.body.empty() || !plan.reductions.empty()) return "not a product of elements";
  const std::string fault = fault_of_body(plan);
  if (!fault.empty()) return fault;
  const Inst& last = plan.body.back();
  if (last.op != Op::multiply) return "not a product of elements";
  if (!is_factor(plan, last.args[0], 0) || !is_factor(plan, last.args[1], 1)) {
    return "a factor that is no load";
  }
  if (!is_power_of_two(plan.tile_columns) || plan.tile_rows - 1U >= kMostRows) {
    return "tiles of an odd size";
  }
  return fault_of_multiplied(last.lane, plan.stores[0].dtype);
}

}  // namespace

std::string verify(const KernelPlan& plan) {
  switch (plan.kind) {
    case KernelKind::product: return fault_of_product(plan);
    case KernelKind::small_product: return fault_of_small_product(plan);
    default: return fault_of_loops(plan);
  }
}

}  // namespace tightloop::kernel
