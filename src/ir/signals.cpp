// The rules, by operation and dtype.
#include "ir/signals.hpp"

namespace tightloop::ir {
namespace {

bool is_floating(DType t) {
  return is_float(t) || is_complex(t);
}

/// Which conversions can: those to fewer digits, and those of floats to integers.
bool conversion_signals(DType from, DType to) {
  if (!is_floating(from) || is_bool(to)) return false;
  if (is_integer(to)) return true;
  const auto part = [](DType t) { return is_complex(t) ? itemsize(t) / 2 : itemsize(t); };
  return part(to) < part(from);
}

bool integers_signal(const TypedGraph& graph, const TypedNode& n) {
  const auto range = [&](std::size_t i) { return graph.nodes[n.args[i]].range; };
  switch (n.op) {
    case Op::floor_divide:
    case Op::mod:
    case Op::fmod: return range(1).contains({0, 0});
    case Op::pow: return range(0).contains({0, 0}) && range(1).lo < 0;
    default: return false;
  }
}

}  // namespace

bool may_signal(const TypedGraph& graph, NodeId id) {
  const TypedNode& n = graph.nodes[id];
  const DType lane = lane_of(n.dtype);
  const auto operand = [&] { return lane_of(graph.nodes[n.args[0]].dtype); };
  if (n.op == Op::cast) return conversion_signals(operand(), lane);
  if (n.op == Op::round_half) return true;
  if (!in_table(n.op) || is_bool(lane)) return false;
  if (is_reduction(n.op)) return is_floating(lane) && info(n.op).type_rule != TypeRule::select;
  if (is_integer(lane)) return integers_signal(graph, n);
  switch (info(n.op).type_rule) {
    case TypeRule::negate:
    case TypeRule::sign:
    case TypeRule::rounding:
    case TypeRule::select:
    case TypeRule::where:
    case TypeRule::component:
    case TypeRule::combine: return false;
    case TypeRule::magnitude: return is_complex(operand());
    default: return n.op != Op::copysign;
  }
}

}  // namespace tightloop::ir
