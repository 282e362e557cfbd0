// The words that may stand in the place of the expression, each with what runs it.
#pragma once

#include <span>
#include <string_view>

namespace tightloop::tool {

struct Subcommand {
  std::string_view name;
  std::string_view line;  ///< what it does, for --help; at most 60 characters
  /// Runs with the arguments after the name (argv style, without a final null). Prints its results
  /// itself, with print() of standard_output.hpp, and returns an ExitStatus; throws UsageError and
  /// Error for mistakes, which main() reports.
  int (*run)(std::span<const char* const> arguments);
};

/// Returns the table, in the order of --help.
std::span<const Subcommand> subcommands();

/// Returns the subcommand that argv[1] names, or null where argv[1] is an expression: any other
/// text, or a word to which a later NAME=VALUE gives a value.
const Subcommand* find_subcommand(int argc, const char* const* argv);

}  // namespace tightloop::tool
