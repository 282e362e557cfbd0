// The file that keeps what was typed from session to session.
#pragma once

#include <string>

namespace tightloop::tool {

/// Returns the path of the history, in a folder that it creates with access for its owner alone:
/// $XDG_STATE_HOME/tightloop, or ~/.local/state/tightloop. Empty where there is no such folder and
/// none can be made; history is then kept for the session only.
std::string history_path();

/// Creates an empty file beside the history, with access for its owner alone, and returns its path,
/// to be renamed to history_path() once it is written. Empty where that cannot be done.
std::string new_history_file(const std::string& path);

}  // namespace tightloop::tool
