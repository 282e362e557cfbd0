// Collects the times of interleaved runs and prints them as one table of ratios.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bench {

/// One row of the table: what is measured, beside its yardsticks. Names of runs are "row|column".
class RatioReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;
  /// Writes the medians as JSON.
  bool write_json(const std::string& path) const;

 private:
  double median(const std::string& row, const std::string& column) const;
  std::vector<std::string> rows_;  // in order of registration
  std::map<std::string, std::map<std::string, std::vector<double>>> seconds_;
};

}  // namespace bench
