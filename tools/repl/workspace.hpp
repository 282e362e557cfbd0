// What a session remembers: variables, functions and options; and the evaluation of its
// expressions.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "repl/bound_text.hpp"
#include "repl/composition.hpp"
#include "tightloop/definitions.hpp"

namespace tightloop::tool {

class Workspace {
 public:
  explicit Workspace(const Options& options = {}) : options_(options) {}

  /// Returns what a name stands for; null for nothing.
  ValuePtr find(std::string_view name) const;
  void bind(const std::string& name, ValuePtr value) { variables_[name] = std::move(value); }
  /// Forgets a name; false where it stands for nothing.
  bool unbind(const std::string& name) { return variables_.erase(name) > 0; }
  const std::map<std::string, ValuePtr, std::less<>>& variables() const { return variables_; }

  /// Defines functions, as Definitions::define does. Lazy values keep the functions that they were
  /// written with.
  void define(std::string_view text);
  /// Begins with these functions.
  void adopt(const Definitions& definitions);
  /// Returns the name under which the present function of that name is kept; empty where the user
  /// has defined none.
  std::string kept_function(std::string_view name) const;
  /// Returns the user's functions.
  std::vector<DefinitionInfo> functions() const;

  /// Returns the options of every evaluation; what they point to lives as long as this object.
  Options options() const;
  /// The same, to be changed.
  Options& settings() { return options_; }

  /// Numbers what has no name of its own: "zeros_1".
  std::string fresh_name(std::string_view kind);
  /// Returns a seed that no call before has had, the same in every session.
  std::uint64_t next_seed() { return ++seeds_; }

  /// Return what the library does of an expression. Throw Error about what was written.
  std::vector<ResultType> types(const BoundText& expression) const;
  std::vector<Array> evaluate(const BoundText& expression, const Options& options) const;
  std::vector<Array> evaluate(const BoundText& expression) const {
    return evaluate(expression, options());
  }

  /// Makes a composition of an expression or of values and hands it to f; errors about the
  /// composed text become errors about what was written.
  template <class Expression, class F>
  auto with_composition(const Expression& expression, F&& f) const {
    Composition composition(expression, known_names());
    try {
      return f(composition);
    } catch (const Error& error) {
      throw composition.relocate(error);
    }
  }

 private:
  KnownNames known_names() const;
  void keep(const DefinitionInfo& function);

  Options options_;
  Definitions definitions_;
  std::map<std::string, ValuePtr, std::less<>> variables_;
  std::map<std::string, std::string, std::less<>> kept_;  // by the function's own name
  int kept_count_ = 0;
  std::map<std::string, int, std::less<>> fresh_;
  std::uint64_t seeds_ = 0;
};

}  // namespace tightloop::tool
