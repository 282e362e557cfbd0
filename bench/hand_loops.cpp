#include "hand_loops.hpp"

#include "hand.hpp"

namespace bench {

#define BENCH_DEFINE(T)                                                     \
  double hand_w1(const T* a, const T* b, std::int64_t n, int threads) {     \
    return static_cast<double>(sum_absolute_differences(a, b, n, threads)); \
  }
BENCH_W1_TYPES(BENCH_DEFINE)
#undef BENCH_DEFINE

void hand_w2(std::uint64_t* out, const std::uint8_t* a, const std::uint8_t* b, std::int64_t frames,
             std::int64_t pixels, int threads) {
  sum_differences_of_frames(out, a, b, frames, pixels, threads);
}

void hand_w3(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::int64_t n,
             int threads) {
  map(out, a, b, n, threads, [](std::uint8_t x, std::uint8_t y) {
    const std::uint8_t above = x > y ? x : y, below = x > y ? y : x;
    return static_cast<std::uint8_t>(above - below);
  });
}

namespace {

template <class T>
void w6(int which, T* out, const T* x, const T* y, std::int64_t n, int threads) {
  const auto run = [&](auto f) { map(out, x, y, n, threads, f); };
  switch (which) {
    case 0: return run([](T a, T b) { return 2 * a + 3 * b; });
    case 1: return run([](T a, T b) { return a * a + b * b + 2 * a * b; });
    case 2: return run([](T a, T b) { return std::sqrt(a * a + b * b); });
    case 3: return run([](T a, T b) { return a > b ? a : b; });
    case 4:
      return run([](T a, T b) {
        const T s = std::sin(a), c = std::cos(b);
        return s * s + c * c;
      });
    case 5: return run([](T a, T b) { return std::exp(a) * std::log(b); });
    default:
      return run([](T a, T b) {
        return ((((T(0.1) * a + T(0.2)) * a + T(0.3)) * a + T(0.4)) * a + T(0.5)) * a + b;
      });
  }
}

}  // namespace

void hand_w6(int which, double* out, const double* x, const double* y, std::int64_t n,
             int threads) {
  w6(which, out, x, y, n, threads);
}
void hand_w6(int which, float* out, const float* x, const float* y, std::int64_t n, int threads) {
  w6(which, out, x, y, n, threads);
}

}  // namespace bench
