// Hand-written element-wise loops: W3, W4, W6.
#include <algorithm>

#include "hand_parts.hpp"

namespace bench::BENCH_MODE {
namespace {

/// Runs out[i] = f(x[i], y[i]).
template <class R, class T, class F>
void apply(R* __restrict out, const T* x, const T* y, std::int64_t n, int threads, F f) {
  share(n, threads, [=](std::int64_t first, std::int64_t last) {
    if constexpr (std::is_same_v<R, Half>) {
      in_pieces(x, y, first, last,
                [=](const float* a, const float* b, std::int64_t begin, std::int64_t count) {
                  alignas(64) float to[kPiece];
#pragma omp simd
                  for (std::int64_t i = 0; i < count; ++i) to[i] = f(a[i], b[i]);
                  narrow(out + begin, to, count);
                });
    } else {
      // Locals: stores of bytes could change what the lambda holds.
      R* const to = out;
      const T *const a = x, *const b = y;
#pragma omp simd
      for (std::int64_t i = first; i < last; ++i) to[i] = static_cast<R>(f(a[i], b[i]));
    }
  });
}

template <class T>
void map_of(int which, T* out, const T* x, const T* y, std::int64_t n, int threads) {
  using V = Wide<T>;
  const auto run = [&](auto f) { apply(out, x, y, n, threads, f); };
  switch (which) {
    case 0: return run([](V a, V) { return exponential(a) + logarithm(a * a); });
    case 1: return run([](V a, V b) { return 2 * a + 3 * b; });
    case 2: return run([](V a, V b) { return a * a + b * b + 2 * a * b; });
    case 3: return run([](V a, V b) { return std::sqrt(a * a + b * b); });
    case 4: return run([](V a, V b) { return a > b ? a : b; });
    case 5:
      return run([](V a, V b) {
        const V s = sine(a), c = cosine(b);
        return s * s + c * c;
      });
    case 6: return run([](V a, V b) { return exponential(a) * logarithm(b); });
    default:
      return run([](V a, V b) {
        return ((((V(0.1) * a + V(0.2)) * a + V(0.3)) * a + V(0.4)) * a + V(0.5)) * a + b;
      });
  }
}

template <class R, class T>
void add_multiples(R* out, const T* x, const T* y, std::int64_t n, int threads) {
  apply(out, x, y, n, threads,
        [](T a, T b) { return static_cast<R>(2 * static_cast<R>(a) + 3 * static_cast<R>(b)); });
}

}  // namespace

void differences(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::int64_t n,
                 int threads) {
  apply(out, a, b, n, threads, [](std::uint8_t x, std::uint8_t y) {
    const std::uint8_t above = x > y ? x : y, below = x > y ? y : x;
    return static_cast<std::uint8_t>(above - below);
  });
}

#define BENCH_DEFINE(T)                                                              \
  void map(int which, T* out, const T* x, const T* y, std::int64_t n, int threads) { \
    map_of(which, out, x, y, n, threads);                                            \
  }
BENCH_REAL_TYPES(BENCH_DEFINE)
#undef BENCH_DEFINE

#define BENCH_DEFINE(R, T)                                                      \
  void two_three(R* out, const T* x, const T* y, std::int64_t n, int threads) { \
    add_multiples(out, x, y, n, threads);                                       \
  }
BENCH_DEFINE(std::uint16_t, std::uint8_t)
BENCH_DEFINE(std::int32_t, std::int16_t)
BENCH_DEFINE(std::int64_t, std::int32_t)
BENCH_DEFINE(std::int64_t, std::int64_t)
#undef BENCH_DEFINE

}  // namespace bench::BENCH_MODE
