// Reads ahead: a thread that fills the windows of a sweep from their sources, in the order in which
// the steps need them. Where no thread can be had, the steps wait for each read.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/stop.hpp"
#include "streaming/schedule.hpp"
#include "streaming/window.hpp"
#include "tightloop/source.hpp"

namespace tightloop::streaming {

/// An input with a window. Lives as long as the evaluation.
struct Input {
  Source* source = nullptr;
  Window* window = nullptr;
  bool resident = false;   ///< nothing is given back
  bool begun = false;      ///< the source may stand anywhere
  std::uint64_t read = 0;  ///< bytes read or skipped
};

/// An input in one sweep.
struct Feed {
  Input* input = nullptr;
  const Track* track = nullptr;
  std::uint64_t room = 0;  ///< most bytes of the window at once
};

class Feeder {
 public:
  /// Starts to read. `done` counts bytes; `stop` ends reads that no thread does.
  Feeder(std::vector<Feed> feeds, std::size_t items, std::atomic<std::uint64_t>& done,
         StopFlag stop);
  /// Ends what is under way, also a read that waits for bytes.
  ~Feeder();

  /// Gives back what item `i` and those after it do not need.
  void release_before(std::size_t item);
  /// Waits for a while until what an item needs is there; returns whether it is. Throws what the
  /// source threw.
  bool wait(std::size_t item);

 private:
  void run();
  /// Brings the sources to where the sweep begins.
  void begin();
  void fill_item(std::size_t item);
  void fill(std::size_t feed, std::uint64_t begin, std::uint64_t end);
  void skip(Input& input, std::uint64_t to);
  bool wait_for_room(std::size_t feed, std::uint64_t& room);

  const std::vector<Feed> feeds_;
  const std::size_t items_;
  std::atomic<std::uint64_t>& done_;
  std::mutex mutex_;
  std::condition_variable filled_changed_, released_changed_;
  std::vector<std::uint64_t> released_;  // by feed
  std::size_t filled_ = 0;               // items whose bytes are there
  std::exception_ptr failure_;
  std::atomic<bool> stopping_ = false;
  std::optional<std::thread> thread_;
};

}  // namespace tightloop::streaming
