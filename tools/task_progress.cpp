// An executor in front of the library's own.
#include "task_progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "progress_bar.hpp"

namespace tightloop::tool {
namespace {

constexpr double kPatience = 1.0;  // seconds before the line appears
constexpr double kBetween = 0.1;   // seconds from one drawing to the next

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Tasks of tasks are part of these.
thread_local bool inside_task = false;

}  // namespace

std::string task_line(int pass, std::uint64_t done, std::uint64_t in_all, double seconds,
                      int width) {
  const double share =
      in_all == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(in_all));
  char head[48];
  std::snprintf(head, sizeof head, "pass %d: %3.0f%% ", pass, share * 100);
  std::string left;
  if (share > 0 && share < 1) left = clock_text(seconds / share * (1 - share)) + " left";
  return with_bar(head, share, left, width);
}

TaskProgress::TaskProgress(int threads)
    : alone_(threads == 1), terminal_(::isatty(STDERR_FILENO) == 1) {}

TaskProgress::~TaskProgress() {
  if (visible_) write_to_terminal("\r\033[K");
}

int TaskProgress::concurrency() const noexcept {
  return alone_ ? 2 : std::max(2, default_executor().concurrency());
}

void TaskProgress::run(std::size_t count, void (*task)(void* context, std::size_t index),
                       void* context, int threads) {
  if (inside_task) return default_executor().run(count, task, context, alone_ ? 1 : threads);
  struct Counted {
    TaskProgress* progress;
    void (*task)(void*, std::size_t);
    void* context;
  } counted{this, task, context};
  {
    const std::lock_guard lock(drawing_);
    ++pass_;
    pass_start_ = Clock::now();
    in_all_ = count;
    done_ = 0;
  }
  const auto body = [](void* at, std::size_t index) {
    const auto& c = *static_cast<Counted*>(at);
    inside_task = true;
    c.task(c.context, index);
    inside_task = false;
    c.progress->end_task();
  };
  if (alone_) {
    for (std::size_t i = 0; i < count; ++i) body(&counted, i);
  } else {
    default_executor().run(count, body, &counted, threads);
  }
}

void TaskProgress::end_task() {
  ++done_;
  if (!terminal_) return;
  const auto now = Clock::now();
  if (seconds_between(start_, now) < kPatience) return;
  const std::unique_lock lock(drawing_, std::try_to_lock);
  if (lock.owns_lock() && seconds_between(drawn_, now) >= kBetween) draw(now);
}

void TaskProgress::draw(Clock::time_point now) {
  drawn_ = now;
  visible_ = true;
  write_to_terminal(
      "\r" +
      task_line(pass_, done_, in_all_, seconds_between(pass_start_, now), terminal_width() - 1) +
      "\033[K");
}

}  // namespace tightloop::tool
