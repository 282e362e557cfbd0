// Each function is parsed with variables for its parameters, and the reductions of its graph are
// looked at.
#include "api/nullable/functions.hpp"

#include <set>
#include <vector>

#include "api/definition_snapshot.hpp"
#include "lang/parser.hpp"
#include "tightloop/language.hpp"

namespace tightloop::nullable {
namespace {

using Sources = std::set<std::uint32_t>;  // inputs whose nulls a value has

Sources sources_of_operands(const ir::Node& node, const std::vector<Sources>& of_node) {
  Sources out;
  for (std::size_t i = 0; i < node.nargs; ++i) {
    const Sources& operand = of_node[node.args[i]];
    out.insert(operand.begin(), operand.end());
  }
  return out;
}

/// True where two reductions skip the nulls of different inputs.
bool mixes(const ir::Graph& graph) {
  std::vector<Sources> of_node(graph.nodes().size());
  Sources skipped;
  for (ir::NodeId id = 0; id < graph.nodes().size(); ++id) {
    const ir::Node& node = graph[id];
    if (node.op == Op::variable) of_node[id] = {node.attr};
    if (node.nargs == 0 || (node.op == Op::call && node.nargs == 2)) continue;  // full_scale
    Sources sources = sources_of_operands(node, of_node);
    if (!is_reduction(node.op) && node.op != Op::contract) {
      of_node[id] = std::move(sources);
      continue;
    }
    if (sources.empty()) continue;  // of what is reduced already
    if (!skipped.empty() && skipped != sources) return true;
    skipped = std::move(sources);
  }
  return false;
}

/// Returns a call with a variable for each parameter that has no default, and their names.
std::string call_of(const DefinitionInfo& function, std::vector<std::string>& names) {
  const std::vector<Token> tokens = tokenize(function.signature);
  std::string text = function.name + "(";
  for (std::size_t i = 2; i + 1 < tokens.size(); ++i) {
    const bool begins =
        tokens[i - 1].kind == TokenKind::open || tokens[i - 1].kind == TokenKind::comma;
    if (!begins || tokens[i].kind != TokenKind::name || tokens[i + 1].kind == TokenKind::assign) {
      continue;
    }
    text += names.empty() ? "" : ", ";
    names.push_back("x" + std::to_string(names.size()));
    text += names.back();
  }
  return text + ")";
}

bool is_mixed(const DefinitionInfo& function, const Definitions& definitions) {
  std::vector<std::string> names;
  const std::string text = call_of(function, names);
  if (names.size() < 2) return false;
  const auto snapshot = detail::snapshot_of(&definitions);
  const std::vector<std::string_view> variables(names.begin(), names.end());
  return mixes(lang::parse(text, variables, snapshot == nullptr ? nullptr : &snapshot->functions));
}

const DefinitionInfo* find(const std::vector<DefinitionInfo>& functions, std::string_view name) {
  for (const DefinitionInfo& f : functions) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

}  // namespace

std::optional<MixedCall> find_mixed_call(std::string_view text, const Definitions& definitions) {
  const std::vector<Token> tokens = tokenize(text);
  const std::vector<DefinitionInfo> own = definitions.list();
  const std::vector<DefinitionInfo> built_in = prelude();
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::name || tokens[i + 1].kind != TokenKind::open) continue;
    const Span span = tokens[i].span;
    const std::string_view name = text.substr(span.begin, span.end - span.begin);
    const DefinitionInfo* function = find(own, name);
    if (function == nullptr) function = find(built_in, name);
    if (function != nullptr && is_mixed(*function, definitions)) {
      return MixedCall{std::string(name), span};
    }
  }
  return std::nullopt;
}

}  // namespace tightloop::nullable
