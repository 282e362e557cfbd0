// One thread that works through a queue of jobs that nobody waits for.
#pragma once

#include <functional>

namespace tightloop::base {

/// Queues a job for the background thread, which starts with the first job and is started anew in
/// a forked child. What is queued or running when the process forks is dropped in the child; exit
/// waits for nothing, so jobs may only use what is never destroyed. Jobs do not throw. Thread-safe;
/// throws std::bad_alloc where there is no memory or no thread.
void run_in_background(std::function<void()> job);

/// Returns a number, not 0, that is another one in a forked child: what was asked for under an
/// older number may have been dropped.
unsigned background_epoch();

/// Waits until no job is queued or running. For tests and benchmarks.
void wait_for_background();

}  // namespace tightloop::base
