// Finds the stage whose accumulators suffice for a node, and the slow nodes that are worth storing.
#include "plan/epilogue_values.hpp"

#include <algorithm>
#include <cstddef>

#include "plan/body.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

constexpr std::uint32_t kAny = ~std::uint32_t{0};  // needs no reduction
constexpr std::uint32_t kNowhere = ~std::uint32_t{0} - 1;

bool is_slow(Op op) {
  switch (op) {
    case Op::divide:
    case Op::floor_divide:
    case Op::mod:
    case Op::fmod:
    case Op::pow:
    case Op::sqrt: return true;
    default: return in_table(op) && info(op).lowering == Lowering::math;
  }
}

std::int64_t size_of(const Dims& shape) {
  std::int64_t n = 1;
  for (std::int64_t e : shape) n *= e;
  return n;
}

/// Of every node, the stage whose accumulators suffice to compute it, element by element and in
/// their shape, and whether that is worth storing.
class Homes {
 public:
  Homes(const ir::TypedGraph& graph, std::span<const Dims> shapes,
        std::span<const std::uint32_t> outline_of, const std::vector<StageOutline>& outlines)
      : graph_(graph), shapes_(shapes), slow_(graph.nodes.size(), false) {
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
      const ir::TypedNode& node = graph.nodes[id];
      const bool scalar = node.op == Op::constant || node.op == Op::extent ||
                          (node.op == Op::variable && graph.inputs[node.attr].weak);
      if (scalar) {
        home_.push_back(kAny);
      } else if (is_reduction(node.op)) {
        const std::uint32_t p = outline_of[id];
        home_.push_back(p >= outlines.size() || outlines[p].product ? kNowhere : p);
      } else {
        home_.push_back(node.op == Op::variable || node.op == Op::view ? kNowhere : of(id));
        slow_[id] = is_slow(node.op) || any_slow(node);
      }
    }
  }

  std::uint32_t home(NodeId id) const { return home_[id]; }
  bool is_worth_it(NodeId id) const {
    return home_[id] < kNowhere && !is_reduction(graph_.nodes[id].op) && slow_[id];
  }

 private:
  std::uint32_t of(NodeId id) const {
    const ir::TypedNode& node = graph_.nodes[id];
    std::uint32_t found = kAny;
    for (std::size_t i = 0; i < node.nargs; ++i) {
      const std::uint32_t from = home_[node.args[i]];
      if (from == kAny) continue;
      if (from == kNowhere || (found != kAny && found != from)) return kNowhere;
      if (shapes_[node.args[i]] != shapes_[id]) return kNowhere;
      found = from;
    }
    return found;
  }
  bool any_slow(const ir::TypedNode& node) const {
    return std::any_of(node.args.begin(), node.args.begin() + node.nargs,
                       [&](NodeId arg) { return slow_[arg]; });
  }

  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  std::vector<std::uint32_t> home_;
  std::vector<bool> slow_;
};

}  // namespace

std::vector<bool> move_to_epilogues(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                    std::span<const std::uint32_t> outline_of,
                                    std::vector<StageOutline>& outlines) {
  const Homes homes(graph, shapes, outline_of, outlines);
  std::vector<bool> in_epilogue(graph.nodes.size(), false);
  std::vector<std::size_t> seen(graph.nodes.size(), 0);
  std::size_t visited = 0;
  for (std::size_t p = 0; p < outlines.size(); ++p) {
    const std::int64_t elements = size_of(outlines[p].iteration);
    std::vector<NodeId> stack;
    for (NodeId id : outlines[p].reductions) stack.push_back(graph.nodes[id].args[0]);
    for (std::uint32_t r : outlines[p].stores) stack.push_back(graph.results[r]);
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      const ir::TypedNode& node = graph.nodes[id];
      if (seen[id] == p + 1 || is_reduction(node.op) || node.op == Op::extent) continue;
      seen[id] = p + 1;
      if (++visited > 4 * kMaxPlanned) throw_too_many(graph, id);  // and long before it is planned
      const std::int64_t size = size_of(shapes[id]);
      if (homes.is_worth_it(id) && size > 1 && size < elements) {
        if (!in_epilogue[id]) outlines[homes.home(id)].values.push_back(id);
        in_epilogue[id] = true;
        continue;
      }
      stack.insert(stack.end(), node.args.begin(), node.args.begin() + node.nargs);
    }
  }
  for (StageOutline& outline : outlines) std::sort(outline.values.begin(), outline.values.end());
  return in_epilogue;
}

}  // namespace tightloop::plan
