// What a name stands for: a local binding, a variable of the caller, or a constant; in that order.
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "lang/expansion.hpp"

namespace tightloop::lang {

/// True for what Python's users write before a function: "np" and the like.
bool is_module(std::string_view name);

class Scope {
 public:
  /// Borrows the variables' names and the functions for the life of the scope.
  explicit Scope(std::span<const std::string_view> variables, const Functions& functions = {});

  /// Returns the functions beyond the built-in ones.
  const Functions& functions() const { return functions_; }

  /// Makes `name` (which must outlive the scope) stand for a node, whatever it stood for before.
  void bind(std::string_view name, ir::NodeId node) { bindings_[name] = node; }

  /// Returns the node that a name stands for, adding it to the graph; ir::kNoNode for a name that
  /// stands for nothing.
  ir::NodeId find(std::string_view name, Span span, ir::Graph& graph) const;

  /// Throws the Error(name) for a name that stands for nothing.
  [[noreturn]] void fail(std::string_view name, Span span) const;

 private:
  /// Returns every name that stands for something, once.
  std::vector<std::string_view> known_names() const;

  Functions functions_;
  std::span<const std::string_view> variables_;
  std::vector<std::string_view> sorted_;
  // Ordered, so that no choice of names makes look-ups slow.
  std::map<std::string_view, ir::NodeId> bindings_;
};

}  // namespace tightloop::lang
