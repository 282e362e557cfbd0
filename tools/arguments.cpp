// Splits argv into options, which CLI11 reads, and the expression and its variables, which may
// begin with '-' and are taken as they stand.
#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include "byte_size.hpp"

namespace tightloop::tool {
namespace {

constexpr int kMostThreads = 4096;

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
    app.add_option(
           "-o,--output", to.outputs,
           "Write a result to this file, whole or not at all; once per result, in order. - is "
           "standard output, which gets .npy as it comes")
        ->type_name("OUT.npy|.npz|.png|.csv|...")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_list("--define", to.definitions, "'F(X) = EXPR'",
             "Define a function; may be given several times");
    add_list("--defs", to.definition_files, "FILE", "Define the functions of a text file");
    app.add_option("--threads", to.options.threads,
                   "Use at most N threads; 0 (the default) means all that are allowed")
        ->type_name("N")
        ->check(CLI::Range(0, kMostThreads).description(""));
    app.add_option("--memory", memory,
                   "Evaluate in parts, within so much memory: 256M, 2G. Pipes are read so in any "
                   "case")
        ->type_name("SIZE");
    add_choice("--promotion", promotion, {"exact", "numpy", "numexpr"},
               "How result types follow: exact integers (the default), NumPy's or numexpr's rules");
    add_choice("--fp", fp, {"strict", "fast"},
               "strict: IEEE in the order written (the default); fast: may fuse and reassociate");
    add_choice("--overflow", overflow, {"wrap", "check"},
               "When 64 bits cannot hold an integer: wrap (the default) or an error");
    app.add_flag("--events", to.events,
                 "Print where a floating-point event of a kind happened first: divide, invalid, "
                 "overflow, underflow");
    app.add_option("--raise", raise, "Make events of these kinds an error; all means all four")
        ->type_name("KIND[,KIND]...");
    app.add_flag("--json", to.json, "Print one JSON object with results and statistics");
    app.add_flag("--time", to.time, "Repeat for up to a second; print median time and throughput");
    app.add_flag("--explain", explain, "Print types, ranges and loops instead of evaluating");
    app.add_flag("--functions", functions, "List the functions of the language");
    app.add_flag("--version", version, "Print the version");
    app.add_flag("--help", help, "Print this text");
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
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
      throw UsageError(error.what());
    }
    command.options.promotion = promotion == "numpy"     ? Promotion::numpy
                                : promotion == "numexpr" ? Promotion::numexpr
                                                         : Promotion::exact;
    command.options.fp = fp == "fast" ? Fp::fast : Fp::strict;
    command.options.overflow = overflow == "check" ? Overflow::check : Overflow::wrap;
    command.options.raise = event_set(raise);
    if (!memory.empty()) command.memory = parse_byte_size(memory, "--memory");
    if (explain) command.action = Command::Action::explain;
    if (functions) command.action = Command::Action::functions;
    if (version) command.action = Command::Action::version;
    if (help) command.action = Command::Action::help;
  }

  CLI::App app;
  Command& command;
  std::string promotion = "exact";
  std::string fp = "strict";
  std::string overflow = "wrap";
  std::string raise;
  std::string memory;
  bool explain = false;
  bool functions = false;
  bool version = false;
  bool help = false;
};

/// Options and free arguments, apart.
struct Split {
  std::vector<std::string> options;
  std::vector<std::string> free;
};

Split split(int argc, const char* const* argv) {
  constexpr std::string_view kWithValue[] = {"-o",      "--output",   "--threads", "--promotion",
                                             "--fp",    "--overflow", "--define",  "--defs",
                                             "--raise", "--memory"};
  Split out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") {
      for (++i; i < argc; ++i) out.free.emplace_back(argv[i]);
      break;
    }
    if (word == "-h" && argc == 2) {
      out.options.emplace_back("--help");
    } else if (std::find(std::begin(kWithValue), std::end(kWithValue), word) !=
               std::end(kWithValue)) {
      if (i + 1 == argc || *argv[i + 1] == '\0')
        throw UsageError(std::string(word) + " needs a value");
      // Joined, so that CLI11 takes a value that begins with '-' for what it is.
      ++i;
      out.options.push_back((word == "-o" ? "--output" : std::string(word)) + "=" + argv[i]);
    } else if (word.size() > 2 && word.substr(0, 2) == "--") {
      out.options.emplace_back(word);
    } else {
      out.free.emplace_back(word);
    }
  }
  return out;
}

void read_variable(Command& command, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) {
    throw UsageError("'" + word + "' is neither an option nor NAME=VALUE");
  }
  NamedText variable{word.substr(0, equals), word.substr(equals + 1)};
  if (!is_identifier(variable.name)) {
    throw UsageError("'" + variable.name + "' in '" + word + "' is not a name");
  }
  for (const NamedText& other : command.variables) {
    if (other.name == variable.name) throw UsageError("'" + variable.name + "' is given twice");
  }
  command.variables.push_back(std::move(variable));
}

/// Refuses two results for one file, however it is spelled.
void check_outputs(const Command& command) {
  std::map<std::string, std::string> seen;
  for (const std::string& path : command.outputs) {
    std::error_code failed;
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
  const Split words = split(argc, argv);
  OptionReader(command).read(words.options);
  if (command.action != Command::Action::evaluate && command.action != Command::Action::explain) {
    return command;
  }
  if (words.free.empty()) throw UsageError("an expression is missing; see tightloop --help");
  command.expression = words.free.front();
  for (std::size_t i = 1; i < words.free.size(); ++i) read_variable(command, words.free[i]);
  check_outputs(command);
  if (command.action == Command::Action::explain &&
      (command.json || !command.outputs.empty())) {
    throw UsageError("--explain keeps no results: it goes with neither -o nor --json");
  }
  return command;
}

std::string help_text() {
  Command unused;
  OptionReader reader(unused);
  return "Evaluates an array expression over files as one fused loop.\n\n"
         "Usage: tightloop EXPR [NAME=FILE | NAME=NUMBER]... [-o OUT]... [OPTION]...\n\n"
         "  EXPR    e.g. 'sum(abs(a - b), axis=(-2,-1))'; several results: 'min(a), max(a)'\n"
         "  NAME=   a.npy, f.npz:member, x.raw:uint8:1000x370, a.png, a.pgm, a.csv, "
         "'frames/*.png'\n"
         "          (a stack), - (.npy on standard input), or a number: 7, 0xff, 2.5, 1e-3, 1+2j, "
         "True\n"
         "  --      what follows is EXPR and NAME=..., even if it looks like an option\n" +
         CLI::Formatter().make_groups(&reader.app, CLI::AppFormatMode::Normal) +
         "\nWithout -o the results are printed: numbers in full, larger arrays in part.\n"
         "Exit status: 0 done; 1 standard output could not be written; 2 a mistake in the call,\n"
         "the expression or a file; 3 a fault of the program.\n";
}

}  // namespace tightloop::tool
