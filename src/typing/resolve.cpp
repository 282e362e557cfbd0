// From a source graph to a typed one, step by step: nodes are made, those that nothing reads are
// left out, functions of half types get their precision.
#include <algorithm>
#include <utility>

#include "typing/half_precision.hpp"
#include "typing/resolver.hpp"
#include "typing/typing.hpp"

namespace tightloop::typing {

namespace {

/// Keeps the nodes that the results reach, in order, with the constants they use.
void keep_reachable(const Builder& built, const std::vector<NodeId>& results, ir::TypedGraph& out) {
  const auto& nodes = built.nodes();
  std::vector<char> live(nodes.size(), 0);
  for (NodeId r : results) live[r] = 1;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (live[i] == 0) continue;
    for (std::size_t a = 0; a < nodes[i].nargs; ++a) live[nodes[i].args[a]] = 1;
  }
  std::vector<NodeId> moved(nodes.size(), kNoNode);
  std::vector<std::uint32_t> constant(built.constants().size(), ~std::uint32_t{0});
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (live[i] == 0) continue;
    ir::TypedNode n = nodes[i];
    for (std::size_t a = 0; a < n.nargs; ++a) n.args[a] = moved[n.args[a]];
    if (n.op == Op::constant) {
      std::uint32_t& at = constant[n.attr];
      if (at == ~std::uint32_t{0}) {
        at = static_cast<std::uint32_t>(out.constants.size());
        out.constants.push_back(built.constants()[n.attr]);
      }
      n.attr = at;
    }
    moved[i] = static_cast<NodeId>(out.nodes.size());
    out.nodes.push_back(n);
  }
  for (NodeId r : results) out.results.push_back(moved[r]);
}

constexpr bool kVerifies =
#ifdef NDEBUG
    false;
#else
    true;
#endif

/// Verifies the graph after a step where that is asked for, and tells of it.
void finish_step(const char* heading, const ir::TypedGraph& graph, ir::Steps* steps) {
  if (kVerifies || steps != nullptr) ir::verify(graph);
  if (steps != nullptr) steps->add(heading, "typed graph", ir::to_string(graph));
}

void check_counts(const ir::Graph& graph, std::size_t variables, std::size_t destinations) {
  if (variables != graph.inputs().size()) {
    throw Error(ErrorCode::internal, "typing got " + std::to_string(variables) +
                                         " variable types for " +
                                         std::to_string(graph.inputs().size()) + " inputs");
  }
  if (destinations != 0 && destinations != graph.results.size()) {
    throw Error(ErrorCode::value, "the expression has " + std::to_string(graph.results.size()) +
                                      " results, but " + std::to_string(destinations) +
                                      " destinations were given");
  }
}

/// What a typed graph has beside its nodes.
void describe(ir::TypedGraph& out, const ir::Graph& graph, std::span<const VariableType> variables,
              const Policy& policy) {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    out.inputs.push_back({graph.inputs()[i], variables[i].dtype, variables[i].weak});
  }
  out.contracts = graph.contracts();
  out.fast_math = policy.fp == Fp::fast;
  out.check_overflow =
      checks_overflow(policy) && std::any_of(out.nodes.begin(), out.nodes.end(),
                                             [](const ir::TypedNode& n) { return n.may_wrap; });
  out.report_events = policy.report_events;
  out.check_results = std::any_of(out.nodes.begin(), out.nodes.end(),
                                  [](const ir::TypedNode& n) { return n.must_fit; });
}

/// The graph as it was built, with what nothing reads.
void tell_of_built(const Resolver& resolver, const ir::TypedGraph& kept, const ir::Graph& source,
                   ir::Steps& steps) {
  ir::TypedGraph built = kept;
  built.nodes = resolver.builder().nodes();
  built.constants = resolver.builder().constants();
  built.results = resolver.results();
  built.source = source;
  finish_step("typed, folded and simplified", built, &steps);
}

}  // namespace

ir::TypedGraph resolve(ir::Graph graph, std::span<const VariableType> variables,
                       const Policy& policy, std::span<const DestinationType> destinations,
                       ir::Steps* steps) {
  check_counts(graph, variables.size(), destinations.size());
  if (steps != nullptr) steps->add("source graph", "graph", ir::to_string(graph));
  ir::TypedGraph out;
  {
    Resolver resolver(graph, variables, policy);
    resolver.run(destinations);
    keep_reachable(resolver.builder(), resolver.results(), out);
    out.reduces = resolver.reduces();
    out.views = resolver.views();
    describe(out, graph, variables, policy);
    if (steps != nullptr) tell_of_built(resolver, out, graph, *steps);
  }
  out.source = std::move(graph);
  finish_step("without what nothing reads", out, steps);
  mark_half_precision(out);
  finish_step("functions of half types as exact as these", out, steps);
  return out;
}

}  // namespace tightloop::typing
