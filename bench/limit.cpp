// Loops over registers of the widest vectors, shared out to threads.
#include "limit.hpp"

#include <immintrin.h>

#include <cstdint>

#include "hand_parts.hpp"

namespace bench {
namespace {

#if defined(__AVX512F__)
using Vector = __m512i;
inline Vector load(const void* p) {
  return _mm512_loadu_si512(p);
}
inline Vector combine(Vector a, Vector b) {
  return _mm512_xor_si512(a, b);
}
inline void store(void* p, Vector v) {
  _mm512_storeu_si512(p, v);
}
inline void stream(void* p, Vector v) {
  _mm512_stream_si512(reinterpret_cast<__m512i*>(p), v);
}
inline Vector zero() {
  return _mm512_setzero_si512();
}
#else
using Vector = __m256i;
inline Vector load(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
inline Vector combine(Vector a, Vector b) {
  return _mm256_xor_si256(a, b);
}
inline void store(void* p, Vector v) {
  _mm256_storeu_si256(static_cast<__m256i*>(p), v);
}
inline void stream(void* p, Vector v) {
  _mm256_stream_si256(static_cast<__m256i*>(p), v);
}
inline Vector zero() {
  return _mm256_setzero_si256();
}
#endif
constexpr std::size_t kStep = sizeof(Vector);

unsigned long fold(Vector v) {
  alignas(64) std::uint64_t parts[sizeof(Vector) / 8];
  store(parts, v);
  std::uint64_t out = 0;
  for (std::uint64_t p : parts) out ^= p;
  return out;
}

}  // namespace

unsigned long read_streams(const Stream* streams, int count, int threads) {
  const Stream& a = streams[0];
  const Stream none{nullptr, 0};
  const Stream& b = count > 1 ? streams[1] : none;
  if (a.bytes < b.bytes) {
    const Stream swapped[] = {b, a};
    return read_streams(swapped, 2, threads);
  }
  const std::size_t times = b.bytes > 0 ? a.bytes / b.bytes : 1;
  unsigned long total = 0;
  const auto blocks = static_cast<std::int64_t>(a.bytes / (4 * times * kStep));
  BENCH_MODE::share(blocks, threads, [&](std::int64_t begin, std::int64_t end) {
    Vector acc[4] = {zero(), zero(), zero(), zero()};
    const auto first = static_cast<std::size_t>(begin) * 4 * kStep;
    const char* x = static_cast<const char*>(a.data) + first * times;
    const char* y = static_cast<const char*>(b.data) + (b.bytes > 0 ? first : 0);
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::size_t t = 0; t < times; ++t, x += 4 * kStep) {
        for (std::size_t k = 0; k < 4; ++k) acc[k] = combine(acc[k], load(x + k * kStep));
      }
      if (b.bytes == 0) continue;
      for (std::size_t k = 0; k < 4; ++k) acc[k] = combine(acc[k], load(y + k * kStep));
      y += 4 * kStep;
    }
    const unsigned long own = fold(combine(combine(acc[0], acc[1]), combine(acc[2], acc[3])));
#pragma omp atomic
    total ^= own;
  });
  return total;
}

namespace {

template <bool Streaming>
void add_streams(char* to, const char* x, const char* y, std::int64_t vectors, std::size_t times) {
  for (std::int64_t i = 0; i < vectors; ++i, x += kStep, y += kStep) {
    const Vector v = combine(load(x), load(y));
    for (std::size_t t = 0; t < times; ++t, to += kStep) {
      if constexpr (Streaming) {
        stream(to, v);
      } else {
        store(to, v);
      }
    }
  }
  if (Streaming) _mm_sfence();
}

}  // namespace

void triad(void* d, std::size_t d_bytes, const void* a, const void* b, std::size_t bytes,
           bool streaming, int threads) {
  const auto vectors = static_cast<std::int64_t>(bytes / kStep);
  const std::size_t times = d_bytes / bytes;
  BENCH_MODE::share(vectors, threads, [&](std::int64_t begin, std::int64_t end) {
    const std::size_t first = static_cast<std::size_t>(begin) * kStep;
    char* to = static_cast<char*>(d) + first * times;
    const char* x = static_cast<const char*>(a) + first;
    const char* y = static_cast<const char*>(b) + first;
    if (streaming) {
      add_streams<true>(to, x, y, end - begin, times);
    } else {
      add_streams<false>(to, x, y, end - begin, times);
    }
  });
}

void copy(void* d, const void* a, std::size_t bytes, bool streaming, int threads) {
  const auto vectors = static_cast<std::int64_t>(bytes / kStep);
  BENCH_MODE::share(vectors, threads, [&](std::int64_t begin, std::int64_t end) {
    char* to = static_cast<char*>(d);
    const char* x = static_cast<const char*>(a);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::size_t at = static_cast<std::size_t>(i) * kStep;
      if (streaming) {
        stream(to + at, load(x + at));
      } else {
        store(to + at, load(x + at));
      }
    }
    if (streaming) _mm_sfence();
  });
}

}  // namespace bench
