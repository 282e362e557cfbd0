// The subcommand `convert`: another dtype or format, and no element lost unless the caller says so.
#pragma once

#include <span>

namespace tightloop::tool {

/// Runs `tightloop convert IN -o OUT [--dtype T] [--saturate] [--round]
/// [--allow-loss]`; a row of
/// subcommands().
int run_convert(std::span<const char* const> arguments);

}  // namespace tightloop::tool
