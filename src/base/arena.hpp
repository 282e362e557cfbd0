// Scratch memory of a thread: grows on demand, is given back in reverse order, and is kept for the
// next call, so that warm calls do not allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/per_thread.hpp"

namespace tightloop::base {

class Arena {
 public:
  /// Returns the calling thread's arena.
  static Arena& local() { return PerThread<Arena>::get(); }

  /// Remembers the arena's state and restores it when destroyed. A thread keeps at most
  /// kKeptBytes between calls.
  class Mark {
   public:
    explicit Mark(Arena& arena) : arena_(arena), block_(arena.block_), used_(arena.used_) {}
    ~Mark() {
      // Back at the very start, what is too much to keep is freed.
      const bool little = arena_.blocks_.size() < 2 && arena_.size_ <= kKeptBytes;
      if (block_ == arena_.block_ && (used_ != 0 || little)) {
        arena_.used_ = used_;
      } else {
        arena_.rewind(block_, used_);
      }
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    Arena& arena_;
    std::uint32_t block_;
    std::size_t used_;
  };

  /// Returns uninitialised memory, 64-byte aligned. Throws std::bad_alloc.
  void* bytes(std::size_t count) {
    if (count >= size_ - used_) return in_next_block(count);
    void* at = begin_ + used_;
    used_ += (count + 63) & ~std::size_t{63};
    return at;
  }
  template <class T>
  T* array(std::size_t count) {
    return static_cast<T*>(bytes(count * sizeof(T)));
  }

 private:
  struct Block {
    std::unique_ptr<unsigned char[]> memory;
    unsigned char* begin = nullptr;
    std::size_t size = 0;  // a multiple of 64
  };
  void* in_next_block(std::size_t count);
  void rewind(std::uint32_t block, std::size_t used);
  void enter(std::uint32_t block, std::size_t used);
  static constexpr std::size_t kKeptBytes = std::size_t{192} << 10;
  std::vector<Block> blocks_;
  // The block in use, with its memory. Of another width than `used_`: a compiler that moves both at
  // once waits for what the last call wrote one by one.
  std::uint32_t block_ = 0;
  unsigned char* begin_ = nullptr;
  std::size_t size_ = 0;
  std::size_t used_ = 0;  // bytes used of it, a multiple of 64
};

}  // namespace tightloop::base
