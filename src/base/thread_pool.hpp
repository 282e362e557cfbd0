// The library's own executor: threads that start at the first large evaluation, the caller among
// them.
#pragma once

#include <memory>

#include "tightloop/executor.hpp"

namespace tightloop::base {

/// Returns the number of CPUs this process may use: the least of the affinity mask, the cgroup
/// v1/v2 CPU quota (rounded up) and TIGHTLOOP_NUM_THREADS where that is set to a number in 1..4096;
/// at least 1.
int available_cpus();

/// A pool of `size - 1` workers and the calling thread. Workers start at the first run() that can
/// use them; task indices are handed out in order; several callers share the workers; a call
/// from inside a task runs in the calling thread. After fork() the child's pool starts afresh; a
/// child that was forked inside a task must not return from that task, whose fellows it lacks.
/// `threads` below 1 means all. Idle workers sleep (after a short spin) and cost nothing.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(int size);
  ~ThreadPool() override;
  int concurrency() const noexcept override;
  void run(std::size_t count, void (*task)(void* context, std::size_t index), void* context,
           int threads) override;
  /// Returns how many worker threads exist now (0 before the first use).
  int started() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tightloop::base
