// Results as the session prints them. Of large ones only the elements that are shown are computed.
#pragma once

#include <string>

#include "repl/workspace.hpp"

namespace tightloop::tool {

/// Evaluates an expression and returns its results as text, each with a final newline. All come
/// from one evaluation. Throws Error.
std::string displayed(const BoundText& expression, const Workspace& workspace, int precision);

}  // namespace tightloop::tool
