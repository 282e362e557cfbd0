// Address space of the size of a whole array, of which only a moving window has memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace tightloop::streaming {

/// How much memory a window takes and gives back at a time. Large units move from the end of a
/// window to its front as they are; new memory would have to be cleared page by page.
enum class Unit : std::uint8_t { page, large };

std::uint64_t unit_bytes(Unit unit);

/// Takes the memory that it needs from what it has released, as far as that goes. One thread may
/// open while another one releases.
class Window {
 public:
  /// Reserves address space. Throws Error(memory).
  Window(std::uint64_t bytes, Unit unit);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  char* data() const { return data_; }
  /// Chooses anew, before anything is opened.
  void use(Unit unit) { unit_ = unit; }
  /// Bytes that it may hold beyond what is asked for.
  std::uint64_t slack() const { return 2 * unit_bytes(unit_); }

  /// Gives memory to the bytes before `end` that were not opened before; starts at `begin` where
  /// that is further on. What it holds is unspecified. Throws Error(memory).
  void open(std::uint64_t begin, std::uint64_t end);
  /// Takes the memory of the bytes before `end` back.
  void release(std::uint64_t end);
  /// Opens all of it; memory is taken page by page as it is written. Until reset() only drop()
  /// takes any back. Throws Error(memory).
  void open_scattered();
  /// Takes back the memory of the pages that hold bytes [begin, end).
  void drop(std::uint64_t begin, std::uint64_t end);
  /// Takes all memory back; the window may start anew. Nobody may open or release meanwhile.
  void reset();

 private:
  void open_unit(char* at);
  bool move_here(char* at);
  void release_large(std::uint64_t end);

  Unit unit_;
  std::uint64_t size_;
  std::uint64_t reserved_;
  char* reserve_ = nullptr;
  char* data_ = nullptr;
  std::uint64_t opened_ = 0;    // whole units
  std::uint64_t released_ = 0;  // whole units
  bool scattered_ = false;
  std::mutex mutex_;          // of what follows: large units that have memory
  std::deque<char*> live_;    // opened and not released, in order
  std::vector<char*> spare_;  // released
};

}  // namespace tightloop::streaming
