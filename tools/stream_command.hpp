// Evaluation of files and pipes part by part, within a given memory.
#pragma once

#include "arguments.hpp"

namespace tightloop::tool {

/// True for commands that read or write pipes, name a bound for the memory, or whose files are
/// larger than half the machine's memory.
bool wants_streams(const Command& command);

/// Evaluates or explains such a command: results go to their files and to standard output as they
/// come, or are printed. Returns an ExitStatus; throws UsageError, Error.
int run_streams(const Command& command);

}  // namespace tightloop::tool
