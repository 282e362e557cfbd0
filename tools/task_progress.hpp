// How far an evaluation in memory is: counts the tasks of its passes as they end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "tightloop/executor.hpp"
#include "tightloop/options.hpp"

namespace tightloop::tool {

/// Returns the line: pass, share, bar and the time that is left of the pass, at most `width`
/// columns.
std::string task_line(int pass, std::uint64_t done, std::uint64_t in_all, double seconds,
                      int width);

/// Runs tasks on the library's own threads and draws on standard error, from the second second on,
/// if that is a terminal.
class TaskProgress final : public Executor {
 public:
  /// `threads` as Options::threads; these have to be `threads()` then.
  explicit TaskProgress(int threads);
  /// Wipes the line.
  ~TaskProgress() override;
  /// At least two, so that the work comes in tasks; who wants one gets them one after the other.
  int concurrency() const noexcept override;
  void run(std::size_t count, void (*task)(void* context, std::size_t index), void* context,
           int threads) override;

 private:
  using Clock = std::chrono::steady_clock;
  void end_task();
  void draw(Clock::time_point now);

  const bool alone_;
  const bool terminal_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point pass_start_ = start_;
  Clock::time_point drawn_ = start_;
  std::mutex drawing_;
  std::atomic<std::uint64_t> done_{0};
  std::uint64_t in_all_ = 0;
  int pass_ = 0;
  bool visible_ = false;
};

}  // namespace tightloop::tool
