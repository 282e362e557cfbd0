// Memory of the benchmarks: huge pages, places that do not alias in the caches, and contents that
// are the same in every run.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <type_traits>

#include "tightloop/tightloop.hpp"

namespace bench {

/// Owns `count` elements; successive arrays stand an odd number of MiB plus some lines apart, since
/// arrays a power of two apart share cache sets and lose bandwidth.
template <class T>
class Buffer {
 public:
  explicit Buffer(std::size_t count) : count_(count) {
    static std::size_t serial = 0;
    const std::size_t shift = (3 * serial++ % 61) * 4160;
    bytes_ = count * sizeof(T) + shift + (std::size_t{1} << 21);
    memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) std::abort();
    madvise(memory_, bytes_, MADV_HUGEPAGE);
    data_ = reinterpret_cast<T*>(static_cast<char*>(memory_) + shift);
  }
  ~Buffer() { munmap(memory_, bytes_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return count_; }

  /// Fills with numbers of the dtype: floats in [0.5, 1.5), integers over their range, but those of
  /// 64 bits below 2^36, so that the sums of all sizes fit.
  void fill(std::uint64_t seed) {
    std::uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (std::size_t i = 0; i < count_; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      if constexpr (std::is_floating_point_v<T>) {
        data_[i] = static_cast<T>(0.5 + static_cast<double>(x >> 12) * 0x1p-52);
      } else if constexpr (std::is_same_v<T, tightloop::float16_t>) {
        data_[i] = T{static_cast<std::uint16_t>(0x3800 + (x & 0x3ff))};  // [0.5, 1)
      } else {
        data_[i] = static_cast<T>(x >> (sizeof(T) == 8 ? 28 : 20));
      }
    }
  }

 private:
  void* memory_;
  std::size_t bytes_;
  std::size_t count_;
  T* data_;
};

}  // namespace bench
