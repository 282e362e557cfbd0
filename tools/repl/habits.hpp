// What people type by habit from Python and IPython: "quit()", "help(sum)", "?sum", "print(x)",
// "save('y.npy', x)", "plot(x)", "del x"; each stands for a command or a statement of the session.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repl/workspace.hpp"

namespace tightloop::tool {

/// Returns the command that a whole input stands for, as typed with ':'; or, for print(...), the
/// expressions inside. None for what is no habit, or where the session has given the name another
/// meaning.
std::optional<std::string> habit(const std::string& input, const Workspace& workspace);

/// Returns the names of "del x, y"; empty for other inputs.
std::vector<std::string> deleted_names(const std::string& input, const Workspace& workspace);

}  // namespace tightloop::tool
