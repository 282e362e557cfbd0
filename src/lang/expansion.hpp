// Expansion of calls of defined functions: the body is read anew with its parameters bound to the
// caller's nodes; literal arguments (axes, flags, numbers) are spliced in as text. Names of the
// caller are invisible to the body, and the body's to the caller.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "lang/definition.hpp"

namespace tightloop::lang {

/// Bytes of bodies that one text may read, and how deep its expansions may nest.
inline constexpr std::size_t kMaxExpansion = std::size_t{1} << 20;
inline constexpr int kMaxExpansionDepth = 32;

/// What is left of these limits.
struct Budget {
  std::size_t bytes = kMaxExpansion;
  int depth = kMaxExpansionDepth;
};

/// The functions that a text may call beyond the built-in ones. Borrows what it points to.
struct Functions {
  const Dictionary* defined = nullptr;
  const Dictionary& (*prelude)() = nullptr;  ///< asked when a name is not among `defined`
  Budget* budget = nullptr;

  /// Returns null for an unknown name.
  const Definition* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
};

/// What a call gives for one parameter: nothing, a node, or the text of a literal.
struct Argument {
  ir::NodeId node = ir::kNoNode;
  std::string_view literal;
  Span span;  ///< in the caller's text

  bool given() const { return node != ir::kNoNode || !literal.empty(); }
};

/// Adds the function's result to the graph; `arguments` are parallel to the parameters, `call` is
/// the place of the call. Throws Error at the call or at the argument that is to blame, naming the
/// function; Error(limit) when the budget is spent.
ir::NodeId expand(const Definition& definition, std::span<const Argument> arguments, Span call,
                  Budget& budget, ir::Graph& graph);

/// Reads the body with variables for the required parameters and the others' fallbacks, to find
/// its mistakes; the bodies that it calls are read out of the budget. Throws Error with spans of
/// the body.
void check_body(const Definition& definition, Budget& budget);

}  // namespace tightloop::lang
