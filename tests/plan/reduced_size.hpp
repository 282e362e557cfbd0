// Whether what a plan keeps is no larger than a reduction's result.
#pragma once

#include <vector>

#include "plan/loop_plan.hpp"

namespace tightloop::plan_test {

/// True for a reduction, and for what is computed, element by element, from one of its shape.
inline bool has_reduced_size(const plan::LoopPlan& plan, const ir::TypedGraph& graph,
                             ir::NodeId node) {
  std::vector<ir::NodeId> stack{node};
  std::vector<bool> seen(graph.nodes.size(), false);
  while (!stack.empty()) {
    const ir::NodeId id = stack.back();
    stack.pop_back();
    if (seen[id] || !(plan.shapes[id] == plan.shapes[node])) continue;
    seen[id] = true;
    const ir::TypedNode& n = graph.nodes[id];
    if (is_reduction(n.op)) return true;
    if (n.op != Op::view) stack.insert(stack.end(), n.args.begin(), n.args.begin() + n.nargs);
  }
  return false;
}

}  // namespace tightloop::plan_test
