// Typed graphs and kernels as the public face shows them: names and types, not nodes.
#include "tightloop/inspect.hpp"

#include <algorithm>
#include <map>

#include "api/front.hpp"
#include "api/guard.hpp"
#include "exec/engine_core.hpp"
#include "ir/shapes.hpp"
#include "types/text.hpp"

namespace tightloop {
namespace {

/// A call's variables and the program that is made for them.
struct Inspected {
  Inspected(std::string_view text, BindingsView vars, const Options& options) {
    detail::check_options(options);
    for (const Binding& b : vars.items()) variables.push_back({b.name, &b.value});
    detail::check_names(variables);
    prepared = detail::prepare({text, {}}, variables, {}, options, exec::EngineCore::standard());
    for (std::uint32_t at : prepared->argument_of_input) arguments.push_back(variables[at].value);
  }

  const ir::TypedGraph& graph() const { return prepared->program->graph(); }

  std::vector<Dims> shapes() const {
    std::vector<Dims> inputs;
    for (const Arg* a : arguments) inputs.push_back(a->weak() ? Dims{} : a->view().shape());
    return ir::infer_shapes(graph(), inputs);
  }

  std::vector<detail::Variable> variables;
  std::shared_ptr<const detail::Prepared> prepared;
  std::vector<const Arg*> arguments;
};

/// True for a node that prepares an operand for the node it comes from, and is not its value.
bool prepares(const ir::TypedGraph& graph, const ir::TypedNode& node,
              const std::vector<bool>& varies) {
  const ir::Node& source = graph.source.nodes()[node.origin];
  switch (node.op) {
    case Op::constant: return varies[node.origin];
    case Op::cast:
      return source.op != Op::astype && source.op != Op::saturate && source.op != Op::positive &&
             graph.nodes[node.args[0]].origin != node.origin;
    case Op::extent:
    case Op::align: return true;
    default: return false;
  }
}

/// Returns the node that is the value of each sub-expression: the last of those that come from it.
std::vector<ir::NodeId> values_of_parts(const ir::TypedGraph& graph) {
  std::vector<bool> varies;  // source nodes: made of a variable
  for (const ir::Node& node : graph.source.nodes()) {
    bool any = node.op == Op::variable;
    for (const ir::NodeId arg : node.args) any = any || (arg != ir::kNoNode && varies[arg]);
    varies.push_back(any);
  }
  std::map<ir::NodeId, ir::NodeId> last;
  for (ir::NodeId id = 0; id < graph.nodes.size(); ++id) {
    const ir::TypedNode& node = graph.nodes[id];
    if (node.origin == ir::kNoNode || prepares(graph, node, varies)) continue;
    last[node.origin] = id;
  }
  std::vector<ir::NodeId> out;
  for (const auto& [origin, id] : last) out.push_back(id);
  return out;
}

Part part_of(const ir::TypedGraph& graph, ir::NodeId id, const Dims& shape) {
  const ir::TypedNode& node = graph.nodes[id];
  Part part{graph.text(id), graph.span(id), node.dtype, shape, node.weak, {}, {}, {}};
  if (is_integer(node.dtype) || is_bool(node.dtype)) {
    part.lowest = to_string(node.range.lo);
    part.highest = to_string(node.range.hi);
  }
  std::vector<int> results;
  for (std::size_t r = 0; r < graph.results.size(); ++r) {
    if (graph.results[r] == id) results.push_back(static_cast<int>(r));
  }
  part.results = results;
  return part;
}

}  // namespace

List<ResultType> detail::result_type_list(std::string_view text, BindingsView vars,
                                          const Options& options) {
  return detail::guarded(text, [&]() -> List<ResultType> {
    const Inspected inspected(text, vars, options);
    const std::vector<Dims> shapes = inspected.shapes();
    std::vector<ResultType> out;
    for (const ir::NodeId id : inspected.graph().results) {
      const ir::TypedNode& node = inspected.graph().nodes[id];
      out.push_back({node.dtype, shapes[id], node.weak});
    }
    return out;
  });
}

List<Part> detail::part_list(std::string_view text, BindingsView vars, const Options& options) {
  return detail::guarded(text, [&]() -> List<Part> {
    const Inspected inspected(text, vars, options);
    const ir::TypedGraph& graph = inspected.graph();
    const std::vector<Dims> shapes = inspected.shapes();
    std::vector<ir::NodeId> kept = values_of_parts(graph);
    kept.insert(kept.end(), graph.results.begin(), graph.results.end());
    std::sort(kept.begin(), kept.end());
    kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
    std::vector<Part> out;
    for (const ir::NodeId id : kept) out.push_back(part_of(graph, id, shapes[id]));
    return out;
  });
}

std::string kernel_code(std::string_view text, CodeForm form, BindingsView vars,
                        const Options& options) {
  return detail::guarded(text, [&] {
    const exec::EngineCore& engine = exec::EngineCore::standard();
    const Inspected inspected(text, vars, options);
    const plan::LoopPlan plan = inspected.prepared->program->plan(inspected.arguments);
    std::string out;
    const auto add = [&](std::size_t stage, const kernel::KernelPlan& kernel, const char* role) {
      out += (form == CodeForm::ir ? "; " : "# ") + ("stage " + std::to_string(stage)) + role +
             "\n" + engine.code_of(kernel, form);
      if (out.back() != '\n') out += '\n';
    };
    for (std::size_t s = 0; s < plan.stages.size(); ++s) {
      const plan::Stage& stage = plan.stages[s];
      if (stage.product) {
        if (!stage.product->in_place) {
          add(s, stage.product->left.kernel, ", left operand of a product");
          add(s, stage.product->right.kernel, ", right operand of a product");
        }
        add(s, stage.product->kernel, ", product");
        continue;
      }
      add(s, stage.main.kernel, "");
      if (stage.has_epilogue) add(s, stage.epilogue.kernel, ", what follows the reduction");
    }
    return out;
  });
}

}  // namespace tightloop
