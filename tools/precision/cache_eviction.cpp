#include "precision/cache_eviction.hpp"

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tightloop::tool {
namespace {

[[maybe_unused]] constexpr std::size_t kLine = 64;  // no longer one is known of these processors

#if defined(__x86_64__)
constexpr bool kEvicts = true;
void evict_line(const std::byte* at) {
  _mm_clflush(at);
}
void finish() {
  _mm_mfence();
}
#elif defined(__aarch64__)
constexpr bool kEvicts = true;
void evict_line(const std::byte* at) {
  asm volatile("dc civac, %0" ::"r"(at) : "memory");
}
void finish() {
  asm volatile("dsb sy" ::: "memory");
}
#else
constexpr bool kEvicts = false;
void evict_line(const std::byte*) {}
void finish() {}
#endif

}  // namespace

bool evict(const Array& array) {
  const auto bytes = static_cast<std::size_t>(array.size()) * itemsize(array.dtype());
  if (!kEvicts || bytes == 0) return kEvicts;
  const auto* begin = static_cast<const std::byte*>(array.data());
  for (std::size_t at = 0; at < bytes; at += kLine) evict_line(begin + at);
  evict_line(begin + bytes - 1);
  finish();
  return true;
}

}  // namespace tightloop::tool
