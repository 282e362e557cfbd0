// Command lines that were meant otherwise, and what to type.
#pragma once

#include <string>

#include "arguments.hpp"

namespace tightloop::tool {

/// Throws UsageError for a word that is neither an option nor NAME=VALUE; where it is a file, with
/// the command that names it.
[[noreturn]] void refuse_word(const Command& command, const std::string& word);

/// Throws UsageError where the expression is the name of a file that is there and there are no
/// variables.
void refuse_file_as_expression(const Command& command);

}  // namespace tightloop::tool
