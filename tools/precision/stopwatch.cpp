// Rounds over all jobs until the time is up; the median of each job counts.
#include "precision/stopwatch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "precision/cache_eviction.hpp"

namespace tightloop::tool {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Memory for arrays of different dtypes and shapes, one at a time.
class Room {
 public:
  void fit(const ResultType& type) {
    const std::int64_t bytes =
        ArrayView(static_cast<const void*>(nullptr), type.dtype, type.shape).size() *
        static_cast<std::int64_t>(itemsize(type.dtype));
    if (bytes > bytes_.size()) bytes_ = Array(DType::uint8, Dims{bytes});
  }
  ArrayView array(const ResultType& type) {
    return ArrayView(bytes_.data(), type.dtype, type.shape);
  }

 private:
  Array bytes_;
};

/// Has so many threads at work at once, or all for 0. To wake them takes a good part of what an
/// evaluation of a small sample does, and nothing of one of all the data.
void wake_threads(int threads) {
  struct Meeting {
    Clock::time_point begin = Clock::now();
    std::atomic<int> missing;
  };
  Executor& executor = default_executor();
  const int all = executor.concurrency();
  const int wanted = threads > 0 ? std::min(threads, all) : all;
  Meeting meeting{.missing = wanted};
  const auto meet = [](void* context, std::size_t) {
    constexpr double kPatience = 1e-3;
    auto& m = *static_cast<Meeting*>(context);
    m.missing.fetch_sub(1);
    while (m.missing.load() > 0 && seconds_since(m.begin) < kPatience) {
    }
  };
  executor.run(static_cast<std::size_t>(wanted), meet, &meeting, wanted);
}

std::vector<Binding> sample_binding(const StoredArray& array) {
  return {{array.name, Arg(*array.sample)}};
}

/// Runs jobs, one at a time.
class Track {
 public:
  Track(const std::vector<Job>& jobs, const Options& options) : jobs_(jobs), options_(options) {
    for (const Job& job : jobs_) {
      Types types;
      if (stored_.size() < job.arrays.size()) stored_.resize(job.arrays.size());
      for (std::size_t i = 0; i < job.arrays.size(); ++i) {
        const StoredArray& array = job.arrays[i];
        types.stored.push_back(result_types(array.text, sample_binding(array), options_).at(0));
        stored_[i].fit(types.stored.back());
      }
      types_.push_back(types);
      types_.back().result = result_types(job.text, bindings(types_.size() - 1), options_).at(0);
      out_.fit(types_.back().result);
    }
  }

  /// Returns seconds; `evicted` becomes false where arrays cannot be dropped from the caches.
  double run(std::size_t j, bool& evicted) {
    const Job& job = jobs_[j];
    const std::vector<Binding> all = bindings(j);
    const ArrayView out = out_.array(types_[j].result);
    for (std::size_t i = 0; i < job.arrays.size(); ++i) {
      const StoredArray& array = job.arrays[i];
      const ArrayView stored = stored_[i].array(types_[j].stored[i]);
      evaluate_into(stored, array.text, sample_binding(array), options_);
      evicted = evict(stored) && evicted;
    }
    evict(out);
    wake_threads(options_.threads);
    const auto start = Clock::now();
    evaluate_into(out, job.text, all, options_);
    return seconds_since(start);
  }

 private:
  struct Types {
    std::vector<ResultType> stored;
    ResultType result;
  };

  std::vector<Binding> bindings(std::size_t j) {
    std::vector<Binding> out;
    for (std::size_t i = 0; i < jobs_[j].arrays.size(); ++i) {
      out.push_back({jobs_[j].arrays[i].name, Arg(stored_[i].array(types_[j].stored[i]))});
    }
    for (const auto& [name, number] : jobs_[j].numbers) out.push_back({name, number});
    return out;
  }

  const std::vector<Job>& jobs_;
  const Options& options_;
  std::vector<Types> types_;
  std::vector<Room> stored_;
  Room out_;
};

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Rounds time_jobs(std::vector<Job>& jobs, const Options& options, double budget) {
  constexpr int kFewest = 3;
  constexpr int kMost = 25;
  Track track(jobs, options);
  std::vector<std::vector<double>> seconds(jobs.size());
  Rounds rounds{0, true};
  // The first round makes kernels and touches memory.
  const auto begin = Clock::now();
  for (int round = 0; round <= kMost; ++round) {
    if (round > kFewest && seconds_since(begin) > budget) break;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const double taken = track.run(i, rounds.evicted);
      if (round > 0) seconds[i].push_back(taken);
    }
    rounds.count = round;
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].seconds = median(seconds[i]);
  return rounds;
}

}  // namespace tightloop::tool
