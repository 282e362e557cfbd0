// What the hand-written loops have in common. Everything is in the namespace of the mode, so that
// the linker cannot take a loop of one mode for one of the other.
#pragma once

// Outside -ffast-math the headers do not tell that libmvec has these.
#ifndef __FAST_MATH__
extern "C" {
#define BENCH_VECTOR(name)                                           \
  __attribute__((simd("notinbranch"))) double name(double) noexcept; \
  __attribute__((simd("notinbranch"))) float name##f(float) noexcept;
BENCH_VECTOR(exp)
BENCH_VECTOR(log)
BENCH_VECTOR(sin)
BENCH_VECTOR(cos)
#undef BENCH_VECTOR
}
#endif

#include <immintrin.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "hand.hpp"

namespace bench::BENCH_MODE {
namespace {

/// Runs f(begin, end) over [0, n) in pieces on that many threads, without OpenMP's cost on one.
template <class F>
void share(std::int64_t n, int threads, F f) {
  if (threads <= 1) return f(0, n);
#pragma omp parallel for num_threads(threads)
  for (int t = 0; t < threads; ++t) f(n * t / threads, n * (t + 1) / threads);
}

/// What an element is computed in, and its sums: float for halves.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, Half>, float, T>;

// Calls of the very functions that were declared above: those of std for floats are built into the
// compiler, which then knows of no vector of them.
inline double exponential(double x) {
  return ::exp(x);
}
inline float exponential(float x) {
  return ::expf(x);
}
inline double logarithm(double x) {
  return ::log(x);
}
inline float logarithm(float x) {
  return ::logf(x);
}
inline double sine(double x) {
  return ::sin(x);
}
inline float sine(float x) {
  return ::sinf(x);
}
inline double cosine(double x) {
  return ::cos(x);
}
inline float cosine(float x) {
  return ::cosf(x);
}

/// Halves are converted so many at a time, to memory that stays in the first-level cache.
constexpr std::int64_t kPiece = 1024;

inline void widen(float* __restrict to, const Half* from, std::int64_t n) {
  std::int64_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= n; i += 16) {
    const void* at = from + i;
    _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i*>(at))));
  }
#elif defined(__F16C__)
  for (; i + 8 <= n; i += 8) {
    const void* at = from + i;
    _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i*>(at))));
  }
#endif
  for (; i < n; ++i) {
    _Float16 h;
    __builtin_memcpy(&h, from + i, sizeof h);
    to[i] = static_cast<float>(h);
  }
}

inline void narrow(Half* to, const float* __restrict from, std::int64_t n) {
  std::int64_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= n; i += 16) {
    void* at = to + i;
    _mm256_storeu_si256(static_cast<__m256i*>(at),
                        _mm512_cvtps_ph(_mm512_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  }
#elif defined(__F16C__)
  for (; i + 8 <= n; i += 8) {
    void* at = to + i;
    _mm_storeu_si128(static_cast<__m128i*>(at),
                     _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  }
#endif
  for (; i < n; ++i) {
    const auto h = static_cast<_Float16>(from[i]);
    __builtin_memcpy(to + i, &h, sizeof h);
  }
}

/// Calls f(x, y, begin, count) for pieces of two arrays, with halves as floats in memory of its
/// own.
template <class A, class B, class F>
void in_pieces(const A* a, const B* b, std::int64_t begin, std::int64_t end, F f) {
  if constexpr (std::is_same_v<A, Half> || std::is_same_v<B, Half>) {
    alignas(64) float x[kPiece], y[kPiece];
    for (std::int64_t i = begin; i < end; i += kPiece) {
      const std::int64_t n = end - i < kPiece ? end - i : kPiece;
      const Wide<A>* from_a;
      const Wide<B>* from_b;
      if constexpr (std::is_same_v<A, Half>) {
        widen(x, a + i, n);
        from_a = x;
      } else {
        from_a = a + i;
      }
      if constexpr (std::is_same_v<B, Half>) {
        const bool same = static_cast<const void*>(a) == static_cast<const void*>(b);
        if (!same) widen(y, b + i, n);
        from_b = same ? x : y;
      } else {
        from_b = b + i;
      }
      f(from_a, from_b, i, n);
    }
  } else {
    f(a + begin, b + begin, begin, end - begin);
  }
}

}  // namespace
}  // namespace bench::BENCH_MODE
