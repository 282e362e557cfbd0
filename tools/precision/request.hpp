// The command line of `tightloop precision`: arguments in, a checked PrecisionRequest out. Nothing
// is opened or evaluated here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"

namespace tightloop::tool {

/// What a tolerance limits: the largest absolute or relative error, or the PSNR from below.
enum class ToleranceKind { absolute, relative, psnr };

struct Tolerance {
  ToleranceKind kind = ToleranceKind::absolute;
  double value = 0;
};

struct PrecisionRequest {
  bool help = false;
  std::string expression = "x";
  std::vector<std::string> files;    ///< without a name: each is x of a report of its own
  std::vector<NamedText> variables;  ///< NAME=FILE or NAME=NUMBER, the same in all reports
  std::vector<std::string> definitions;
  std::vector<std::string> definition_files;
  std::optional<Tolerance> tolerance;
  std::optional<double> peak;  ///< positive
  std::uint64_t memory = 0;    ///< bytes; 0 means no limit
  int threads = 0;
  double seconds = 4;  ///< for measuring times, about; 0: none are measured
  bool json = false;
  std::string plot;  ///< path of an SVG file; empty: none
};

/// Reads the arguments after the word "precision". Throws UsageError.
PrecisionRequest parse_precision(std::span<const char* const> arguments);

/// Returns the text of `tightloop precision --help`, with a final newline.
std::string precision_help();

/// Reads a tolerance and what it limits: "abs", "rel" or "psnr". Throws UsageError.
Tolerance tolerance_of(const std::string& text, const std::string& kind);

/// Returns "abs", "rel" or "psnr".
std::string_view to_string(ToleranceKind kind);

}  // namespace tightloop::tool
