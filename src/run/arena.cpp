#include "run/arena.hpp"

#include <algorithm>
#include <new>

namespace tightloop::run {

Arena& Arena::local() {
  thread_local Arena arena;
  return arena;
}

void* Arena::bytes(std::size_t count) {
  constexpr std::size_t kFirst = std::size_t{16} << 10;
  // No address space of today holds more; sanitizers abort on larger requests instead of failing.
  if (count > std::size_t{1} << 40) throw std::bad_alloc();
  count = (count + 63) & ~std::size_t{63};
  while (block_ < blocks_.size() && blocks_[block_].size - used_ < count) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    Block b;
    b.size = std::max(count, kFirst << std::min<std::size_t>(block_, 4));
    b.memory.reset(new unsigned char[b.size + 64]);
    const auto address = reinterpret_cast<std::uintptr_t>(b.memory.get());
    b.begin = b.memory.get() + ((64 - address % 64) % 64);
    blocks_.push_back(std::move(b));
    used_ = 0;
  }
  void* at = blocks_[block_].begin + used_;
  used_ += count;
  return at;
}

void Arena::rewind(std::size_t block, std::size_t used) {
  block_ = block;
  used_ = used;
  if (block != 0 || used != 0) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    kept += blocks_[i].size;
    if (kept > kKeptBytes) {
      blocks_.resize(i);
      return;
    }
  }
}

}  // namespace tightloop::run
