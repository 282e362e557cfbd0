// Hand-written W7: rows that stay in a cache while several loops run over each, and z-scores of
// columns.
#include <algorithm>
#include <vector>

#include "hand_parts.hpp"

namespace bench::BENCH_MODE {
namespace {

void softmax(float* __restrict out, const float* x, std::int64_t n) {
  float most = x[0];
#pragma omp simd reduction(max : most)
  for (std::int64_t i = 0; i < n; ++i) most = x[i] > most ? x[i] : most;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += out[i] = exponential(x[i] - most);
  const float scale = 1 / sum;
  for (std::int64_t i = 0; i < n; ++i) out[i] *= scale;
}

float mean(const float* x, std::int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += x[i];
  return sum / static_cast<float>(n);
}

float variance(const float* x, float center, std::int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += (x[i] - center) * (x[i] - center);
  return sum / static_cast<float>(n);
}

void z_score(float* __restrict out, const float* x, std::int64_t n) {
  const float center = mean(x, n);
  const float scale = 1 / std::sqrt(variance(x, center, n));
  for (std::int64_t i = 0; i < n; ++i) out[i] = (x[i] - center) * scale;
}

void layer_norm(float* __restrict out, const float* x, const float* y, std::int64_t n) {
  const float center = mean(x, n);
  const float scale = 1 / std::sqrt(variance(x, center, n) + 1e-5F);
  for (std::int64_t i = 0; i < n; ++i) out[i] = (x[i] - center) * scale * y[i] + y[n + i];
}

void unit_length(float* __restrict out, const float* x, std::int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  const float scale = 1 / std::sqrt(sum);
  for (std::int64_t i = 0; i < n; ++i) out[i] = x[i] * scale;
}

void minus_max(float* __restrict out, const float* x, std::int64_t n) {
  float most = x[0];
#pragma omp simd reduction(max : most)
  for (std::int64_t i = 0; i < n; ++i) most = x[i] > most ? x[i] : most;
  for (std::int64_t i = 0; i < n; ++i) out[i] = x[i] - most;
}

// Sums of deviations from the first row, and of their squares, of the columns of some rows.
void add_deviations(double* __restrict sums, double* __restrict squares, const float* x,
                    std::int64_t first, std::int64_t last, std::int64_t columns) {
  for (std::int64_t r = first; r < last; ++r) {
    const float* row = x + r * columns;
#pragma omp simd
    for (std::int64_t i = 0; i < columns; ++i) {
      const double d = static_cast<double>(row[i]) - static_cast<double>(x[i]);
      sums[i] += d;
      squares[i] += d * d;
    }
  }
}

}  // namespace

void by_row(int which, float* out, const float* x, const float* y, std::int64_t rows,
            std::int64_t columns, int threads) {
  share(rows, threads, [=](std::int64_t first, std::int64_t last) {
    for (std::int64_t r = first; r < last; ++r) {
      float* to = out + r * columns;
      const float* from = x + r * columns;
      switch (which) {
        case 0: softmax(to, from, columns); break;
        case 1: z_score(to, from, columns); break;
        case 2: layer_norm(to, from, y, columns); break;
        case 3: unit_length(to, from, columns); break;
        default: minus_max(to, from, columns); break;
      }
    }
  });
}

void z_score_of_columns(float* out, const float* x, std::int64_t rows, std::int64_t columns,
                        int threads) {
  const auto count = static_cast<std::size_t>(columns);
  std::vector<double> sums(count), squares(count);
  share(rows, threads, [&](std::int64_t first, std::int64_t last) {
    std::vector<double> own(2 * count);
    add_deviations(own.data(), own.data() + count, x, first, last, columns);
#pragma omp critical
    for (std::size_t i = 0; i < count; ++i) {
      sums[i] += own[i];
      squares[i] += own[count + i];
    }
  });
  std::vector<float> centers(count), scales(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double mean = sums[i] / static_cast<double>(rows);
    const double variance = squares[i] / static_cast<double>(rows) - mean * mean;
    centers[i] = static_cast<float>(static_cast<double>(x[i]) + mean);
    scales[i] = static_cast<float>(1 / std::sqrt(variance));
  }
  share(rows, threads, [&](std::int64_t first, std::int64_t last) {
    const float* center = centers.data();
    const float* scale = scales.data();
    for (std::int64_t r = first; r < last; ++r) {
#pragma omp simd
      for (std::int64_t i = 0; i < columns; ++i) {
        out[r * columns + i] = (x[r * columns + i] - center[i]) * scale[i];
      }
    }
  });
}

}  // namespace bench::BENCH_MODE
