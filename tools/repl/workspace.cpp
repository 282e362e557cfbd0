// Variables, versions of functions, and calls of the library.
#include "repl/workspace.hpp"

#include <algorithm>
#include "tightloop/evaluate.hpp"

namespace tightloop::tool {

ValuePtr Workspace::find(std::string_view name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? nullptr : found->second;
}

void Workspace::define(std::string_view text) {
  const std::vector<DefinitionInfo> before = definitions_.list();
  const auto is_old = [&](const DefinitionInfo& f) {
    const bool same = std::any_of(before.begin(), before.end(), [&](const DefinitionInfo& b) {
      return b.name == f.name && b.signature == f.signature && b.body == f.body;
    });
    // The same text may mean other functions that it calls.
    return same && text.find(f.name) == std::string_view::npos;
  };
  definitions_.define(text);
  for (const DefinitionInfo& f : definitions_.list()) {
    if (!is_old(f)) keep(f);
  }
}

void Workspace::adopt(const Definitions& definitions) {
  definitions_ = definitions;
  for (const DefinitionInfo& f : definitions.list()) keep(f);
}

/// A second name, which stays when the first one is defined anew.
void Workspace::keep(const DefinitionInfo& function) {
  const std::string name = function.name + "__" + std::to_string(++kept_count_);
  definitions_.define(name + function.signature.substr(function.name.size()) + " =\n" +
                      function.body);
  kept_[function.name] = name;
}

std::string Workspace::kept_function(std::string_view name) const {
  const auto found = kept_.find(name);
  return found == kept_.end() ? std::string() : found->second;
}

std::vector<DefinitionInfo> Workspace::functions() const {
  std::vector<DefinitionInfo> out = definitions_.list();
  std::erase_if(out, [&](const DefinitionInfo& f) { return kept_.count(f.name) == 0; });
  return out;
}

Options Workspace::options() const {
  Options out = options_;
  out.definitions = &definitions_;
  return out;
}

std::string Workspace::fresh_name(std::string_view kind) {
  const auto found = fresh_.emplace(std::string(kind), 0).first;
  return found->first + "_" + std::to_string(++found->second);
}

std::vector<ResultType> Workspace::types(const BoundText& expression) const {
  return with_composition(expression, [&](const Composition& c) {
    return result_types(c.text(), c.bindings(), options());
  });
}

std::vector<Array> Workspace::evaluate(const BoundText& expression, const Options& options) const {
  return with_composition(expression, [&](const Composition& c) {
    return evaluate_all(c.text(), c.bindings(), options);
  });
}

KnownNames Workspace::known_names() const {
  KnownNames out;
  for (const auto& [name, value] : variables_) out.variables.push_back(name);
  for (const auto& [name, kept] : kept_) out.functions[kept] = name;
  return out;
}

}  // namespace tightloop::tool
