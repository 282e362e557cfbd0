// The command line of `tightloop`: argv in, a checked Command out. Nothing is opened or evaluated
// here.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/options.hpp"

namespace tightloop::tool {

/// A mistake on the command line; what() is the sentence for the user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One NAME=VALUE argument, split at the first '='.
struct NamedText {
  std::string name;
  std::string text;
};

/// True for what the language takes as the name of a variable.
bool is_identifier(std::string_view name);

struct Command {
  enum class Action { evaluate, explain, functions, help, version };
  Action action = Action::evaluate;
  std::string expression;
  std::vector<NamedText> variables;  ///< names are identifiers, each once
  std::vector<std::string> outputs;  ///< one file per result, or none
  std::vector<std::string> definition_files;
  std::vector<std::string> definitions;
  Options options;
  std::uint64_t memory = 0;  ///< most bytes of memory; 0: as much as it takes
  bool steps = false;        ///< explain: each step
  bool json = false;
  bool events = false;
  bool time = false;
  bool quiet = false;  ///< no line of progress
};

/// Reads argv. An argument that is no option of ours is the expression or a NAME=VALUE, whether or
/// not it begins with '-'; after "--" all are. Throws UsageError.
Command parse_command(int argc, const char* const* argv);

/// Returns the text of --help, with a final newline: one screen of 24 lines of 80 columns.
std::string help_text();

}  // namespace tightloop::tool
