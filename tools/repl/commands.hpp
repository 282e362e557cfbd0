// The commands of a session, which begin with ':'. One row of a table each: :help, completion, the
// manual and the tests iterate it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/error.hpp"

namespace tightloop::tool {

class Session;

/// What follows a command's name.
struct CommandText {
  std::shared_ptr<const std::string> source;  ///< the whole input
  Span span;                                  ///< the arguments' bytes of it, without spaces around
  std::string_view text() const {
    return std::string_view(*source).substr(span.begin, span.end - span.begin);
  }
};

struct SessionCommand {
  std::string_view name;                      ///< without ':'
  std::string_view arguments;                 ///< "EXPR", "[NAME]", ...; empty: none
  std::string_view doc;                       ///< one line
  void (*run)(Session&, const CommandText&);  ///< null for :quit
  std::string (*more)() = nullptr;            ///< what :help of the command says beside `doc`
};

/// Returns the table, in the order of :help.
std::span<const SessionCommand> session_commands();

/// Runs an input that begins with ':'; a name may be cut where that leaves one command. Returns
/// false for :quit. Throws Error.
bool run_command(Session& session, const std::string& input);

/// Throws Error(value) that shows where in the input.
[[noreturn]] void refuse(const CommandText& text, const std::string& message,
                         const std::string& hint = {});

/// Returns how far two words are from each other: insertions, deletions, changes and swaps of
/// neighbours (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b);

}  // namespace tightloop::tool
