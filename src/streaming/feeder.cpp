// The reading thread: waits for room, opens the window, reads, and tells how far it is.
#include "streaming/feeder.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "streaming/start_thread.hpp"

namespace tightloop::streaming {
namespace {

// Parts of a pipe are small: what has come can be computed with.
constexpr std::uint64_t kFilePart = std::uint64_t{1} << 20;
constexpr std::uint64_t kPipePart = std::uint64_t{1} << 18;
constexpr std::chrono::milliseconds kPatience{50};

}  // namespace

Feeder::Feeder(std::vector<Feed> feeds, std::size_t items, std::atomic<std::uint64_t>& done,
               StopFlag stop)
    : feeds_(std::move(feeds)), items_(items), done_(done), released_(feeds_.size(), 0) {
  if (feeds_.empty()) return;
  thread_ = start_thread([this] { run(); });
  if (thread_) return;
  for (const Feed& f : feeds_) f.input->source->stop_when(stop);
  begin();
}

Feeder::~Feeder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  released_changed_.notify_all();
  if (thread_) thread_->join();
  for (const Feed& f : feeds_) f.input->source->stop_when(nullptr);
}

void Feeder::release_before(std::size_t item) {
  for (const Feed& f : feeds_) {
    if (!f.input->resident) f.input->window->release(f.track->begin[item]);
  }
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t k = 0; k < feeds_.size(); ++k) {
      if (!feeds_[k].input->resident) released_[k] = feeds_[k].track->begin[item];
    }
  }
  released_changed_.notify_one();
}

bool Feeder::wait(std::size_t item) {
  if (feeds_.empty()) return true;
  if (!thread_) {
    if (filled_ <= item) fill_item(item);
    return true;
  }
  std::unique_lock lock(mutex_);
  filled_changed_.wait_for(lock, kPatience, [&] { return filled_ > item || failure_; });
  if (filled_ <= item && failure_) std::rethrow_exception(failure_);
  return filled_ > item;
}

void Feeder::run() {
  try {
    for (const Feed& f : feeds_) f.input->source->stop_when(&stopping_);
    begin();
    for (std::size_t item = 0; item < items_ && !stopping_; ++item) fill_item(item);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    filled_changed_.notify_one();
  }
}

void Feeder::begin() {
  for (const Feed& f : feeds_) {
    Input& input = *f.input;
    if (input.resident && input.begun) continue;
    if (input.source->rewindable()) input.source->seek(0);
    input.begun = true;
    input.read = 0;
  }
}

void Feeder::fill_item(std::size_t item) {
  for (std::size_t k = 0; k < feeds_.size(); ++k) {
    const Track& track = *feeds_[k].track;
    fill(k, feeds_[k].input->resident ? 0 : track.begin[item], track.end[item]);
  }
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  filled_ = item + 1;
  filled_changed_.notify_one();
}

bool Feeder::wait_for_room(std::size_t feed, std::uint64_t& room) {
  const Feed& f = feeds_[feed];
  std::unique_lock lock(mutex_);
  const auto end = [&] { return f.input->resident ? ~std::uint64_t{0} : released_[feed] + f.room; };
  released_changed_.wait(lock, [&] { return stopping_ || end() > f.input->read; });
  room = end() - f.input->read;
  return !stopping_;
}

void Feeder::fill(std::size_t feed, std::uint64_t begin, std::uint64_t end) {
  Input& input = *feeds_[feed].input;
  if (begin > input.read) skip(input, begin);
  const std::uint64_t part = input.source->rewindable() ? kFilePart : kPipePart;
  std::uint64_t room = 0;
  while (input.read < end && wait_for_room(feed, room)) {
    const std::uint64_t count = std::min({end - input.read, part, room});
    input.window->open(input.read, input.read + count);
    input.source->read(input.window->data() + input.read, static_cast<std::size_t>(count));
    input.read += count;
    done_.fetch_add(count, std::memory_order_relaxed);
  }
}

void Feeder::skip(Input& input, std::uint64_t to) {
  done_.fetch_add(to - input.read, std::memory_order_relaxed);
  if (input.source->rewindable()) {
    input.source->seek(to);
    input.read = to;
    return;
  }
  std::vector<char> scratch(std::min(to - input.read, kPipePart));
  while (input.read < to) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const auto count = std::min<std::uint64_t>(to - input.read, scratch.size());
    input.source->read(scratch.data(), static_cast<std::size_t>(count));
    input.read += count;
  }
}

}  // namespace tightloop::streaming
