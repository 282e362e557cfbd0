// Hand-written loops over arrays that are not walked in order, and small products: W9 and 4x4
// matrices.
#include <algorithm>

#include "hand_parts.hpp"

namespace bench::BENCH_MODE {
namespace {

template <class T>
void subtract_every_other(T* __restrict out, const T* a, const T* b, std::int64_t n, int threads) {
  share(n, threads, [=](std::int64_t first, std::int64_t last) {
#pragma omp simd
    for (std::int64_t i = first; i < last; ++i) out[i] = a[2 * i] - b[2 * i];
  });
}

// Square tiles, transposed on the way through a buffer that stays in the first-level cache.
template <class T>
void add_transposed(T* __restrict out, const T* a, const T* b, std::int64_t side, int threads) {
  constexpr std::int64_t kTile = 32;
  const std::int64_t tiles = (side + kTile - 1) / kTile;
  share(tiles, threads, [=](std::int64_t first, std::int64_t last) {
    T turned[kTile][kTile];
    for (std::int64_t i = first * kTile; i < std::min(last * kTile, side); i += kTile) {
      const std::int64_t rows = std::min(kTile, side - i);
      for (std::int64_t j = 0; j < side; j += kTile) {
        const std::int64_t columns = std::min(kTile, side - j);
        for (std::int64_t c = 0; c < columns; ++c) {
          for (std::int64_t r = 0; r < rows; ++r) turned[r][c] = b[(j + c) * side + i + r];
        }
        for (std::int64_t r = 0; r < rows; ++r) {
          const std::int64_t at = (i + r) * side + j;
#pragma omp simd
          for (std::int64_t c = 0; c < columns; ++c) out[at + c] = a[at + c] + turned[r][c];
        }
      }
    }
  });
}

template <class T>
void multiply_small(T* __restrict out, const T* a, const T* b, std::int64_t count, int threads) {
  share(count, threads, [=](std::int64_t first, std::int64_t last) {
    for (std::int64_t k = first; k < last; ++k) {
      for (int i = 0; i < 4; ++i) {
        T row[4] = {};
        for (int m = 0; m < 4; ++m) {
          for (int j = 0; j < 4; ++j) row[j] += a[16 * k + 4 * i + m] * b[16 * k + 4 * m + j];
        }
        for (int j = 0; j < 4; ++j) out[16 * k + 4 * i + j] = row[j];
      }
    }
  });
}

}  // namespace

#define BENCH_DEFINE(T)                                                                  \
  void every_other(T* out, const T* a, const T* b, std::int64_t n, int threads) {        \
    subtract_every_other(out, a, b, n, threads);                                         \
  }                                                                                      \
  void plus_transposed(T* out, const T* a, const T* b, std::int64_t side, int threads) { \
    add_transposed(out, a, b, side, threads);                                            \
  }                                                                                      \
  void small_products(T* out, const T* a, const T* b, std::int64_t count, int threads) { \
    multiply_small(out, a, b, count, threads);                                           \
  }
BENCH_DEFINE(double)
BENCH_DEFINE(float)
#undef BENCH_DEFINE

}  // namespace bench::BENCH_MODE
