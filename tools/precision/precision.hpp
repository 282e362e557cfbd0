// The subcommand `tightloop precision`.
#pragma once

#include <span>

namespace tightloop::tool {

/// Runs with the arguments after the word; see Subcommand.
int run_precision(std::span<const char* const> arguments);

}  // namespace tightloop::tool
