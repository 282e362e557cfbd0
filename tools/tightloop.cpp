// The program `tightloop`: evaluates one expression over files and numbers, prints the results
// or writes them to files. Nothing is printed or written before everything has succeeded.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "asked_attributes.hpp"
#include "events_text.hpp"
#include "exit_status.hpp"
#include "function_list.hpp"
#include "json_output.hpp"
#include "repl/repl.hpp"
#include "standard_output.hpp"
#include "stream_command.hpp"
#include "subcommands.hpp"
#include "summary.hpp"
#include "task_progress.hpp"
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

/// Returns what is printed of an expression with "x.shape" or "x.dtype" among its results; what
/// stands beside them is evaluated. Empty for other expressions.
std::string attributes_text(const Command& command, BindingsView bindings) {
  const std::string& text = command.expression;
  const AskedResults asked = asked_results(text);
  if (!asked.any() || command.json || !command.outputs.empty()) return {};
  const auto composed = [&](bool values) {
    std::string out = text.substr(0, asked.begin);
    for (const AskedResult& result : asked.results) {
      if (values && result.what != AskedResult::What::value) continue;
      out += text.substr(result.span.begin, result.span.end - result.span.begin) + ", ";
    }
    return out;
  };
  const std::vector<ResultType> types = result_types(composed(false), bindings, command.options);
  const bool any = std::any_of(asked.results.begin(), asked.results.end(), [](const auto& result) {
    return result.what == AskedResult::What::value;
  });
  std::vector<Array> values;
  if (any) values = evaluate_all(composed(true), bindings, command.options);
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < types.size() && i < asked.results.size(); ++i) {
    const AskedResult::What what = asked.results[i].what;
    out += (what == AskedResult::What::value ? array_text(values[next++])
                                             : attribute_text(what, types[i])) +
           '\n';
  }
  return out;
}

/// Evaluates, writes the files, and returns what is to be printed.
std::string evaluate_command(const Command& command) {
  std::vector<Array> inputs;
  const std::vector<Binding> bindings = bind_variables(command.variables, inputs);
  if (command.action == Command::Action::explain) {
    const auto tell = command.steps ? explain_steps : explain;
    std::string text = tell(command.expression, bindings, command.options);
    if (text.empty() || text.back() != '\n') text += '\n';
    if (!command.time) return text;
    std::vector<Array> results = evaluate_all(command.expression, bindings, command.options);
    return text + timing_text(measure(command.expression, bindings, command.options, results));
  }
  if (std::string text = attributes_text(command, bindings); !text.empty()) return text;
  Stats stats;
  Options options = command.options;
  options.stats = &stats;
  std::vector<Event> events;
  if (command.events) options.events = &events;
  std::optional<TaskProgress> progress;
  if (!command.quiet) options.executor = &progress.emplace(options.threads);
  if (!command.quiet && options.threads == 1) options.threads = 2;  // in tasks, one by one
  std::vector<Array> results = evaluate_all(command.expression, bindings, options);
  progress.reset();
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

/// True where standard input is a script: a pipe or a file.
bool input_is_script() {
  struct stat info {};
  return ::fstat(STDIN_FILENO, &info) == 0 &&
         (S_ISFIFO(info.st_mode) || S_ISREG(info.st_mode) || S_ISSOCK(info.st_mode));
}

int run(int argc, char** argv) {
  if (const Subcommand* subcommand = find_subcommand(argc, argv)) {
    return subcommand->run({argv + 2, argv + argc});
  }
  const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  if (argc == 1 && (terminal || input_is_script())) return run_repl({});
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
