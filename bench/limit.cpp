#include "limit.hpp"

#include <immintrin.h>

#include <cstdint>

#include "hand.hpp"

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
inline Vector multiply_add(Vector a, Vector b) {
  return _mm512_castpd_si512(
      _mm512_fmadd_pd(_mm512_castsi512_pd(b), _mm512_set1_pd(3), _mm512_castsi512_pd(a)));
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
inline Vector multiply_add(Vector a, Vector b) {
  return _mm256_castpd_si256(_mm256_add_pd(_mm256_mul_pd(_mm256_castsi256_pd(b), _mm256_set1_pd(3)),
                                           _mm256_castsi256_pd(a)));
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

unsigned long read_streams(const void* const* streams, int count, std::size_t bytes, int threads) {
  unsigned long total = 0;
  const auto blocks = static_cast<std::int64_t>(bytes / (4 * kStep));
  share(blocks, threads, [&](std::int64_t begin, std::int64_t end) {
    Vector acc[4] = {zero(), zero(), zero(), zero()};
    const char* a = static_cast<const char*>(streams[0]);
    const char* b = static_cast<const char*>(streams[count > 1 ? 1 : 0]);
    for (std::int64_t i = begin; i < end; ++i) {
      for (int k = 0; k < 4; ++k) {
        const std::size_t at =
            (static_cast<std::size_t>(i) * 4 + static_cast<std::size_t>(k)) * kStep;
        acc[k] = combine(acc[k], load(a + at));
        if (count > 1) acc[k] = combine(acc[k], load(b + at));
      }
    }
    const unsigned long own = fold(combine(combine(acc[0], acc[1]), combine(acc[2], acc[3])));
#pragma omp atomic
    total ^= own;
  });
  return total;
}

void triad(double* d, const double* a, const double* b, std::size_t count, bool streaming,
           int threads) {
  const auto vectors = static_cast<std::int64_t>(count * 8 / kStep);
  share(vectors, threads, [&](std::int64_t begin, std::int64_t end) {
    char* to = reinterpret_cast<char*>(d);
    const char* x = reinterpret_cast<const char*>(a);
    const char* y = reinterpret_cast<const char*>(b);
    for (std::int64_t i = begin; i < end; ++i) {
      const std::size_t at = static_cast<std::size_t>(i) * kStep;
      const Vector v = multiply_add(load(x + at), load(y + at));
      if (streaming) {
        stream(to + at, v);
      } else {
        store(to + at, v);
      }
    }
    if (streaming) _mm_sfence();
  });
}

void copy(void* d, const void* a, std::size_t bytes, bool streaming, int threads) {
  const auto vectors = static_cast<std::int64_t>(bytes / kStep);
  share(vectors, threads, [&](std::int64_t begin, std::int64_t end) {
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
