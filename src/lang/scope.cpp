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
  if (name == "is") return "write '==' to compare";
  if (name == "true") return "did you mean 'True'?";
  if (name == "false") return "did you mean 'False'?";
  if (name == "np" || name == "numpy" || name == "math") {
    return "functions and constants have no prefix: 'sqrt(x)', 'pi'";
  }
  return {};
}

}  // namespace

Scope::Scope(std::span<const std::string_view> variables)
    : variables_(variables), sorted_(variables.begin(), variables.end()) {
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

void Scope::fail(std::string_view name, Span span) const {
  if (is_function(name)) {
    const std::string call = name.size() > 40 ? "f(x)" : std::string(name) + "(x)";
    throw Error(ErrorCode::name, quoted(name) + " is a function", span, "call it: '" + call + "'");
  }
  std::string hint(word_hint(name));
  if (hint.empty()) {
    std::vector<std::string_view> names(variables_.begin(), variables_.end());
    for (const auto& [bound, node] : bindings_) names.push_back(bound);
    const bool none = names.empty();
    for (const NamedConstant& c : kConstants) names.push_back(c.name);
    hint = suggest(name, names, none ? "constants" : "known names");
  }
  throw Error(ErrorCode::name, "unknown variable " + quoted(name), span, hint);
}

}  // namespace tightloop::lang
