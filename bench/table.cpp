// Times rows, prints them, and finds those that fall short.
#include "table.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

constexpr const char* kColumns[] = {"hand", "limit", "other"};

/// Keeps the time per call of every repeat, by name.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<benchmark::BenchmarkReporter::Run>& runs) override {
    for (const auto& run : runs) {
      if (run.run_type != benchmark::BenchmarkReporter::Run::RT_Iteration) continue;
      times_[run.run_name.function_name].push_back(run.real_accumulated_time /
                                                   static_cast<double>(run.iterations));
    }
  }
  double median(const std::string& name) const {
    const auto at = times_.find(name);
    if (at == times_.end()) return 0;
    std::vector<double> v = at->second;
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

std::string name_of(const char* column, int threads) {
  return std::string(column) + std::to_string(threads);
}

std::string fixed(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string ratio(double value) {
  return value > 0 ? fixed(value, value < 9.995 ? 2 : 1) : "-";
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& s : list) out += (out.empty() ? "" : ", ") + s;
  return out;
}

std::string json_name(std::size_t yardstick) {
  return yardstick < 3 ? std::string(kColumns[yardstick]) + "_seconds" : "most_seconds";
}

double over(double yardstick, double own) {
  return yardstick > 0 ? yardstick / own : 0;
}

}  // namespace

Table::Table(Settings settings) : settings_(std::move(settings)), filter_(settings_.filter) {}

bool Table::wants(const std::string& workload, const std::string& dtype,
                  const std::string& size) const {
  return std::regex_search(workload + ", " + dtype + ", " + size, filter_);
}

std::vector<int> Table::threads(bool large) const {
  return large ? settings_.threads : std::vector<int>{settings_.threads.front()};
}

void Table::add(const Row& row) {
  if (!wants(row.workload, row.dtype, row.size)) return;
  benchmark::ClearRegisteredBenchmarks();
  const auto time = [&](const char* column, const Run& run, int threads) {
    if (!run) return;
    run(threads);  // compiles kernels, touches memory
    const auto loop = [&run, threads](benchmark::State& state) {
      for (auto _ : state) {
        run(threads);
        benchmark::ClobberMemory();
      }
    };
    benchmark::RegisterBenchmark(name_of(column, threads).c_str(), loop)
        ->UseRealTime()
        ->MinTime(settings_.seconds_per_repeat)
        ->Repetitions(settings_.repeats);
  };
  for (const int t : row.threads) {
    time("own", row.own, t);
    time(kColumns[0], row.hand, t);
    time(kColumns[1], row.limit, t);
    time(kColumns[2], row.other, t);
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  std::vector<Times> times;
  for (const int t : row.threads) {
    Times out{row.workload, row.dtype, row.size, t, collector.median(name_of("own", t)), {}, 0, {}};
    for (std::size_t k = 0; k < 3; ++k) {
      out.yardsticks[k] = collector.median(name_of(kColumns[k], t));
    }
    out.yardsticks[3] = row.seconds;
    times.push_back(std::move(out));
  }
  finish(row, std::move(times));
}

// Finds what falls short. S13: more threads gain what they gain for the yardstick.
void Table::finish(const Row& row, std::vector<Times> times) {
  constexpr double kGain = 0.95;
  for (Times& t : times) {
    for (const Target& target : row.targets) {
      const double got = over(t.yardsticks[static_cast<std::size_t>(target.yardstick)], t.own);
      if (got == 0 || got >= target.least) continue;
      t.missed.push_back(std::string(target.id) + " " + ratio(got) + " < " + ratio(target.least));
    }
    if (t.threads == times[0].threads) continue;
    const std::size_t by = times[0].yardsticks[1] > 0 ? 1 : 0;
    if (times[0].yardsticks[by] <= 0) continue;
    t.gain = over(times[0].own, t.own) / over(times[0].yardsticks[by], t.yardsticks[by]);
    if (t.gain < kGain) {
      t.missed.push_back("S13 " + ratio(t.gain) + " < " + ratio(kGain));
    }
  }
  for (Times& t : times) {
    if (settings_.lines) print_line(t);
    keep(std::move(t));
  }
}

void Table::keep(Times times) {
  const auto same = [&](const Times& t) {
    return t.workload == times.workload && t.dtype == times.dtype && t.size == times.size &&
           t.threads == times.threads;
  };
  const auto at = std::find_if(rows_.begin(), rows_.end(), same);
  if (at == rows_.end()) {
    rows_.push_back(std::move(times));
  } else {
    *at = std::move(times);
  }
}

void Table::print_heading() {
  std::printf("%-44s %-15s %-15s %7s %11s %6s %6s %6s %6s  %s\n", "workload", "dtype", "size",
              "threads", "us", "hand", "limit", "other", "gain", "short of");
}

void Table::print_line(const Times& t) {
  std::printf(
      "%-44s %-15s %-15s %7d %11.3f %6s %6s %6s %6s  %s\n", t.workload.c_str(), t.dtype.c_str(),
      t.size.c_str(), t.threads, t.own * 1e6, ratio(over(t.yardsticks[0], t.own)).c_str(),
      ratio(over(t.yardsticks[1], t.own)).c_str(), ratio(over(t.yardsticks[2], t.own)).c_str(),
      ratio(t.gain).c_str(), joined(t.missed).c_str());
  std::fflush(stdout);
}

void Table::print_summary() const {
  const auto missed =
      std::count_if(rows_.begin(), rows_.end(), [](const Times& t) { return !t.missed.empty(); });
  std::printf("%zu rows, %td short of a target. Ratios above 1: faster than the yardstick.\n",
              rows_.size(), missed);
}

void Table::print_markdown() const {
  std::printf(
      "| workload | dtype | size | threads | us | hand | limit | other | gain | short of |\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const Times& t : rows_) {
    std::string name = t.workload;
    for (std::size_t at = 0; (at = name.find('|', at)) != std::string::npos; at += 2) {
      name.insert(at, "\\");
    }
    std::printf(
        "| `%s` | %s | %s | %d | %.2f | %s | %s | %s | %s | %s |\n", name.c_str(), t.dtype.c_str(),
        t.size.c_str(), t.threads, t.own * 1e6, ratio(over(t.yardsticks[0], t.own)).c_str(),
        ratio(over(t.yardsticks[1], t.own)).c_str(), ratio(over(t.yardsticks[2], t.own)).c_str(),
        ratio(t.gain).c_str(), joined(t.missed).c_str());
  }
}

void Table::read_json(const std::string& path) {
  std::ifstream in(path);
  if (!in) return;
  for (const auto& row : nlohmann::json::parse(in)) {
    Times t{row.at("workload"),
            row.at("dtype"),
            row.at("size"),
            row.at("threads"),
            row.at("tightloop_seconds"),
            {},
            row.value("gain_of_threads", 0.0),
            row.at("missed")};
    for (std::size_t k = 0; k < t.yardsticks.size(); ++k) {
      t.yardsticks[k] = row.value(json_name(k), 0.0);
    }
    keep(std::move(t));
  }
}

bool Table::write_json(const std::string& path) const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Times& t : rows_) {
    nlohmann::ordered_json row{{"workload", t.workload},
                               {"dtype", t.dtype},
                               {"size", t.size},
                               {"threads", t.threads},
                               {"tightloop_seconds", t.own}};
    for (std::size_t k = 0; k < t.yardsticks.size(); ++k) {
      if (t.yardsticks[k] > 0) row[json_name(k)] = t.yardsticks[k];
    }
    if (t.gain > 0) row["gain_of_threads"] = t.gain;
    row["missed"] = t.missed;
    all.push_back(std::move(row));
  }
  std::ofstream out(path);
  out << all.dump(1) << "\n";
  out.close();
  return out.good();
}

}  // namespace bench
