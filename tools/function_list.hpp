// The functions of a call: what --define and --defs add, and the list that --functions prints.
#pragma once

#include <string>

#include "arguments.hpp"
#include "tightloop/definitions.hpp"

namespace tightloop::tool {

/// Reads the files of --defs and then the texts of --define, each in the order given. Throws Error
/// (file, or what Definitions::define throws, with the file's name before the message).
Definitions read_definitions(const Command& command);

/// Returns one line per function: operations, prelude, and the call's own.
std::string function_list(const Definitions& own);

}  // namespace tightloop::tool
