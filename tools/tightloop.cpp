// The program `tightloop`: evaluates one expression over files and numbers, prints the results
// or writes them to files. Nothing is printed or written before everything has succeeded.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "events_text.hpp"
#include "exit_status.hpp"
#include "function_list.hpp"
#include "json_output.hpp"
#include "repl/repl.hpp"
#include "standard_output.hpp"
#include "stream_command.hpp"
#include "subcommands.hpp"
#include "summary.hpp"
#include "tightloop/tightloop.hpp"
#include "timing.hpp"
#include "variables.hpp"

namespace {

using namespace tightloop;
using namespace tightloop::tool;

/// Gives the standard streams that the caller closed a descriptor that refuses to work, so that no
/// file of ours gets their numbers.
void occupy_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // open() returns the lowest free number, which is fd.
    const int got = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (got != fd && got >= 0) ::close(got);
  }
}

void write_outputs(const std::vector<std::string>& paths, const std::vector<Array>& results) {
  std::vector<SavedArray> saved;
  for (std::size_t i = 0; i < paths.size(); ++i) saved.push_back({paths[i], results[i]});
  save_all(saved);
}

/// Evaluates, writes the files, and returns what is to be printed.
std::string evaluate_command(const Command& command) {
  std::vector<Array> inputs;
  const std::vector<Binding> bindings = bind_variables(command.variables, inputs);
  if (command.action == Command::Action::explain) {
    std::string text = explain(command.expression, bindings, command.options);
    if (text.empty() || text.back() != '\n') text += '\n';
    if (!command.time) return text;
    std::vector<Array> results = evaluate_all(command.expression, bindings, command.options);
    return text + timing_text(measure(command.expression, bindings, command.options, results));
  }
  Stats stats;
  Options options = command.options;
  options.stats = &stats;
  std::vector<Event> events;
  if (command.events) options.events = &events;
  std::vector<Array> results = evaluate_all(command.expression, bindings, options);
  if (!command.outputs.empty() && command.outputs.size() != results.size()) {
    throw UsageError("the expression has " + std::to_string(results.size()) +
                     " results, but -o is given " + std::to_string(command.outputs.size()) +
                     " times");
  }
  std::optional<Timing> timing;
  if (command.time) timing = measure(command.expression, bindings, command.options, results);

  std::string text;
  if (command.json) {
    text = json_text(results, stats, cache_info().backend, timing,
                     command.events ? &events : nullptr) +
           '\n';
  } else {
    if (command.outputs.empty()) {
      for (const Array& result : results) text += array_text(result) + '\n';
    }
    text += events_text(events);
    if (timing) text += timing_text(*timing);
  }
  write_outputs(command.outputs, results);
  return text;
}

int run(Command command) {
  const Definitions definitions = read_definitions(command);
  command.options.definitions = &definitions;
  switch (command.action) {
    case Command::Action::help: return print(help_text());
    case Command::Action::functions: return print(function_list(definitions));
    case Command::Action::version: return print("tightloop " TIGHTLOOP_VERSION "\n");
    default: break;
  }
  if (wants_streams(command)) return run_streams(command);
  const std::string text = evaluate_command(command);
  return text.empty() ? kDone : print(text);
}

int run(int argc, char** argv) {
  if (const Subcommand* subcommand = find_subcommand(argc, argv)) {
    return subcommand->run({argv + 2, argv + argc});
  }
  const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  if (argc == 1 && terminal) return run_repl({});
  return run(parse_command(argc, argv));
}

/// `text` begins with "error: ", as Error::picture() does.
int complain(const std::string& text, int status) {
  std::fprintf(stderr, "tightloop: %s\n", text.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed pipe is an error code, not a death
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file-size limit
  occupy_standard_streams();
  try {
    guard_mapped_files();
    return run(argc, argv);
  } catch (const UsageError& error) {
    return complain(std::string("error: ") + error.what(), kUserError);
  } catch (const Error& error) {
    return complain(error.picture(),
                    error.code() == ErrorCode::internal ? kInternalError : kUserError);
  } catch (const std::bad_alloc&) {
    return complain("error: out of memory", kUserError);
  } catch (const std::exception& error) {
    return complain(std::string("error: ") + error.what(), kInternalError);
  }
}
