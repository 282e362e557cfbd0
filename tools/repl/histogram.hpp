// A histogram as text.
#pragma once

#include <string>

#include "repl/terminal.hpp"
#include "repl/workspace.hpp"

namespace tightloop::tool {

/// Counts the finite elements of a real expression in 20 intervals of equal width from the least to
/// the greatest (fewer for integers that have fewer values), in two passes: range, then counts.
/// Returns a line for each, with a bar. Throws Error.
std::string histogram(const BoundText& expression, const ResultType& type,
                      const Workspace& workspace, const Terminal& terminal);

}  // namespace tightloop::tool
