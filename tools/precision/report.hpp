// A precision report: what was asked, found and measured, and the dtype that it recommends. Text,
// JSON and picture are made of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "precision/comparison.hpp"
#include "precision/request.hpp"

namespace tightloop::tool {

/// What the times were measured on.
struct TimedSample {
  std::string description;  ///< "the first 61 of 2,000 along axis 0"; or why there are no times
  std::int64_t values = 0;  ///< of the files in it
  int repeats = 0;          ///< 0: nothing was measured
  bool evicted = false;
  int threads = 0;
};

/// Times of a fixed expression for float64, float32 and float16.
struct Speed {
  std::string expression;
  double seconds[3] = {0, 0, 0};
};
inline constexpr DType kSpeedDTypes[3] = {DType::float64, DType::float32, DType::float16};

struct Recommendation {
  std::optional<DType> dtype;
  std::string reason;  ///< a sentence or more
};

struct PrecisionReport {
  std::string expression;
  std::vector<Datum> files;
  std::vector<Extent> extents;  ///< parallel to files
  std::uint64_t bytes = 0;      ///< of all files' elements
  double passes = 0;            ///< over the files, that of the extents included
  Reference reference;
  double peak = 0;
  bool peak_given = false;
  std::optional<Tolerance> tolerance;
  std::vector<Row> rows;
  std::optional<Recommendation> recommendation;  ///< where there is a tolerance
  TimedSample sample;
  std::vector<Speed> speeds;
  Decades decades;
  std::uint64_t peak_resident = 0;  ///< bytes of this process
};

/// Reads the data and measures. `variables` are the request's and, where there is one, a file under
/// the name x. Throws UsageError and Error.
PrecisionReport examine(const PrecisionRequest& request, const std::vector<NamedText>& variables,
                        const Definitions& definitions);

/// Finds the dtype of fewest bytes per value within the tolerance; of equal ones that without a
/// scale, then that of the smaller error.
Recommendation recommend(const Tolerance& tolerance, const std::vector<Row>& rows);

/// Returns how a variable is restored: "x = 0.25 q - 3.0 in float32".
std::string coding_text(const Coding& coding, const std::string& variable);

/// Returns the report for people: lines of at most 100 columns, with a final newline.
std::string report_text(const PrecisionReport& report);

/// Returns the report as one line of JSON without a final newline; docs/precision.md lists its
/// keys.
std::string report_json(const PrecisionReport& report);

/// Returns an SVG picture: a histogram of the errors per dtype, and bytes against error.
std::string report_svg(const PrecisionReport& report);

}  // namespace tightloop::tool
