// Writes behind: a thread that hands complete elements of results to their sinks and gives their
// memory back. Where no thread can be had, whoever completes them waits for the write.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "streaming/window.hpp"
#include "tightloop/stream.hpp"

namespace tightloop::streaming {

/// A result with a window.
struct Output {
  Sink* sink = nullptr;
  Window* window = nullptr;
  std::uint64_t bytes = 0;  ///< of all elements
};

class Drain {
 public:
  /// Starts to write. `done` counts bytes.
  Drain(std::vector<Output> outputs, std::atomic<std::uint64_t>& done);
  /// Waits for a write that is under way.
  ~Drain();

  /// Says that the bytes before `end` are complete. Without a thread it throws what a sink throws.
  void complete(std::size_t output, std::uint64_t end);
  /// Waits for a while until at most `room` bytes before `end` are left to write; returns whether
  /// they are. Throws what the sink threw.
  bool wait(std::size_t output, std::uint64_t end, std::uint64_t room);
  /// Throws what a sink threw, if one did.
  void check();

 private:
  void run();
  void write(std::size_t output, std::uint64_t begin, std::uint64_t end);
  bool find_work(std::size_t& output, std::uint64_t& begin, std::uint64_t& end);

  const std::vector<Output> outputs_;
  std::atomic<std::uint64_t>& done_;
  std::mutex mutex_;
  std::condition_variable complete_changed_, written_changed_;
  std::vector<std::uint64_t> complete_, written_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::optional<std::thread> thread_;
};

}  // namespace tightloop::streaming
