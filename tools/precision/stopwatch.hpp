// Times of evaluations over a sample that is in memory but not in the processor's caches.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tightloop/tightloop.hpp"

namespace tightloop::tool {

/// An array of a sample in another dtype.
struct StoredArray {
  std::string name;     ///< in both texts
  std::string text;     ///< gives it, of the shape of the sample's array, from that
  const Array* sample;  ///< not owned; outlives the timing
};

/// One evaluation to be timed.
struct Job {
  std::string text;
  std::vector<StoredArray> arrays;
  std::vector<std::pair<std::string, Arg>> numbers;
  double seconds = 0;  ///< the median; set by time_jobs
};

/// How jobs were timed.
struct Rounds {
  int count = 0;
  bool evicted = false;  ///< before each run its arrays were dropped from the caches
};

/// Times the jobs in rounds, so that what else the machine does falls on all alike, for about as
/// many seconds as `budget` says, at least 3 rounds after one that does not count. Arrays are
/// stored anew before each run, all jobs' in the same memory, and results are written into memory
/// that is there before: bytes for the widest of each. Throws Error.
Rounds time_jobs(std::vector<Job>& jobs, const Options& options, double budget);

}  // namespace tightloop::tool
