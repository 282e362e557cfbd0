// The instructions that drop cache lines, by what the processor has.
#include "precision/cache_eviction.hpp"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace tightloop::tool {
namespace {

[[maybe_unused]] constexpr std::size_t kLine = 64;  // no longer one is known of these processors

#if defined(__x86_64__)

bool has_clflushopt() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kBit = 1U << 23;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kBit) != 0;
}

/// Lines are dropped in any order, and so several at a time.
__attribute__((target("clflushopt"))) void evict_unordered(const std::byte* begin,
                                                           const std::byte* end) {
  for (const std::byte* at = begin; at < end; at += kLine) {
    _mm_clflushopt(const_cast<std::byte*>(at));
  }
}

bool evict_lines(const std::byte* begin, const std::byte* end) {
  static const bool unordered = has_clflushopt();
  if (unordered) {
    evict_unordered(begin, end);
  } else {
    for (const std::byte* at = begin; at < end; at += kLine) _mm_clflush(at);
  }
  _mm_mfence();
  return true;
}

#elif defined(__aarch64__)

bool evict_lines(const std::byte* begin, const std::byte* end) {
  for (const std::byte* at = begin; at < end; at += kLine) {
    asm volatile("dc civac, %0" ::"r"(at) : "memory");
  }
  asm volatile("dsb sy" ::: "memory");
  return true;
}

#else

bool evict_lines(const std::byte*, const std::byte*) {
  return false;
}

#endif

}  // namespace

bool evict(const ArrayView& array) {
  const auto bytes = static_cast<std::size_t>(array.size()) * itemsize(array.dtype());
  const auto* begin = static_cast<const std::byte*>(array.data());
  return evict_lines(begin, begin + bytes);
}

}  // namespace tightloop::tool
