// Repeated evaluations.
#include "timing.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include "tightloop/evaluate.hpp"

namespace tightloop::tool {

Timing measure(std::string_view text, BindingsView bindings, Options options,
               std::vector<Array>& results) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kFewest = 5;
  constexpr std::size_t kMost = 1'000'000;
  constexpr std::chrono::duration<double> kBudget{1.0};
  Stats stats;
  options.stats = &stats;
  const std::vector<Destination> outs(results.begin(), results.end());
  std::vector<double> seconds;
  const auto begin = Clock::now();
  while (seconds.size() < kFewest || (seconds.size() < kMost && Clock::now() - begin < kBudget)) {
    const auto start = Clock::now();
    evaluate_all_into(outs, text, bindings, options);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  Timing timing;
  timing.repeats = static_cast<int>(seconds.size());
  timing.median_seconds = *middle;
  if (*middle > 0) {
    timing.gigabytes_per_second =
        static_cast<double>(stats.bytes_read + stats.bytes_written) / *middle / 1e9;
  }
  return timing;
}

std::string timing_text(const Timing& timing) {
  char text[128];
  std::snprintf(text, sizeof text, "time %.6g s (median of %d), %.3g GB/s\n", timing.median_seconds,
                timing.repeats, timing.gigabytes_per_second);
  return text;
}

}  // namespace tightloop::tool
