// Reading inputs of one or more lines, signals, and errors that end a script or only an input.
#include "repl/repl.hpp"

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "exit_status.hpp"
#include "function_list.hpp"
#include "repl/binder.hpp"
#include "repl/line_source.hpp"
#include "repl/session.hpp"
#include "repl/signals.hpp"
#include "standard_output.hpp"
#include "tightloop/source.hpp"
#include "variables.hpp"

namespace tightloop::tool {
namespace {

constexpr std::string_view kHelp =
    "Runs a session: an expression a line, results printed as NumPy would.\n\n"
    "Usage: tightloop repl [NAME=FILE | NAME=NUMBER]... [OPTION]...\n\n"
    "  Options: --define, --defs, --threads, --promotion, --fp, --overflow, as in\n"
    "  'tightloop --help'. ':help' in the session lists its commands.\n\n"
    "On a terminal, lines can be edited; Tab completes, Ctrl-C stops an evaluation, Ctrl-D\n"
    "leaves. Otherwise standard input is a script: no prompt, and the first error ends it\n"
    "with exit status 2.\n";

/// Thrown where nobody reads the output any more.
struct OutputClosed {};

/// Reads one input, of one or more lines, and counts them.
LineSource::Status read_input(LineSource& lines, std::string& input, int& line_count) {
  InputLines parts;
  std::string line;
  bool more = true;
  while (more) {
    const LineSource::Status status = lines.read(line_count == 0 ? ">>> " : "... ", line);
    if (status == LineSource::Status::interrupted) return status;
    if (status == LineSource::Status::end) {
      if (line_count == 0) return status;
      break;
    }
    ++line_count;
    more = parts.add(line);
  }
  input = parts.text();
  return LineSource::Status::line;
}

/// Prints an error; "error:" stands out where there are colours.
void report(const Terminal& terminal, const std::string& text, bool interactive, int line) {
  constexpr std::string_view kLabel = "error:";
  std::string out = text;
  if (text.starts_with(kLabel) && ::isatty(STDERR_FILENO) != 0) {
    out = terminal.styled(kLabel, "1;31") + text.substr(kLabel.size());
  }
  if (interactive) {
    std::fprintf(stderr, "%s\n", out.c_str());
  } else {
    std::fprintf(stderr, "tightloop: line %d: %s\n", line, out.c_str());
  }
}

/// Runs one input and reports what goes wrong. Returns an exit status; `more` becomes false after
/// :quit.
int run_input(Session& session, const std::string& input, bool interactive, int line, bool& more) {
  try {
    more = session.run(input);
    return kDone;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::stopped) {
      report(session.terminal(), "stopped", interactive, line);
    } else {
      report(session.terminal(), error.picture(), interactive, line);
    }
    return error.code() == ErrorCode::internal ? kInternalError : kUserError;
  } catch (const UsageError& error) {
    report(session.terminal(), std::string("error: ") + error.what(), interactive, line);
    return kUserError;
  } catch (const std::bad_alloc&) {
    report(session.terminal(), "error: out of memory", interactive, line);
    return kUserError;
  } catch (const std::exception& error) {
    report(session.terminal(), std::string("error: ") + error.what(), interactive, line);
    return kInternalError;
  }
}

/// The command line as that of an evaluation, whose options it shares.
Command read_arguments(std::span<const char* const> arguments) {
  std::vector<const char*> words = {"tightloop", "0"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Command command = parse_command(static_cast<int>(words.size()), words.data());
  const bool other = command.json || command.time || command.events || command.quiet ||
                     command.memory > 0 || !command.options.raise.empty() ||
                     !command.outputs.empty() || command.action == Command::Action::explain;
  if (other) {
    throw UsageError(
        "repl takes no -o, --memory, --json, --time, --events, --raise, --quiet or --explain");
  }
  return command;
}

void bind_arguments(Session& session, const Command& command) {
  session.workspace().adopt(read_definitions(command));
  for (const NamedText& variable : command.variables) {
    if (parse_number(variable.text)) {
      session.run(variable.name + " = " + variable.text);
      continue;
    }
    auto value = std::make_shared<Value>();
    value->array = load(variable.text);
    value->name = variable.name;
    value->origin = variable.name + "=" + variable.text;
    value->type = {value->array->dtype(), value->array->shape(), false};
    session.workspace().bind(variable.name, std::move(value));
  }
}

int loop(Session& session, LineSource& lines, TerminalSignals& signals, bool interactive) {
  int read = 0;
  for (bool more = true; more;) {
    signals.reset();
    std::string input;
    int count = 0;
    const LineSource::Status status = read_input(lines, input, count);
    if (status == LineSource::Status::end) break;
    if (status == LineSource::Status::interrupted) {
      if (interactive) continue;
      return kUserError;
    }
    lines.remember(input);
    const int result = run_input(session, input, interactive, read + 1, more);
    if (!interactive && result != kDone) return result;
    read += count;
  }
  return kDone;
}

}  // namespace

int run_repl(std::span<const char* const> arguments) {
  Command command = read_arguments(arguments);
  if (command.action == Command::Action::help) return print(kHelp);
  if (command.action != Command::Action::evaluate) {
    throw UsageError("see 'tightloop --help' for --functions and --version");
  }
  const bool interactive = ::isatty(STDIN_FILENO) != 0;
  TerminalSignals signals;
  command.options.stop = signals.stop();
  Session session(command.options, current_terminal(), [](std::string_view text) {
    if (print(text) != kDone) throw OutputClosed();
  });
  std::unique_ptr<LineSource> lines;
  if (interactive) {
    lines = edited_lines(
        signals, [&](std::string_view line) { return complete(line, session.workspace()); });
  }
  if (lines == nullptr) lines = plain_lines(signals);
  try {
    bind_arguments(session, command);
    if (interactive) session.print("Tightloop. ':help' lists the commands, Ctrl-D leaves.\n");
    return loop(session, *lines, signals, interactive);
  } catch (const OutputClosed&) {
    return kOutputClosed;
  }
}

}  // namespace tightloop::tool
