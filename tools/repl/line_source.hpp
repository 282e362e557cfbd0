// Where the session's lines come from: a terminal with editing and history, or any other stream.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "repl/completion.hpp"
#include "repl/signals.hpp"

namespace tightloop::tool {

class LineSource {
 public:
  enum class Status { line, interrupted, end };
  virtual ~LineSource() = default;
  /// Reads one line, without its end. `interrupted`: Ctrl-C, the line is given up.
  virtual Status read(std::string_view prompt, std::string& line) = 0;
  /// Adds an input to the history.
  virtual void remember(const std::string& input) = 0;
};

/// True where the program was built with libedit.
bool has_line_editing();

/// Reads standard input as it is; shows the prompt only where it is a terminal.
std::unique_ptr<LineSource> plain_lines(TerminalSignals& signals);

/// Reads from the terminal with editing, completion and a history that is kept in
/// $XDG_STATE_HOME/tightloop/history (or under ~/.local/state), readable by its owner alone. Null
/// where the program was built without libedit or the terminal has no cursor (TERM=dumb).
std::unique_ptr<LineSource> edited_lines(TerminalSignals& signals,
                                         std::function<Completion(std::string_view)> complete);

}  // namespace tightloop::tool
