// Options, their checks, and the help.
#include "precision/request.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "byte_size.hpp"
#include "tightloop/evaluate.hpp"
#include "variables.hpp"
#include "words.hpp"

namespace tightloop::tool {
namespace {

constexpr int kMostThreads = 4096;

double real_of(const std::string& flag, const std::string& text) {
  const std::optional<Arg> number = parse_number(text);
  if (!number || is_complex(number->scalar_dtype()) || is_bool(number->scalar_dtype())) {
    throw UsageError(flag + ": '" + text + "' is not a number");
  }
  const double value = evaluate("float64(v)", {{"v", *number}}).item<double>();
  if (std::isnan(value)) throw UsageError(flag + ": it cannot be nan");
  return value;
}

ToleranceKind kind_of(const std::string& text) {
  if (text == "psnr") return ToleranceKind::psnr;
  return text == "rel" ? ToleranceKind::relative : ToleranceKind::absolute;
}

/// The CLI11 application and the places that it fills.
struct OptionReader {
  explicit OptionReader(PrecisionRequest& to) : app("", "tightloop precision"), request(to) {
    app.set_help_flag();
    value("--expr", to.expression, "EXPR",
          "The expression whose error is measured; the data is x, or NAME=FILE (default: x)");
    value("--tolerance", tolerance, "T",
          "Recommend the smallest dtype whose error is within T and that overflows nowhere");
    value("--tolerance-kind", kind, "abs|rel|psnr",
          "What T limits: the largest absolute error (the default), the largest relative error, "
          "or PSNR in dB, from below")
        ->check(CLI::IsMember({"abs", "rel", "psnr"}).description(""));
    value("--peak", peak, "P", "The peak of PSNR (default: largest minus smallest exact result)");
    value("--plot", to.plot, "OUT.svg", "Draw the errors of each dtype, and bytes against error");
    value("--memory", memory, "BYTES", "Hold no more than this, e.g. 256M");
    value("--threads", to.threads, "N", "Use at most N threads; 0 (the default): all allowed")
        ->check(CLI::Range(0, kMostThreads).description(""));
    value("--seconds", seconds, "S", "Measure times for about S seconds (default 4); 0: no times");
    list("--define", to.definitions, "'F(X) = EXPR'", "Define a function; may be repeated");
    list("--defs", to.definition_files, "FILE", "Define the functions of a text file");
    app.add_flag("--json", to.json, "Print one JSON object per FILE, each on a line");
    app.add_flag("--help", to.help, "Print this text");
  }

  template <class T>
  CLI::Option* value(const char* flag, T& to, const char* type, const char* text) {
    return app.add_option(flag, to, text)->type_name(type)->expected(1);
  }

  void list(const char* flag, std::vector<std::string>& to, const char* type, const char* text) {
    value(flag, to, type, text)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  /// Reads the texts of numbers.
  void finish() {
    if (!tolerance.empty()) {
      request.tolerance = tolerance_of(tolerance, kind);
    } else if (app.count("--tolerance-kind") > 0) {
      throw UsageError("--tolerance-kind goes with --tolerance");
    }
    if (!peak.empty()) {
      request.peak = real_of("--peak", peak);
      if (!(*request.peak > 0)) throw UsageError("--peak must be positive");
    }
    if (!seconds.empty()) {
      request.seconds = real_of("--seconds", seconds);
      if (!(request.seconds >= 0)) throw UsageError("--seconds cannot be negative");
    }
    if (!memory.empty()) request.memory = parse_byte_size(memory, "--memory");
  }

  CLI::App app;
  PrecisionRequest& request;
  std::string tolerance;
  std::string kind = "abs";
  std::string peak;
  std::string memory;
  std::string seconds;
};

/// Sorts free words into files and NAME=VALUE; a file that exists is one, whatever its name.
void read_free(PrecisionRequest& request, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    std::error_code failed;
    if (word.find('=') == std::string::npos || std::filesystem::exists(word, failed)) {
      request.files.push_back(word);
    } else {
      add_variable(request.variables, word);
    }
  }
}

void check(const PrecisionRequest& request) {
  const auto named_x = std::find_if(request.variables.begin(), request.variables.end(),
                                    [](const NamedText& v) { return v.name == "x"; });
  if (named_x != request.variables.end() && !request.files.empty()) {
    throw UsageError("x is both '" + request.files.front() + "' and '" + named_x->text + "'");
  }
  if (request.files.empty() && request.variables.empty()) {
    throw UsageError("a file is missing; see tightloop precision --help");
  }
  const std::string end = std::filesystem::path(request.plot).extension().string();
  if (!end.empty() && end != ".svg" && end != ".SVG") {
    throw UsageError("--plot draws SVG, and '" + request.plot +
                     "' is called otherwise; name it .svg");
  }
  if (!request.plot.empty() && request.files.size() > 1) {
    throw UsageError("--plot draws one file, and " + std::to_string(request.files.size()) +
                     " are given");
  }
}

}  // namespace

Tolerance tolerance_of(const std::string& text, const std::string& kind) {
  const Tolerance out{kind_of(kind), real_of("--tolerance", text)};
  if (out.kind != ToleranceKind::psnr && out.value < 0) {
    throw UsageError("--tolerance: an error cannot be negative");
  }
  return out;
}

std::string_view to_string(ToleranceKind kind) {
  if (kind == ToleranceKind::psnr) return "psnr";
  return kind == ToleranceKind::relative ? "rel" : "abs";
}

PrecisionRequest parse_precision(std::span<const char* const> arguments) {
  PrecisionRequest request;
  OptionReader reader(request);
  const Words words = split_words(reader.app, arguments, OneDash::option);
  read_options(reader.app, words.options);
  if (request.help) return request;
  reader.finish();
  read_free(request, words.free);
  check(request);
  return request;
}

std::string precision_help() {
  PrecisionRequest unused;
  OptionReader reader(unused);
  return "Tells what each storage dtype would cost: bytes, time, error, values lost.\n\n"
         "Usage: tightloop precision FILE... [--expr EXPR] [NAME=FILE | NAME=NUMBER]... "
         "[OPTION]...\n\n"
         "  FILE    the data, x in EXPR; of several files each gets a report\n"
         "  NAME=   data under a name of its own, or a number\n" +
         CLI::Formatter().make_groups(&reader.app, CLI::AppFormatMode::Normal) +
         "\nThe exact result is EXPR of the data as they are, in float64 where they are floats. "
         "The\n"
         "other results come from the data rounded to the dtype, and are rounded as EXPR of it "
         "is.\n";
}

}  // namespace tightloop::tool
