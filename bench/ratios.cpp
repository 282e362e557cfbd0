#include "ratios.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace bench {

bool RatioReporter::ReportContext(const Context&) {
  return true;
}

void RatioReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    const std::string name = run.run_name.function_name;
    const std::size_t bar = name.rfind('|');
    const std::string row = name.substr(0, bar);
    if (std::find(rows_.begin(), rows_.end(), row) == rows_.end()) rows_.push_back(row);
    seconds_[row][name.substr(bar + 1)].push_back(run.real_accumulated_time /
                                                  static_cast<double>(run.iterations));
  }
}

double RatioReporter::median(const std::string& row, const std::string& column) const {
  const auto at = seconds_.find(row);
  if (at == seconds_.end() || at->second.count(column) == 0) return 0;
  std::vector<double> v = at->second.at(column);
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

void RatioReporter::Finalize() {
  std::sort(rows_.begin(), rows_.end());
  std::printf("%-58s %12s %10s %10s\n", "workload, dtype, size, threads", "tightloop us",
              "hand/own", "limit/own");
  for (const std::string& row : rows_) {
    const double own = median(row, "tightloop");
    std::printf("%-58s %12.2f", row.c_str(), own * 1e6);
    for (const char* column : {"hand", "limit"}) {
      const double other = median(row, column);
      if (other > 0) {
        std::printf(" %10.2f", other / own);
      } else {
        std::printf(" %10s", "-");
      }
    }
    std::printf("\n");
  }
}

bool RatioReporter::write_json(const std::string& path) const {
  std::ofstream out(path);
  out << "[";
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    out << (i > 0 ? ",\n" : "\n") << "  {\"row\": \"" << rows_[i] << "\"";
    for (const char* column : {"tightloop", "hand", "limit"}) {
      const double t = median(rows_[i], column);
      if (t > 0) out << ", \"" << column << "_seconds\": " << t;
    }
    out << "}";
  }
  out << "\n]\n";
  out.close();
  return out.good();
}

}  // namespace bench
