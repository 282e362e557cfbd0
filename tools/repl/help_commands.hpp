// :help and :vars, and the names that help is had on.
#pragma once

#include <string>
#include <vector>

#include "repl/commands.hpp"

namespace tightloop::tool {

void help_command(Session& session, const CommandText& text);
void vars_command(Session& session, const CommandText& text);

/// Returns what calls may name: built-in functions in all spellings, the prelude's, generators.
std::vector<std::string> function_names();

/// The names that stand for numbers.
inline constexpr std::string_view kConstants[] = {"pi", "e", "inf", "nan"};

}  // namespace tightloop::tool
