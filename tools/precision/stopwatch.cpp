#include "precision/stopwatch.hpp"

#include <algorithm>
#include <chrono>

#include "precision/cache_eviction.hpp"

namespace tightloop::tool {
namespace {

using Clock = std::chrono::steady_clock;

/// A job with all that its runs need.
struct Prepared {
  std::vector<Binding> bindings;
  Array out;
  std::vector<double> seconds;
};

/// Finds memory of that dtype and shape among the results of other jobs.
Array room_for(const ResultType& result, const std::vector<Prepared>& others) {
  for (const Prepared& other : others) {
    if (other.out.dtype() == result.dtype && other.out.shape() == result.shape) return other.out;
  }
  return Array(result.dtype, result.shape);
}

std::vector<Prepared> prepare(const std::vector<Job>& jobs, const Options& options) {
  std::vector<Prepared> out;
  for (const Job& job : jobs) {
    Prepared made;
    for (const auto& [name, array] : job.arrays) made.bindings.push_back({name, array});
    for (const auto& [name, number] : job.numbers) made.bindings.push_back({name, number});
    made.out = room_for(result_types(job.text, made.bindings, options).at(0), out);
    out.push_back(std::move(made));
  }
  return out;
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Turns time_jobs(std::vector<Job>& jobs, const Options& options, double budget) {
  constexpr int kFewest = 3;
  constexpr int kMost = 25;
  std::vector<Prepared> prepared = prepare(jobs, options);
  Turns turns{0, true};
  // The first turn makes kernels and touches memory.
  const auto begin = Clock::now();
  for (int turn = 0; turn <= kMost; ++turn) {
    const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
    if (turn > kFewest && passed > budget) break;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      for (const auto& [name, array] : jobs[i].arrays) {
        turns.evicted = evict(array) && turns.evicted;
      }
      evict(prepared[i].out);
      const auto start = Clock::now();
      evaluate_into(prepared[i].out, jobs[i].text, prepared[i].bindings, options);
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (turn > 0) prepared[i].seconds.push_back(seconds);
    }
    turns.count = turn;
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].seconds = median(prepared[i].seconds);
  return turns;
}

}  // namespace tightloop::tool
