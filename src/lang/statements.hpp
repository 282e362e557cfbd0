// Statements: bindings, then one line of results. A text is one list of them, and so is the body of
// a defined function.
#pragma once

#include <vector>

#include "ir/graph.hpp"
#include "lang/lexer.hpp"
#include "lang/scope.hpp"

namespace tightloop::lang {

/// The results of a list of statements, and the bytes of their line.
struct StatementList {
  std::vector<ir::NodeId> results;
  Span results_span;
};

/// Reads statements up to the end of the stream, adding bindings to the scope and nodes to the
/// graph. Throws Error.
StatementList read_statements(TokenStream& tokens, Scope& scope, ir::Graph& graph);

}  // namespace tightloop::lang
