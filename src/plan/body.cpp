// A body is found by walking a node's operands down to what can be loaded, with a stack of its own,
// since a text may nest deeply. Instructions come in the order in which the walk leaves their
// nodes, so that a kernel's key follows from the structure of the expression alone.
// Views are no instructions. The walk carries a chain: the views between the iteration space and
// the node, composed into one map of axes. Chain 0 is the space itself. Below a view the same node
// is another value (x and x[::-1] in x + x[::-1]), so that what is done already is known by node
// and chain; two ways to write the same map are one chain (same_or_new()). A reshape that is no map
// of axes begins a new base, from which later views are composed. A load keeps its chain, from
// which layout() computes strides once the array's own are known.
#include "plan/body.hpp"

#include <algorithm>
#include <utility>

#include "ir/signals.hpp"

namespace tightloop::plan {

using ir::NodeId;

Body::Body(const ir::TypedGraph& graph, std::span<const Dims> shapes, Dims iteration,
           std::size_t& instructions, FindStored find_stored)
    : graph_(graph),
      shapes_(shapes),
      iteration_(iteration),
      instructions_(instructions),
      find_stored_(std::move(find_stored)) {
  kernel.fast_math = graph.fast_math;
  same_or_new({0, 0, iteration, {}, 0, identity_map(iteration)}, ir::kNoNode);
}

void throw_too_many(const ir::TypedGraph& graph, NodeId node) {
  throw Error(ErrorCode::limit,
              "views of views and reductions of reductions make this expression more than " +
                  std::to_string(kMaxPlanned) + " operations",
              graph.span(node), "evaluate a part of it first");
}

void Body::count(NodeId node) {
  if (++instructions_ > kMaxPlanned) throw_too_many(graph_, node);
}

std::uint32_t Body::chain_through(std::uint32_t chain, NodeId view) {
  const auto known = chain_of_.find(key(view, chain));
  if (known != chain_of_.end()) return known->second;
  const ir::TypedNode& node = graph_.nodes[view];
  const ir::ViewSpec& spec = graph_.views[node.attr];
  const Dims& operand = shapes_[node.args[0]];
  Chain made{chain, node.attr, operand, graph_.span(view), chains_[chain].base, {}};
  if (spec.kind == ir::ViewSpec::Kind::reshape) {
    made.base = static_cast<std::uint32_t>(chains_.size());
    made.map = identity_map(operand);
  } else {
    made.map = compose(chains_[chain].map, chains_[chain].operand, spec, operand, made.span);
  }
  const std::uint32_t id = same_or_new(std::move(made), view);
  chain_of_.emplace(key(view, chain), id);
  return id;
}

/// Returns the chain that leads from the same space to the same elements.
std::uint32_t Body::same_or_new(Chain chain, NodeId view) {
  const auto id = static_cast<std::uint32_t>(chains_.size());
  const bool reshapes = id > 0 && chain.base == id;
  std::vector<std::int64_t> text{reshapes ? 1 : 0, reshapes ? chain.parent : chain.base,
                                 reshapes ? chain.view : 0};
  text.insert(text.end(), chain.operand.begin(), chain.operand.end());
  for (const AxisMap& a : chain.map) text.insert(text.end(), {a.axis, a.start, a.step});
  const auto [at, fresh] = chain_like_.try_emplace(std::move(text), id);
  if (!fresh) return at->second;
  if (view != ir::kNoNode) count(view);
  chains_.push_back(std::move(chain));
  return id;
}

std::uint32_t Body::without_axes(std::uint32_t mask) {
  Chain made{0, kWithoutAxes, {}, {}, 0, {}};
  for (int i = 0; i < iteration_.size(); ++i) {
    if ((mask >> i) & 1U) continue;
    made.operand.push_back(iteration_[i]);
    made.map.push_back(chains_[0].map[static_cast<std::size_t>(i)]);
  }
  chains_.push_back(std::move(made));
  removed_axes_ = mask;
  return static_cast<std::uint32_t>(chains_.size() - 1);
}

/// Puts axes of extent 1 where those of `mask` are missing.
ir::Layout Body::with_axes(const ir::Layout& from, std::uint32_t mask) const {
  ir::Layout out{{}, {}, from.offset};
  int next = 0;
  for (int i = 0; i < iteration_.size(); ++i) {
    const bool missing = ((mask >> i) & 1U) != 0;
    out.shape.push_back(missing ? 1 : from.shape[next]);
    out.strides.push_back(missing ? 0 : from.strides[next]);
    if (!missing) ++next;
  }
  return out;
}

ir::Layout Body::layout(const BodyLoad& load, const ir::Layout& own) const {
  ir::Layout at = own;
  for (std::uint32_t c = load.chain; c != 0; c = chains_[c].parent) {
    const Chain& step = chains_[c];
    at = ir::broadcast_to(at, step.operand);
    at = step.view == kWithoutAxes ? with_axes(at, removed_axes_)
                                   : ir::apply_view(graph_.views[step.view], at, step.span);
  }
  return ir::broadcast_to(at, iteration_);
}

std::uint32_t Body::load(Memory source, DType dtype, std::uint32_t chain, NodeId node) {
  const auto [at, fresh] = load_of_[static_cast<std::size_t>(source.kind)].try_emplace(
      key(source.index, chain), static_cast<std::uint32_t>(loads.size()));
  if (fresh) {
    loads.push_back({source, dtype, chain, node});
    kernel.loads.push_back({dtype, kernel::Access::contiguous});
  }
  return at->second;
}

std::uint32_t Body::param(ParamSource source, DType lane) {
  const auto found = std::find(params.begin(), params.end(), source);
  if (found != params.end()) return static_cast<std::uint32_t>(found - params.begin());
  params.push_back(source);
  kernel.params.push_back(lane);
  return static_cast<std::uint32_t>(params.size() - 1);
}

std::uint32_t Body::constant(const Scalar& value) {
  std::string bytes(reinterpret_cast<const char*>(value.bytes), sizeof value.bytes);
  const auto [at, fresh] = constant_of_.try_emplace(
      {value.dtype, std::move(bytes)}, static_cast<std::uint32_t>(kernel.constants.size()));
  if (fresh) kernel.constants.push_back(value);
  return at->second;
}

bool Body::is_scalar(NodeId id) const {
  const ir::TypedNode& node = graph_.nodes[id];
  return node.op == Op::constant || node.op == Op::extent ||
         (node.op == Op::variable && graph_.inputs[node.attr].weak);
}

/// Returns the chain of an operand; scalars are the same in every view.
std::uint32_t Body::chain_below(NodeId operand, NodeId user, std::uint32_t chain) {
  if (is_scalar(operand)) return 0;
  return graph_.nodes[user].op == Op::view ? chain_through(chain, user) : chain;
}

std::uint32_t Body::append(NodeId id, std::uint32_t chain) {
  const ir::TypedNode& node = graph_.nodes[id];
  count(id);
  kernel::Inst inst;
  inst.op = node.op;
  inst.watch = graph_.report_events && ir::may_signal(graph_, id);
  inst.lane = inst.target = ir::lane_of(node.dtype);
  if (const auto stored = find_stored_(id)) {
    const bool watch = inst.watch && is_reduction(node.op);  // others were watched where made
    inst = conversion(*stored, inst.lane, chain, id);
    inst.watch = watch;
  } else if (node.op == Op::variable) {
    const ir::TypedInput& input = graph_.inputs[node.attr];
    inst.param = input.weak;
    inst.attr = input.weak ? param({true, node.attr, 0}, inst.lane)
                           : load({Memory::Kind::input, node.attr}, input.dtype, chain, id);
  } else if (node.op == Op::constant) {
    inst.attr = constant(graph_.constants[node.attr]);
  } else if (node.op == Op::extent) {
    const ir::TypedNode& reduction = graph_.nodes[node.args[0]];
    const Dims& shape = shapes_[reduction.args[0]];
    const std::uint32_t mask =
        ir::reduced_axes(graph_.reduces[reduction.attr], shape.size(), graph_.span(node.args[0]));
    double count = 1;
    for (int i = 0; i < shape.size(); ++i) {
      if ((mask >> i) & 1U) count *= static_cast<double>(shape[i]);
    }
    inst.op = Op::variable;
    inst.param = true;
    inst.attr = param({false, 0, count}, DType::float64);
  } else {
    if (node.op == Op::round_half || node.op == Op::saturate || node.half_precision) {
      inst.target = node.dtype;
    }
    if (node.op == Op::bitcast) {
      const DType from = graph_.nodes[node.args[0]].dtype;
      inst.target = is_half(from) ? from : node.dtype;
    }
    inst.check = graph_.checks(node);
    inst.nargs = node.nargs;
    for (std::size_t i = 0; i < node.nargs; ++i) {
      inst.args[i] = done_.at(key(node.args[i], chain_below(node.args[i], id, chain)));
    }
  }
  kernel.body.push_back(inst);
  nodes.push_back(chain == 0 ? id : ir::kNoNode);
  return static_cast<std::uint32_t>(kernel.body.size() - 1);
}

/// Returns the load of what is stored, or, after adding that, its conversion to the lane.
kernel::Inst Body::conversion(const Stored& stored, DType lane, std::uint32_t chain, NodeId id) {
  kernel::Inst inst;
  inst.op = Op::variable;
  inst.lane = inst.target = ir::lane_of(stored.dtype);
  inst.attr = load(stored.source, stored.dtype, chain, id);
  if (inst.lane == lane) return inst;
  kernel.body.push_back(inst);
  nodes.push_back(ir::kNoNode);
  kernel::Inst cast;
  cast.op = Op::cast;
  cast.lane = cast.target = lane;
  cast.nargs = 1;
  cast.args[0] = static_cast<std::uint32_t>(kernel.body.size() - 1);
  return cast;
}

std::uint32_t Body::emit(NodeId root, std::uint32_t from) {
  if (is_scalar(root)) from = 0;
  std::vector<Frame> stack{{root, from, 0}};
  while (!stack.empty()) {
    Frame& top = stack.back();
    const NodeId id = top.node;
    const std::uint32_t chain = top.chain;
    const ir::TypedNode& node = graph_.nodes[id];
    if (top.next == 0 && done_.contains(key(id, chain))) {
      stack.pop_back();
      continue;
    }
    const bool leaf = node.op == Op::extent || (top.next == 0 && find_stored_(id).has_value());
    if (!leaf && top.next < node.nargs) {
      const NodeId arg = node.args[static_cast<std::size_t>(top.next++)];
      stack.push_back({arg, chain_below(arg, id, chain), 0});
      continue;
    }
    done_[key(id, chain)] = node.op == Op::view
                                ? done_.at(key(node.args[0], chain_below(node.args[0], id, chain)))
                                : append(id, chain);
    stack.pop_back();
  }
  return done_.at(key(root, from));
}

}  // namespace tightloop::plan
