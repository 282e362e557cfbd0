// The course of an examination: what the data are, what each dtype does to them, how long it takes.
#include <algorithm>
#include <cmath>

#include "precision/report.hpp"
#include "precision/timing.hpp"
#include "process_memory.hpp"

namespace tightloop::tool {
namespace {

/// The decades in which errors of results up to `largest` are: down to where float64 rounds.
Decades decades_for(double largest) {
  constexpr int kDigits = 18;
  constexpr int kLeast = -300;
  const int top = largest > 0 ? static_cast<int>(std::floor(std::log10(largest))) + 1 : 0;
  const int lowest = std::max(top - kDigits, kLeast);
  return {lowest, std::max(top, kLeast + 1) - lowest + 1};
}

/// A sample on which the expression works, too.
std::optional<Sample> usable_sample(const Subject& subject, const Data& data, double& largest) {
  std::optional<Sample> sample = data.sample(sample_values(data));
  if (!sample) return std::nullopt;
  try {
    largest = largest_result(subject, data, *sample);
  } catch (const Error& error) {
    if (sample->axis < 0 || error.code() == ErrorCode::internal) throw;
    return std::nullopt;  // of another shape than the whole, the data do not do
  }
  return sample;
}

}  // namespace

PrecisionReport examine(const PrecisionRequest& request, const std::vector<NamedText>& variables,
                        const Definitions& definitions) {
  Options options;
  options.threads = request.threads;
  options.definitions = &definitions;
  const Data data(variables, options, request.memory);
  const Subject subject(request.expression, data);
  PrecisionReport report;
  report.expression = request.expression;
  report.files = data.files();
  report.bytes = data.bytes();
  report.extents = measure_extents(data);
  report.rows = storage_rows(subject, data, report.extents);
  double largest = 0;
  const std::optional<Sample> sample = usable_sample(subject, data, largest);
  if (!request.plot.empty()) report.decades = decades_for(largest);
  report.peak_given = request.peak.has_value();
  report.peak = request.peak.value_or(0);
  report.reference = compare(subject, data, report.decades, report.peak, report.rows);
  if (report.bytes > 0) {
    report.passes = static_cast<double>(data.bytes_read()) / static_cast<double>(report.bytes);
  }
  if (!sample) {
    report.sample.description = "no leading part of the data is small enough for the expression";
  } else if (request.seconds > 0) {
    time_report(subject, data, *sample, request.seconds, report);
  } else {
    report.sample.description = "no time was given";
  }
  report.peak_resident = peak_resident();
  report.tolerance = request.tolerance;
  if (request.tolerance) report.recommendation = recommend(*request.tolerance, report.rows);
  return report;
}

}  // namespace tightloop::tool
