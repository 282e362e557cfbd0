// `tightloop repl`: the loop that reads, runs and prints.
#pragma once

#include <span>

namespace tightloop::tool {

/// Runs a session on the terminal, or a script on standard input, which ends at its first error.
/// Takes the options of an evaluation and NAME=VALUE arguments. Returns an ExitStatus.
int run_repl(std::span<const char* const> arguments);

}  // namespace tightloop::tool
