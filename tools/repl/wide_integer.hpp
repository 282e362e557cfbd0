// Integer constants of the session that no dtype holds.
#pragma once

#include <optional>
#include <string>

#include "repl/bound_text.hpp"
#include "repl/workspace.hpp"

namespace tightloop::tool {

/// Returns the digits of an expression that is such a constant; none for others.
std::optional<std::string> wide_integer(const BoundText& expression, const Workspace& workspace);

}  // namespace tightloop::tool
