// Scratch memory of a thread: grows on demand, is given back in reverse order, and is kept for the
// next call, so that warm calls do not allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tightloop::run {

class Arena {
 public:
  /// Returns the calling thread's arena.
  static Arena& local();

  /// Remembers the arena's state and restores it when destroyed. A thread keeps at most
  /// kKeptBytes between calls.
  class Mark {
   public:
    explicit Mark(Arena& arena) : arena_(arena), block_(arena.block_), used_(arena.used_) {}
    ~Mark() { arena_.rewind(block_, used_); }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    Arena& arena_;
    std::size_t block_;
    std::size_t used_;
  };

  /// Returns uninitialised memory, 64-byte aligned. Throws std::bad_alloc.
  void* bytes(std::size_t count);
  template <class T>
  T* array(std::size_t count) {
    return static_cast<T*>(bytes(count * sizeof(T)));
  }

 private:
  struct Block {
    std::unique_ptr<unsigned char[]> memory;
    unsigned char* begin = nullptr;
    std::size_t size = 0;
  };
  void rewind(std::size_t block, std::size_t used);
  static constexpr std::size_t kKeptBytes = std::size_t{192} << 10;
  std::vector<Block> blocks_;
  std::size_t block_ = 0;  // the block in use
  std::size_t used_ = 0;   // bytes used of it
};

}  // namespace tightloop::run
