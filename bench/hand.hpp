// The yardstick "hand": each workload as the fused loop that an expert would write for it, compiled
// with -O3 -march=native -ffast-math and OpenMP, in the narrowest types that are right.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace bench {

/// What abs(x - y) of T needs: no wider than the result.
template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, T, std::uint64_t>;

template <class T>
inline auto absolute_difference(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::abs(x - y);
  } else if constexpr (sizeof(T) == 1) {
    return static_cast<unsigned>(std::abs(static_cast<int>(x) - static_cast<int>(y)));
  } else if constexpr (sizeof(T) == 2) {
    return static_cast<unsigned>(std::abs(static_cast<int>(x) - static_cast<int>(y)));
  } else {
    using U = std::make_unsigned_t<T>;
    return x > y ? static_cast<U>(static_cast<U>(x) - static_cast<U>(y))
                 : static_cast<U>(static_cast<U>(y) - static_cast<U>(x));
  }
}

/// Runs f(begin, end) over [0, n) in pieces on that many threads, without OpenMP's cost on one.
template <class F>
void share(std::int64_t n, int threads, F f) {
  if (threads <= 1) return f(0, n);
#pragma omp parallel for num_threads(threads)
  for (int t = 0; t < threads; ++t) f(n * t / threads, n * (t + 1) / threads);
}

/// W1: sum(abs(a - b)). Small types sum in 32 bits over blocks that cannot overflow.
template <class T>
Sum<T> sum_absolute_differences(const T* a, const T* b, std::int64_t n, int threads) {
  Sum<T> total = 0;
  share(n, threads, [&](std::int64_t first, std::int64_t last) {
    constexpr std::int64_t block = 32768;
    using Part = std::conditional_t<sizeof(T) <= 2, unsigned, Sum<T>>;
    Sum<T> own = 0;
    for (std::int64_t begin = first; begin < last; begin += block) {
      const std::int64_t end = begin + block < last ? begin + block : last;
      Part part = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        part += static_cast<Part>(absolute_difference(a[i], b[i]));
      }
      own += part;
    }
#pragma omp atomic
    total += own;
  });
  return total;
}

/// W2: sum(abs(a - b), axis=(-2, -1)) of a stack against one frame.
inline void sum_differences_of_frames(std::uint64_t* out, const std::uint8_t* a,
                                      const std::uint8_t* b, std::int64_t frames,
                                      std::int64_t pixels, int threads) {
  share(frames, threads, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t f = first; f < last; ++f) {
      unsigned part = 0;  // 255 * 2^24 pixels
      for (std::int64_t i = 0; i < pixels; ++i) {
        part += absolute_difference(a[f * pixels + i], b[i]);
      }
      out[f] = part;
    }
  });
}

/// Runs out[i] = f(x[i], y[i]).
template <class R, class T, class F>
void map(R* __restrict out, const T* x, const T* y, std::int64_t n, int threads, F f) {
  share(n, threads, [=](std::int64_t first, std::int64_t last) {
#pragma omp simd
    for (std::int64_t i = first; i < last; ++i) out[i] = static_cast<R>(f(x[i], y[i]));
  });
}

}  // namespace bench
