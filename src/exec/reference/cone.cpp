// Walks from a node down to inputs, constants and finished reductions with an explicit stack, and
// gives each pair of node and frame one step.
#include "exec/reference/cone.hpp"

#include <string>

#include "ir/shapes.hpp"
#include "ir/signals.hpp"

namespace tightloop::reference {
namespace {

[[noreturn]] void bug(const ir::TypedGraph& graph, ir::NodeId id, const char* what) {
  const std::string op(tightloop::id(graph.nodes[id].op));
  throw Error(ErrorCode::internal,
              "reference: node " + std::to_string(id) + " (" + op + ") " + what, graph.span(id));
}

bool is_leaf(Op op) {
  return op == Op::variable || op == Op::constant || op == Op::extent || is_reduction(op);
}

Scalar convert(const Scalar& value, DType lane) {
  Scalar result;
  result.dtype = lane;
  const void* args[] = {value.bytes};
  ops::find_cast(value.dtype, lane).run(result.bytes, args, 1);
  return result;
}

}  // namespace

// Every view on the way remembers where the way ends, so that chains of views that have many users
// are walked once.
Cone::Site Cone::through_views(Site site) {
  std::vector<std::uint64_t> way;
  while (bindings_.node(site.node).op == Op::view) {
    const auto known = view_ends_.find(site.key());
    if (known != view_ends_.end()) {
      site = known->second;
      break;
    }
    way.push_back(site.key());
    const ir::NodeId from = bindings_.node(site.node).args[0];
    site = {from, frames_.compose(site.frame, view_map(site.node))};
  }
  if (view_ends_.size() + way.size() > kMaxSteps) refuse(site.node);
  for (std::uint64_t key : way) view_ends_.emplace(key, site);
  return site;
}

const ViewMap& Cone::view_map(ir::NodeId id) {
  const auto found = view_maps_.find(id);
  if (found != view_maps_.end()) return found->second;
  const ir::TypedNode& view = bindings_.node(id);
  ViewMap map = map_view(bindings_.graph.views[view.attr], bindings_.shapes[id],
                         bindings_.shapes[view.args[0]], bindings_.graph.span(id));
  return view_maps_.emplace(id, std::move(map)).first->second;
}

void Cone::refuse(ir::NodeId id) const {
  throw Error(ErrorCode::limit, "the expression sees its operands through too many views",
              bindings_.graph.span(id), "store an intermediate result in an array of its own");
}

Cone::Site Cone::operand(Site user, int k) {
  const ir::NodeId id = bindings_.node(user.node).args[static_cast<std::size_t>(k)];
  const Dims& shape = bindings_.shapes[id];
  const Dims& user_shape = bindings_.shapes[user.node];
  FrameId frame = user.frame;
  if (!(shape == user_shape)) frame = frames_.compose(frame, map_broadcast(user_shape, shape));
  return through_views({id, frame});
}

std::uint32_t Cone::add(ir::NodeId root) {
  const Site first = through_views({root, 0});
  std::vector<Site> pending{first};
  while (!pending.empty()) {
    const Site site = pending.back();
    const std::size_t before = pending.size();
    if (!step_at_.contains(site.key()) && !is_leaf(bindings_.node(site.node).op)) {
      for (int k = 0; k < bindings_.node(site.node).nargs; ++k) {
        const Site next = operand(site, k);
        if (!step_at_.contains(next.key())) pending.push_back(next);
      }
    }
    if (pending.size() > before) continue;
    pending.pop_back();
    if (!step_at_.contains(site.key())) step_at_.emplace(site.key(), emit(site));
  }
  return step_at_.at(first.key());
}

std::uint32_t Cone::emit(Site site) {
  if (steps_.size() >= kMaxSteps) refuse(site.node);
  const ir::TypedNode& node = bindings_.node(site.node);
  Step step;
  step.node = site.node;
  step.frame = site.frame;
  step.lane = ir::lane_of(node.dtype);
  if (node.op == Op::variable) {
    bind_variable(step, node);
  } else if (node.op == Op::constant) {
    step.value = convert(bindings_.graph.constants[node.attr], step.lane);
  } else if (node.op == Op::extent) {
    step.value = convert(Scalar::of(extent(bindings_.node(node.args[0]))), step.lane);
  } else if (is_reduction(node.op)) {
    const auto found = bindings_.reduced.find(site.node);
    if (found == bindings_.reduced.end()) bug(bindings_.graph, site.node, "is read too early");
    const void* lanes = found->second.data();
    bind_load(step, ArrayView(lanes, step.lane, bindings_.shapes[site.node]));
  } else {
    step.nargs = node.nargs;
    for (int k = 0; k < node.nargs; ++k) {
      step.args[static_cast<std::size_t>(k)] = step_at_.at(operand(site, k).key());
    }
    bind_kernel(step, node);
  }
  steps_.push_back(std::move(step));
  return static_cast<std::uint32_t>(steps_.size() - 1);
}

void Cone::bind_variable(Step& step, const ir::TypedNode& node) const {
  const Input& input = bindings_.inputs[node.attr];
  if (bindings_.graph.inputs[node.attr].weak) {
    step.value = convert(input.scalar, step.lane);
    return;
  }
  if (ir::lane_of(input.view.dtype()) != step.lane ||
      !(input.view.shape() == bindings_.shapes[step.node]) || input.view.data() == nullptr) {
    bug(bindings_.graph, step.node, "is not what its input holds");
  }
  bind_load(step, input.view);
}

void Cone::bind_load(Step& step, const ArrayView& view) const {
  step.load = element_loader(view.dtype(), view.byte_order());
  step.address = static_cast<const std::byte*>(view.data());
  step.offsets = frames_.linear(step.frame, view.strides());
}

void Cone::bind_kernel(Step& step, const ir::TypedNode& node) const {
  const std::size_t last = node.nargs == 0 ? 0 : node.nargs - std::size_t{1};
  const DType lane = steps_[step.args[last]].lane;
  for (std::size_t k = 0; k < last; ++k) {
    const DType wanted = node.op == Op::where && k == 0 ? DType::bool_ : lane;
    if (steps_[step.args[k]].lane != wanted) bug(bindings_.graph, step.node, "mixes lanes");
  }
  if (node.op == Op::cast) {
    step.kernel = ops::find_cast(lane, step.lane);
  } else if (node.op == Op::round_half) {
    step.kernel = ops::find_round_half(lane, node.dtype);
  } else if (node.op == Op::saturate) {
    step.kernel = ops::find_saturate(lane, node.dtype);
  } else if (node.op == Op::bitcast) {
    step.kernel = ops::find_bitcast(bindings_.node(node.args[0]).dtype, node.dtype);
  } else {
    step.kernel = ops::find_kernel(node.op, lane);
  }
  const std::size_t arity = in_table(node.op) ? info(node.op).arity : 1;
  if (step.kernel.run == nullptr || step.kernel.result != step.lane || node.nargs != arity) {
    bug(bindings_.graph, step.node, "has no meaning for its operands");
  }
  step.watched = bindings_.events != nullptr && ir::may_signal(bindings_.graph, step.node);
  if (!bindings_.graph.checks(node)) step.kernel.overflow = nullptr;
}

double Cone::extent(const ir::TypedNode& reduction) const {
  const Dims& shape = bindings_.shapes[reduction.args[0]];
  const std::uint32_t reduced =
      ir::reduced_axes(bindings_.graph.reduces[reduction.attr], shape.size(), {});
  std::int64_t count = 1;
  for (int i = 0; i < shape.size(); ++i) {
    if ((reduced >> i & 1) != 0) count *= shape[i];
  }
  return static_cast<double>(count);
}

}  // namespace tightloop::reference
