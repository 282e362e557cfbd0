// The table of commands and how a name finds its row.
#include "repl/commands.hpp"

#include <algorithm>

#include "repl/help_commands.hpp"
#include "repl/inspect_commands.hpp"
#include "repl/output_commands.hpp"
#include "repl/session.hpp"
#include "repl/settings.hpp"
#include "tightloop/file_formats.hpp"

namespace tightloop::tool {
namespace {

constexpr SessionCommand kCommands[] = {
    {"help", "[NAME]", "list the commands, or explain a function or a command", help_command},
    {"vars", "", "list the variables and the functions of the session", vars_command},
    {"info", "EXPR", "dtype, shape, strides, bytes, order, alignment, where it is kept",
     info_command},
    {"type", "EXPR", "dtype, shape and range of every part of an expression", type_command},
    {"plan", "EXPR", "the typed graph and the loops", plan_command},
    {"ir", "EXPR", "the LLVM IR of the kernels", ir_command},
    {"asm", "EXPR", "the machine code of the kernels, as assembly", asm_command},
    {"time", "EXPR", "evaluate for up to a second; median time and throughput", time_command},
    {"mem", "EXPR", "evaluate; memory held beyond inputs and results", mem_command},
    {"save", "EXPR FILE", "evaluate and write a file of the format that its name says",
     save_command,
     [] { return "The name ends in " + list_file_ends(&FileFormat::can_write, " or "); }},
    {"force", "NAME", "evaluate a lazy variable once and keep the result", force_command},
    {"hist", "EXPR", "how many elements fall into each of 20 intervals", hist_command},
    {"show", "EXPR [FILE.png]", "an image, in the terminal or as a file", show_command},
    {"plot", "EXPR", "a vector as a line, or an image, in the terminal", plot_command},
    {"set", "[OPTION VALUE]", "list the options, or set one", set_command},
    {"quit", "", "leave; so does Ctrl-D", nullptr},
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

[[noreturn]] void unknown(const std::string& input, Span span, std::string_view name) {
  std::string_view nearest = "help";
  std::size_t best = name.size() + 1;
  for (const SessionCommand& command : kCommands) {
    const std::size_t d = distance(name, command.name);
    if (d >= best) continue;
    best = d;
    nearest = command.name;
  }
  constexpr std::size_t kLongest = 30;
  const bool near = best * 2 <= name.size() + 1;
  Error error(
      ErrorCode::name, "unknown command ':" + std::string(name.substr(0, kLongest)) + "'", span,
      near ? "did you mean ':" + std::string(nearest) + "'?" : "':help' lists the commands");
  error.set_source(input);
  throw error;
}

const SessionCommand& find(const std::string& input, Span span) {
  const std::string_view name = std::string_view(input).substr(1, span.end - 1);
  std::vector<const SessionCommand*> matches;
  for (const SessionCommand& command : kCommands) {
    if (command.name == name) return command;
    if (!name.empty() && command.name.starts_with(name)) matches.push_back(&command);
  }
  if (matches.size() == 1) return *matches.front();
  for (const SessionCommand& command : kCommands) {  // single letters that everybody expects
    if (name == "h" && command.name == "help") return command;
    if (name == "t" && command.name == "type") return command;
  }
  if (matches.empty()) unknown(input, span, name);
  std::string list;
  for (const SessionCommand* match : matches) {
    list += (list.empty() ? ":" : ", :") + std::string(match->name);
  }
  Error error(ErrorCode::name, "':" + std::string(name) + "' could be " + list, span);
  error.set_source(input);
  throw error;
}

}  // namespace

std::span<const SessionCommand> session_commands() {
  return kCommands;
}

bool run_command(Session& session, const std::string& input) {
  std::size_t end = 1;
  while (end < input.size() && !is_space(input[end])) ++end;
  const SessionCommand& command = find(input, {0, end});
  CommandText text{std::make_shared<const std::string>(input), {end, input.size()}};
  while (text.span.begin < text.span.end && is_space(input[text.span.begin])) ++text.span.begin;
  while (text.span.begin < text.span.end && is_space(input[text.span.end - 1])) --text.span.end;
  const std::string usage = ":" + std::string(command.name) + " " + std::string(command.arguments);
  if (command.arguments.empty() && !text.text().empty()) {
    refuse(text, "':" + std::string(command.name) + "' takes no arguments");
  }
  if (!command.arguments.empty() && command.arguments.front() != '[' && text.text().empty()) {
    text.span = {0, end};
    refuse(text, "':" + std::string(command.name) + "' needs an argument", usage);
  }
  if (command.run == nullptr) return false;
  command.run(session, text);
  return true;
}

void refuse(const CommandText& text, const std::string& message, const std::string& hint) {
  Error error(ErrorCode::value, message, text.span, hint);
  error.set_source(*text.source);
  throw error;
}

std::size_t distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 64;  // names are shorter
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace tightloop::tool
