// Who runs the tasks of a call: the library's own threads, or those of a host.
#pragma once

#include <cstddef>

#include "tightloop/dtype.hpp"

namespace tightloop {

/// Runs independent tasks on threads. A host may plug in its own through Options::executor.
class TIGHTLOOP_API Executor {
 public:
  virtual ~Executor();
  /// Returns how many threads can run tasks at once, the caller included; at least 1.
  virtual int concurrency() const noexcept = 0;
  /// Calls task(context, i) once for every i in [0, count), on at most `threads` threads, the
  /// caller among them, and returns when all are done. Tasks do not throw. Must be callable from
  /// several threads at once and from inside a task.
  virtual void run(std::size_t count, void (*task)(void* context, std::size_t index), void* context,
                   int threads) = 0;
};

/// Returns the library's own executor. It starts no thread before the first large evaluation,
/// honours the affinity mask and the cgroup's CPU quota, and works again in a forked child.
TIGHTLOOP_API Executor& default_executor();

}  // namespace tightloop
