// One thread that works through a queue of jobs that nobody waits for.
#pragma once

#include <functional>

namespace tightloop::run {

/// Queues a job for the background thread, which starts with the first job and is started anew in
/// a forked child. Jobs that have not begun when the process exits, or forks, are dropped (in the
/// child), and exit waits for the one that has. Jobs do not throw. Thread-safe; throws
/// std::bad_alloc or std::system_error.
void run_in_background(std::function<void()> job);

/// Waits until no job is queued or running. For tests and benchmarks.
void wait_for_background();

}  // namespace tightloop::run
