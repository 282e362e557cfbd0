// The options of an evaluation, and its expression and variables.
#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "byte_size.hpp"
#include "command_hints.hpp"
#include "subcommands.hpp"
#include "words.hpp"

namespace tightloop::tool {
namespace {

constexpr int kMostThreads = 4096;

// In the order of the enumeration.
const std::vector<std::string> kCastings = {"standard", "no",         "safe", "same_kind",
                                            "unsafe",   "same_value", "wrap", "saturate"};

DType dtype_of_text(const std::string& text) {
  DType out = DType::float64;
  if (parse_dtype(text, out)) return out;
  throw UsageError("--dtype: '" + text + "' is no element type");
}

std::uint64_t count_of_text(const std::string& text) {
  std::uint64_t out = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  if (read.ec == std::errc{} && read.ptr == end) return out;
  throw UsageError("--most-elements: '" + text + "' is no number of elements; write 1000000");
}

/// Reads "divide,invalid" or "all".
EventSet event_set(std::string_view text) {
  if (text == "all") return EventSet::all();
  EventSet out;
  while (!text.empty()) {
    const std::size_t cut = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, cut);
    bool known = false;
    for (EventKind kind :
         {EventKind::divide, EventKind::invalid, EventKind::overflow, EventKind::underflow}) {
      if (word != to_string(kind)) continue;
      out.add(kind);
      known = true;
    }
    if (!known) {
      throw UsageError("--raise: '" + std::string(word) +
                       "' is none of divide, invalid, overflow, underflow and all");
    }
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
  return out;
}

/// The CLI11 application and the places that it fills.
struct OptionReader {
  explicit OptionReader(Command& to) : app("", "tightloop"), command(to) {
    app.set_help_flag();
    add_list("-o,--output", to.outputs, "FILE", "write a result, - to standard output");
    add_list("--define", to.definitions, "'F(X) = EXPR'", "define a function");
    add_list("--defs", to.definition_files, "FILE", "define the functions of a text file");
    app.add_option("--threads", to.options.threads, "at most N, 0: all allowed; --most-elements N")
        ->type_name("N")
        ->check(CLI::Range(0, kMostThreads).description(""));
    app.add_option("--memory", memory, "in parts within e.g. 256M; --most-bytes SIZE")
        ->type_name("SIZE");
    app.add_option("--most-elements", most_elements, "");
    app.add_option("--most-bytes", most_bytes, "");
    add_choice("--promotion", promotion, {"exact", "numpy", "numexpr"},
               "whose rules give the dtypes of results");
    add_choice("--fp", fp, {"strict", "fast"}, "fast: may fuse and reassociate");
    add_choice("--overflow", overflow, {"wrap", "check"},
               "integers past 64 bits: wrap or an error");
    app.add_option("--dtype", dtype, "store results so; --casting wrap|saturate|...")
        ->type_name("DTYPE");
    add_choice("--casting", casting, kCastings, "");
    app.add_flag("--events", to.events, "print where x / 0, NaN, overflow came first");
    app.add_option("--raise", raise, "make events errors: divide,invalid,...; all")
        ->type_name("KIND[,KIND]...");
    app.add_flag("--json", to.json, "print one JSON object");
    app.add_flag("--time", to.time, "repeat for up to a second; median time");
    app.add_flag("--quiet", to.quiet, "draw no line of progress");
    app.add_flag("--explain{loops}", explain, "print types and loops; =steps: every step")
        ->check(CLI::IsMember({"loops", "steps"}).description(""));
    app.add_flag("--functions", functions, "list the functions of the language");
    app.add_flag("--version", version, "");
    app.add_flag("--help", help, "print this; --version; see 'man tightloop'");
  }

  void add_list(const char* flag, std::vector<std::string>& to, const char* type,
                const char* text) {
    app.add_option(flag, to, text)
        ->type_name(type)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void add_choice(const char* flag, std::string& to, std::vector<std::string> choices,
                  const char* text) {
    std::string names;
    for (const std::string& choice : choices) names += (names.empty() ? "" : "|") + choice;
    app.add_option(flag, to, text)->type_name(names)->check(CLI::IsMember(choices).description(""));
  }

  void read(std::vector<std::string> arguments) {
    read_options(app, std::move(arguments));
    command.options.promotion = promotion == "numpy"     ? Promotion::numpy
                                : promotion == "numexpr" ? Promotion::numexpr
                                                         : Promotion::exact;
    command.options.fp = fp == "fast" ? Fp::fast : Fp::strict;
    command.options.overflow = overflow == "check"  ? Overflow::check
                               : overflow == "wrap" ? Overflow::wrap
                                                    : Overflow::by_promotion;
    command.options.casting = static_cast<Casting>(
        std::find(kCastings.begin(), kCastings.end(), casting) - kCastings.begin());
    if (!dtype.empty()) command.options.dtype = dtype_of_text(dtype);
    command.options.raise = event_set(raise);
    if (!most_elements.empty()) command.options.most_elements = count_of_text(most_elements);
    if (!most_bytes.empty()) {
      command.options.most_bytes = parse_byte_size(most_bytes, "--most-bytes");
    }
    if (!memory.empty()) command.memory = parse_byte_size(memory, "--memory");
    if (!explain.empty()) command.action = Command::Action::explain;
    command.steps = explain == "steps";
    if (functions) command.action = Command::Action::functions;
    if (version) command.action = Command::Action::version;
    if (help) command.action = Command::Action::help;
  }

  CLI::App app;
  Command& command;
  std::string promotion = "exact";
  std::string fp = "strict";
  std::string overflow;
  std::string casting = kCastings.front();
  std::string dtype;
  std::string raise;
  std::string memory;
  std::string most_bytes;
  std::string most_elements;
  std::string explain;
  bool functions = false;
  bool version = false;
  bool help = false;
};

/// Refuses two results for one file, however it is spelled.
void check_outputs(const Command& command) {
  std::map<std::string, std::string> seen;
  for (const std::string& path : command.outputs) {
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    // What is written in a stream can take several results.
    if (std::filesystem::is_character_file(status) || std::filesystem::is_fifo(status)) continue;
    const auto full =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
    if (!seen.emplace(failed ? path : full.string(), path).second) {
      throw UsageError("-o '" + path + "' is given twice");
    }
  }
}

}  // namespace

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

Command parse_command(int argc, const char* const* argv) {
  Command command;
  OptionReader reader(command);
  const std::span<const char* const> arguments(argv, argv + argc);
  const Words words = split_words(reader.app, arguments.subspan(1), OneDash::free);
  reader.read(words.options);
  if (command.action != Command::Action::evaluate && command.action != Command::Action::explain) {
    return command;
  }
  if (words.free.empty()) throw UsageError("an expression is missing; see tightloop --help");
  command.expression = words.free.front();
  for (std::size_t i = 1; i < words.free.size(); ++i) {
    if (words.free[i].find('=') == std::string::npos) refuse_word(command, words.free[i]);
    add_variable(command.variables, words.free[i]);
  }
  refuse_file_as_expression(command);
  check_outputs(command);
  if (command.action == Command::Action::explain && (command.json || !command.outputs.empty())) {
    throw UsageError("--explain keeps no results: it goes with neither -o nor --json");
  }
  return command;
}

std::string help_text() {
  constexpr std::size_t kColumn = 34;
  Command unused;
  const OptionReader reader(unused);
  std::string out =
      "Evaluates an array expression as one fused loop.\n"
      "Usage: tightloop EXPR [NAME=FILE | NAME=NUMBER]... [-o FILE]... [OPTION]...\n"
      "  EXPR   'sum(abs(a - b), axis=(-2,-1))'; of several results: 'min(a), max(a)'\n"
      "  NAME=  a.npy f.npz:member x.raw:uint8:9x30 a.png a.csv:col '*.png' - -:csv 2.5\n";
  for (const CLI::Option* option : reader.app.get_options()) {
    if (option->get_description().empty()) continue;  // the line of another one names it
    std::string name = "  " + option->get_name(false, true);
    if (const std::size_t comma = name.find(','); comma != std::string::npos) name[comma] = ' ';
    name.resize(std::min(name.size(), name.find('{')));  // what a flag alone stands for
    if (option->get_items_expected_max() > 0) name += " " + option->get_type_name();
    name.resize(std::max(name.size() + 1, kColumn), ' ');
    out += name + option->get_description() + "\n";
  }
  out += "  --" + std::string(kColumn - 4, ' ') + "what follows is EXPR and NAME=..., no option\n";
  out += "Other programs: tightloop";
  for (const Subcommand& subcommand : subcommands())
    out += " " + std::string(subcommand.name) + " |";
  out.resize(out.size() - 2);
  return out +
         " (--help).\n"
         "Exit status: 0 done, 1 output closed, 2 a mistake, 3 a fault of the program.\n";
}

}  // namespace tightloop::tool
