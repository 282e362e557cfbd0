// The writing thread: finds complete elements that are not yet written, writes, gives memory back.
#include "streaming/drain.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "streaming/start_thread.hpp"

namespace tightloop::streaming {
namespace {

constexpr std::uint64_t kPart = std::uint64_t{1} << 20;
constexpr std::chrono::milliseconds kPatience{50};

}  // namespace

Drain::Drain(std::vector<Output> outputs, std::atomic<std::uint64_t>& done)
    : outputs_(std::move(outputs)),
      done_(done),
      complete_(outputs_.size(), 0),
      written_(outputs_.size(), 0) {
  if (!outputs_.empty()) thread_ = start_thread([this] { run(); });
}

Drain::~Drain() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  complete_changed_.notify_one();
  if (thread_) thread_->join();
}

void Drain::complete(std::size_t output, std::uint64_t end) {
  {
    const std::lock_guard lock(mutex_);
    if (end <= complete_[output]) return;
    complete_[output] = end;
  }
  complete_changed_.notify_one();
  std::size_t k = 0;
  std::uint64_t begin = 0;
  while (!thread_ && find_work(k, begin, end)) write(k, begin, end);
}

bool Drain::wait(std::size_t output, std::uint64_t end, std::uint64_t room) {
  std::unique_lock lock(mutex_);
  const auto fits = [&] { return end - std::min(end, written_[output]) <= room; };
  written_changed_.wait_for(lock, kPatience, [&] { return fits() || failure_; });
  if (failure_) std::rethrow_exception(failure_);
  return fits();
}

void Drain::check() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
}

bool Drain::find_work(std::size_t& output, std::uint64_t& begin, std::uint64_t& end) {
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    if (complete_[k] <= written_[k]) continue;
    output = k;
    begin = written_[k];
    end = std::min(complete_[k], begin + kPart);
    return true;
  }
  return false;
}

void Drain::write(std::size_t output, std::uint64_t begin, std::uint64_t end) {
  outputs_[output].sink->write(outputs_[output].window->data() + begin,
                               static_cast<std::size_t>(end - begin));
  outputs_[output].window->release(end);
  done_.fetch_add(end - begin, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  written_[output] = end;
  written_changed_.notify_one();
}

void Drain::run() {
  try {
    while (true) {
      std::size_t k = 0;
      std::uint64_t begin = 0, end = 0;
      {
        std::unique_lock lock(mutex_);
        complete_changed_.wait(lock, [&] { return stopping_ || find_work(k, begin, end); });
        if (stopping_) return;
      }
      write(k, begin, end);
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    written_changed_.notify_one();
  }
}

}  // namespace tightloop::streaming
