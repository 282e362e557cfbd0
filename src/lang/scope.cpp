// Names of the language: bindings, variables, constants.
#include "lang/scope.hpp"

#include <algorithm>
#include <limits>
#include <numbers>
#include <string>

#include "lang/calls.hpp"
#include "lang/lexer.hpp"
#include "lang/suggest.hpp"

namespace tightloop::lang {
namespace {

struct NamedConstant {
  std::string_view name;
  double value;
};

constexpr NamedConstant kConstants[] = {
    {"pi", std::numbers::pi},
    {"e", std::numbers::e},
    {"inf", std::numeric_limits<double>::infinity()},
    {"nan", std::numeric_limits<double>::quiet_NaN()},
};

/// Words of Python that a user may expect to be operators here.
std::string_view word_hint(std::string_view name) {
  for (const std::string_view word : {"lambda", "import", "for", "def", "return", "while"}) {
    if (name == word) return "a text consists of expressions and bindings 'name = expression'";
  }
  if (name == "true") return "did you mean 'True'?";
  if (name == "false") return "did you mean 'False'?";
  if (is_module(name)) return "a prefix stands before a function or a constant: 'np.pi'";
  return {};
}

}  // namespace

bool is_module(std::string_view name) {
  return name == "np" || name == "numpy" || name == "math";
}

Scope::Scope(std::span<const std::string_view> variables, const Functions& functions)
    : functions_(functions), variables_(variables), sorted_(variables.begin(), variables.end()) {
  std::sort(sorted_.begin(), sorted_.end());
}

ir::NodeId Scope::find(std::string_view name, Span span, ir::Graph& graph) const {
  if (const auto it = bindings_.find(name); it != bindings_.end()) return it->second;
  if (std::binary_search(sorted_.begin(), sorted_.end(), name)) return graph.variable(name, span);
  for (const NamedConstant& c : kConstants) {
    if (c.name == name) return graph.constant(Scalar::of(c.value), span);
  }
  return ir::kNoNode;
}

std::vector<std::string_view> Scope::known_names() const {
  std::vector<std::string_view> names;
  const auto is_bound = [&](std::string_view n) { return bindings_.contains(n); };
  const auto is_variable = [&](std::string_view n) {
    return std::binary_search(sorted_.begin(), sorted_.end(), n);
  };
  for (std::string_view v : variables_) {
    if (!is_bound(v)) names.push_back(v);
  }
  for (const auto& [bound, node] : bindings_) names.push_back(bound);
  for (const NamedConstant& c : kConstants) {
    if (!is_bound(c.name) && !is_variable(c.name)) names.push_back(c.name);
  }
  return names;
}

void Scope::fail(std::string_view name, Span span) const {
  if (is_function(name) || functions_.find(name) != nullptr) {
    const Definition* definition = functions_.find(name);
    const std::string call = name.size() > 40        ? "f(x)"
                             : definition != nullptr ? signature(*definition)
                                                     : std::string(name) + "(x)";
    throw Error(ErrorCode::name, in_quotes(name) + " is a function", span,
                "call it: '" + call + "'");
  }
  std::string hint(word_hint(name));
  if (hint.empty()) {
    const std::vector<std::string_view> names = known_names();
    const bool named = !bindings_.empty() || !variables_.empty();
    hint = suggest(name, names, named ? "known names" : "constants");
  }
  throw Error(ErrorCode::name, "unknown variable " + in_quotes(name), span, hint);
}

}  // namespace tightloop::lang
