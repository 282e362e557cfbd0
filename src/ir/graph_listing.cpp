// Lists a source graph, one node a line, for --explain=steps.
#include "ir/graph.hpp"

namespace tightloop::ir {

std::string to_string(const Graph& graph) {
  std::string out;
  for (NodeId id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph[id];
    std::string line = "%" + std::to_string(id);
    line.append(line.size() < 6 ? 6 - line.size() : 1, ' ');
    line += tightloop::id(node.op);
    if (node.op == Op::variable) line += " " + graph.inputs()[node.attr];
    for (std::size_t i = 0; i < node.nargs; ++i) {
      line += (i == 0 ? " %" : ", %") + std::to_string(node.args[i]);
    }
    line.append(line.size() < 34 ? 34 - line.size() : 1, ' ');
    out += line + "# " + to_text(graph, id);
    for (std::size_t r = 0; r < graph.results.size(); ++r) {
      if (graph.results[r] == id) out += "  -> result " + std::to_string(r + 1);
    }
    out += "\n";
  }
  return out;
}

}  // namespace tightloop::ir
