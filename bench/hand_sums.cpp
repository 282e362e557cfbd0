// Hand-written reductions: W1, W2, W5, W8.
#include <algorithm>
#include <vector>

#include "hand_parts.hpp"

namespace bench::BENCH_MODE {
namespace {

template <class T>
inline auto absolute_difference(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::abs(x - y);
  } else if constexpr (sizeof(T) <= 2) {
    return static_cast<unsigned>(std::abs(static_cast<int>(x) - static_cast<int>(y)));
  } else {
    using U = std::make_unsigned_t<T>;
    return x > y ? static_cast<U>(static_cast<U>(x) - static_cast<U>(y))
                 : static_cast<U>(static_cast<U>(y) - static_cast<U>(x));
  }
}

// Small integers sum in 32 bits over blocks that cannot overflow.
template <class T>
double sum_of_differences(const T* a, const T* b, std::int64_t n, int threads) {
  using V = Wide<T>;
  using Total = std::conditional_t<std::is_floating_point_v<V>, V, std::uint64_t>;
  using Part = std::conditional_t<sizeof(T) <= 2 && !std::is_floating_point_v<V>, unsigned, Total>;
  constexpr std::int64_t kBlock = 32768;
  Total total = 0;
  share(n, threads, [&](std::int64_t first, std::int64_t last) {
    Total own = 0;
    for (std::int64_t begin = first; begin < last; begin += kBlock) {
      in_pieces(a, b, begin, std::min(begin + kBlock, last),
                [&](const V* x, const V* y, std::int64_t, std::int64_t count) {
                  Part part = 0;
#pragma omp simd reduction(+ : part)
                  for (std::int64_t i = 0; i < count; ++i) {
                    part += static_cast<Part>(absolute_difference(x[i], y[i]));
                  }
                  own += part;
                });
    }
#pragma omp atomic
    total += own;
  });
  return static_cast<double>(total);
}

template <class T, class R>
void mean_rows(R* out, const T* x, std::int64_t rows, std::int64_t columns, int threads) {
  using V = Wide<T>;
  using Part = std::conditional_t<std::is_floating_point_v<V>, V,
                                  std::conditional_t<sizeof(T) <= 2, int, std::int64_t>>;
  share(rows, threads, [=](std::int64_t first, std::int64_t last) {
    for (std::int64_t r = first; r < last; ++r) {
      R sum = 0;
      constexpr std::int64_t kBlock = 32768;
      for (std::int64_t begin = 0; begin < columns; begin += kBlock) {
        const T* row = x + r * columns;
        in_pieces(row, row, begin, std::min(begin + kBlock, columns),
                  [&](const V* from, const V*, std::int64_t, std::int64_t count) {
                    Part part = 0;
#pragma omp simd reduction(+ : part)
                    for (std::int64_t i = 0; i < count; ++i) part += static_cast<Part>(from[i]);
                    sum += static_cast<R>(part);
                  });
      }
      out[r] = sum / static_cast<R>(columns);
    }
  });
}

// Strips of columns whose sums stay in the first-level cache, row by row.
template <class T, class R>
void add_strip(R* __restrict sums, const T* x, std::int64_t first, std::int64_t last,
               std::int64_t columns, std::int64_t begin, std::int64_t width) {
  using Part = std::conditional_t<std::is_same_v<R, double> && sizeof(T) <= 2, int, R>;
  constexpr std::int64_t kRows = 32768;
  constexpr std::int64_t kStrip = 512;
  Part part[kStrip];
  for (std::int64_t from = first; from < last; from += kRows) {
    std::fill_n(part, width, Part{0});
    for (std::int64_t r = from; r < std::min(from + kRows, last); ++r) {
      const T* row = x + r * columns + begin;
      in_pieces(row, row, 0, width,
                [&](const Wide<T>* at, const Wide<T>*, std::int64_t, std::int64_t) {
#pragma omp simd
                  for (std::int64_t i = 0; i < width; ++i) part[i] += static_cast<Part>(at[i]);
                });
    }
    for (std::int64_t i = 0; i < width; ++i) sums[i] += static_cast<R>(part[i]);
  }
}

template <class T, class R>
void mean_columns(R* out, const T* x, std::int64_t rows, std::int64_t columns, int threads) {
  std::fill_n(out, columns, R{0});
  share(rows, threads, [=](std::int64_t first, std::int64_t last) {
    std::vector<R> sums(static_cast<std::size_t>(columns));
    constexpr std::int64_t kStrip = 512;
    for (std::int64_t begin = 0; begin < columns; begin += kStrip) {
      add_strip(sums.data() + begin, x, first, last, columns, begin,
                std::min(kStrip, columns - begin));
    }
#pragma omp critical
    for (std::int64_t i = 0; i < columns; ++i) out[i] += sums[static_cast<std::size_t>(i)];
  });
  for (std::int64_t i = 0; i < columns; ++i) out[i] /= static_cast<R>(rows);
}

struct Differences {
  double squares = 0, sum = 0, most = 0;
};

template <class V, class A, class B>
Differences compare(const A* a, const B* b, std::int64_t n, int threads) {
  Differences all;
  share(n, threads, [&](std::int64_t first, std::int64_t last) {
    Differences own;
    constexpr std::int64_t kBlock = 32768;
    for (std::int64_t begin = first; begin < last; begin += kBlock) {
      in_pieces(a, b, begin, std::min(begin + kBlock, last),
                [&](const Wide<A>* x, const Wide<B>* y, std::int64_t, std::int64_t count) {
                  V squares = 0, sum = 0, most = 0;
#pragma omp simd reduction(+ : squares, sum) reduction(max : most)
                  for (std::int64_t i = 0; i < count; ++i) {
                    const V d = static_cast<V>(x[i]) - static_cast<V>(y[i]);
                    const V size = std::abs(d);
                    squares += d * d;
                    sum += d;
                    most = most < size ? size : most;
                  }
                  own.squares += static_cast<double>(squares);
                  own.sum += static_cast<double>(sum);
                  own.most = std::max(own.most, static_cast<double>(most));
                });
    }
#pragma omp critical
    all = {all.squares + own.squares, all.sum + own.sum, std::max(all.most, own.most)};
  });
  return all;
}

template <class V, class A, class B>
void find_errors(double* out, const A* a, const B* b, std::int64_t n, int threads) {
  const Differences d = compare<V>(a, b, n, threads);
  out[0] = d.squares / static_cast<double>(n);
  out[1] = -10 * std::log10(out[0]);
  out[2] = d.most;
}

template <class T>
void find_three(double* out, const T* a, const T* b, std::int64_t n, int threads) {
  const Differences d = compare<T>(a, b, n, threads);
  out[0] = d.squares / static_cast<double>(n);
  out[1] = d.most;
  out[2] = d.sum / static_cast<double>(n);
}

}  // namespace

#define BENCH_DEFINE(T)                                                         \
  double sum_differences(const T* a, const T* b, std::int64_t n, int threads) { \
    return sum_of_differences(a, b, n, threads);                                \
  }
BENCH_INTEGER_TYPES(BENCH_DEFINE)
BENCH_REAL_TYPES(BENCH_DEFINE)
#undef BENCH_DEFINE

void sum_frames(std::uint64_t* out, const std::uint8_t* a, const std::uint8_t* b,
                std::int64_t frames, std::int64_t pixels, int threads) {
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

#define BENCH_DEFINE(T, R)                                                                      \
  void row_means(R* out, const T* x, std::int64_t rows, std::int64_t columns, int threads) {    \
    mean_rows(out, x, rows, columns, threads);                                                  \
  }                                                                                             \
  void column_means(R* out, const T* x, std::int64_t rows, std::int64_t columns, int threads) { \
    mean_columns(out, x, rows, columns, threads);                                               \
  }
BENCH_DEFINE(double, double)
BENCH_DEFINE(float, float)
BENCH_DEFINE(Half, float)
BENCH_DEFINE(std::uint8_t, double)
BENCH_DEFINE(std::int16_t, double)
BENCH_DEFINE(std::int32_t, double)
BENCH_DEFINE(std::int64_t, double)
#undef BENCH_DEFINE

void errors(double* out, const double* a, const float* b, std::int64_t n, int threads) {
  find_errors<double>(out, a, b, n, threads);
}
void errors(double* out, const float* a, const Half* b, std::int64_t n, int threads) {
  find_errors<float>(out, a, b, n, threads);
}
void three_results(double* out, const double* a, const double* b, std::int64_t n, int threads) {
  find_three(out, a, b, n, threads);
}
void three_results(double* out, const float* a, const float* b, std::int64_t n, int threads) {
  find_three(out, a, b, n, threads);
}

}  // namespace bench::BENCH_MODE
