// One walk from results down to inputs: what a node of a wider type reads is not marked.
#include "typing/half_precision.hpp"

#include "tightloop/op.hpp"

namespace tightloop::typing {

void mark_half_precision(ir::TypedGraph& graph) {
  std::vector<char> read_wider(graph.nodes.size(), 0);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    ir::TypedNode& n = graph.nodes[i];
    const bool narrow = is_half(n.dtype) && read_wider[i] == 0;
    n.half_precision = narrow && in_table(n.op) && info(n.op).lowering == Lowering::math;
    if (narrow) continue;
    for (std::size_t a = 0; a < n.nargs; ++a) read_wider[n.args[a]] = 1;
  }
}

}  // namespace tightloop::typing
