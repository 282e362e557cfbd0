// Moves on to the next block of memory, and back.
#include "base/arena.hpp"

#include <algorithm>
#include <new>

namespace tightloop::base {

void Arena::enter(std::uint32_t block, std::size_t used) {
  block_ = block;
  begin_ = block < blocks_.size() ? blocks_[block].begin : nullptr;
  size_ = block < blocks_.size() ? blocks_[block].size : 0;
  used_ = used;
}

/// The first block from the one in use on that has room, or a new one.
void* Arena::in_next_block(std::size_t count) {
  constexpr std::size_t kFirst = std::size_t{16} << 10;
  // No address space of today holds more; sanitizers abort on larger requests instead of failing.
  if (count > std::size_t{1} << 40) throw std::bad_alloc();
  count = (count + 63) & ~std::size_t{63};
  if (begin_ == nullptr || size_ - used_ < count) {
    std::uint32_t next = begin_ == nullptr ? block_ : block_ + 1;
    while (next < blocks_.size() && blocks_[next].size < count) ++next;
    if (next == blocks_.size()) {
      Block b;
      b.size = std::max(count, kFirst << std::min(next, 4U));
      b.memory.reset(new unsigned char[b.size + 64]);
      const auto address = reinterpret_cast<std::uintptr_t>(b.memory.get());
      b.begin = b.memory.get() + ((64 - address % 64) % 64);
      blocks_.push_back(std::move(b));
    }
    enter(next, 0);
  }
  void* at = begin_ + used_;
  used_ += count;
  return at;
}

void Arena::rewind(std::uint32_t block, std::size_t used) {
  if (block == 0 && used == 0) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      kept += blocks_[i].size;
      if (kept > kKeptBytes) {
        blocks_.resize(i);
        break;
      }
    }
  }
  enter(block, used);
}

}  // namespace tightloop::base
