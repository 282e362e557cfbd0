// Times of evaluations over a sample that is in memory but not in the processor's caches.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tightloop/tightloop.hpp"

namespace tightloop::tool {

/// One evaluation to be timed.
struct Job {
  std::string text;
  std::vector<std::pair<std::string, Array>> arrays;
  std::vector<std::pair<std::string, Arg>> numbers;
  double seconds = 0;  ///< the median; set by time_jobs
};

/// How jobs were timed.
struct Turns {
  int count = 0;
  bool evicted = false;  ///< before each run its arrays were dropped from the caches
};

/// Times the jobs in turns, so that what else the machine does falls on all alike, for about as
/// many seconds as `budget` says, at least 3 turns after one that does not count. Results are
/// written into memory that is there before.
Turns time_jobs(std::vector<Job>& jobs, const Options& options, double budget);

}  // namespace tightloop::tool
