#include "hand_rows.hpp"

#include "hand.hpp"

namespace bench {
namespace {

void softmax(float* __restrict out, const float* x, std::int64_t n) {
  float most = x[0];
  for (std::int64_t i = 0; i < n; ++i) most = x[i] > most ? x[i] : most;
  float sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += out[i] = std::exp(x[i] - most);
  const float scale = 1 / sum;
  for (std::int64_t i = 0; i < n; ++i) out[i] *= scale;
}

float mean(const float* x, std::int64_t n) {
  float sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += x[i];
  return sum / static_cast<float>(n);
}

float variance(const float* x, float center, std::int64_t n) {
  float sum = 0;
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
  for (std::int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  const float scale = 1 / std::sqrt(sum);
  for (std::int64_t i = 0; i < n; ++i) out[i] = x[i] * scale;
}

void minus_max(float* __restrict out, const float* x, std::int64_t n) {
  float most = x[0];
  for (std::int64_t i = 0; i < n; ++i) most = x[i] > most ? x[i] : most;
  for (std::int64_t i = 0; i < n; ++i) out[i] = x[i] - most;
}

}  // namespace

void hand_w7(int which, float* out, const float* x, const float* y, std::int64_t rows,
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

}  // namespace bench
