// Expressions whose passes over memory are counted, and the arrays that they read: as planned, and
// as evaluated.
#pragma once

#include <vector>

#include "planned.hpp"

namespace tightloop::plan_test {

struct NamedExpression {
  const char* name;
  const char* text;
  int stages;
};

/// float32 throughout: matrices a, b and x with rows that fit a cache and columns that do not; z,
/// which is tall; a vector t; g and h, as long as a row.
inline const std::vector<Input>& named_inputs() {
  static const std::vector<Input> inputs{
      {"a", DType::float32, {1024, 1024}, {}}, {"b", DType::float32, {1024, 1024}, {}},
      {"x", DType::float32, {1024, 1024}, {}}, {"z", DType::float32, {20000, 64}, {}},
      {"t", DType::float32, {1000000}, {}},    {"g", DType::float32, {1024}, {}},
      {"h", DType::float32, {1024}, {}}};
  return inputs;
}

inline const std::vector<NamedExpression>& named_expressions() {
  static const std::vector<NamedExpression> list{
      // Row by row: all passes over a row while it is in a cache.
      {"softmax over the last axis",
       "e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)", 1},
      {"log-softmax",
       "d = x - max(x, axis=-1, keepdims=True); d - log(sum(exp(d), axis=-1, keepdims=True))", 1},
      {"log-sum-exp", "m = max(x, axis=-1); m + log(sum(exp(x - m[:, None]), axis=-1))", 1},
      {"z-score over the last axis",
       "d = x - x[:, :1]; m = mean(d, axis=-1, keepdims=True)\n"
       "(d - m) / sqrt(mean(d * d, axis=-1, keepdims=True) - m * m)",
       1},
      {"z-score over the last axis, deviations from the mean",
       "d = x - mean(x, axis=1)[:, None]; d / sqrt(mean(d * d, axis=1))[:, None]", 1},
      {"layer norm",
       "d = x - mean(x, axis=-1, keepdims=True)\n"
       "d / sqrt(mean(d * d, axis=-1, keepdims=True) + 1e-5) * g + h",
       1},
      {"root-mean-square norm", "x / sqrt(mean(x * x, axis=-1, keepdims=True) + 1e-6) * g", 1},
      {"rows of unit length", "x / sqrt(sum(x * x, axis=-1, keepdims=True))", 1},
      {"rows scaled to 0..1",
       "m = min(x, axis=-1, keepdims=True); (x - m) / (max(x, axis=-1, keepdims=True) - m)", 1},
      {"cosine similarity of rows",
       "sum(a * b, axis=-1) / sqrt(sum(a * a, axis=-1) * sum(b * b, axis=-1))", 1},
      {"softmax weighted sum",
       "e = exp(x - max(x, axis=-1, keepdims=True))\n"
       "sum(e / sum(e, axis=-1, keepdims=True) * g, axis=-1)",
       1},
      {"entropy of softmax",
       "d = x - max(x, axis=-1, keepdims=True); e = exp(d); s = sum(e, axis=-1, keepdims=True)\n"
       "-sum(e / s * (d - log(s)), axis=-1)",
       1},
      // Reductions of columns and of everything end a pass.
      {"softmax over axis 0: a column is read again long after",
       "e = exp(x - max(x, axis=0)); e / sum(e, axis=0)", 3},
      {"z-score over axis 0", "m = mean(z, axis=0); (z - m) / sqrt(mean(z * z, axis=0) - m * m)",
       2},
      {"z-score of everything", "d = a - a[0, 0]; m = mean(d); (d - m) / sqrt(mean(d * d) - m * m)",
       2},
      {"z-score of everything, deviations from the mean", "d = a - mean(a); d / sqrt(mean(d * d))",
       3},
      {"centred", "a - mean(a)", 2},
      {"sum of squared deviations", "sum((a - mean(a))**2)", 2},
      {"everything scaled to 0..1", "(a - min(a)) / (max(a) - min(a))", 2},
      {"covariance", "mean((a - mean(a)) * (b - mean(b)))", 2},
      {"correlation",
       "p = a - mean(a); q = b - mean(b); sum(p * q) / sqrt(sum(p * p) * sum(q * q))", 2},
      {"centred along both axes: columns, everything, then row by row",
       "a - mean(a, axis=0) - mean(a, axis=1, keepdims=True) + mean(a)", 3},
      // Several results of one pass.
      {"mean, variance and maximum", "d = a - a[0, 0]; mean(a), mean(d * d) - mean(d)**2, max(a)",
       1},
      {"differences of two arrays", "d = a - b; mean(d * d), max(abs(d)), mean(d)", 1},
      {"mse, psnr and the largest difference",
       "d = a - b; e = mean(d * d); e, -10 * log10(e), max(abs(d))", 1},
      {"ratio of sums", "sum(abs(a - b)) / sum(a)", 1},
      {"columns, with and without their axis",
       "min(a, axis=0), max(a, axis=0, keepdims=True), mean(a, axis=0)", 1},
      {"a result and its sum", "a * 2, sum(a * 2)", 1},
      {"maximum, and the distance to it", "max(t), t - max(t)", 2},
      {"a reduction that can wait", "sum(b - mean(a)), max(t), max(t * mean(t)), max(b)", 4},
      // Views.
      {"5-point stencil",
       "x[1:-1, 1:-1] * 4 - x[:-2, 1:-1] - x[2:, 1:-1] - x[1:-1, :-2] - x[1:-1, 2:]", 1},
      {"9-point stencil", "r = x[:-2] + x[1:-1] + x[2:]; (r[:, :-2] + r[:, 1:-1] + r[:, 2:]) / 9",
       1},
      {"moving mean of three", "(t[:-2] + t[1:-1] + t[2:]) / 3", 1},
      {"moving mean of sixteen",
       "p = t[1:] + t[:-1]; q = p[2:] + p[:-2]; r = q[4:] + q[:-4]; (r[8:] + r[:-8]) / 16", 1},
      {"second differences", "d = t[1:] - t[:-1]; d[1:] - d[:-1]", 1},
      {"gradient norm",
       "p = x[1:, :-1] - x[:-1, :-1]; q = x[:-1, 1:] - x[:-1, :-1]; sum(sqrt(p * p + q * q))", 1},
  };
  return list;
}

}  // namespace tightloop::plan_test
