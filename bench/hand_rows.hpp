// The yardstick "hand" of W7: rows that stay in a cache while several loops run over each.
#pragma once

#include <cstdint>

namespace bench {

/// What W7 does to each row, and how the language writes it.
inline constexpr int kW7Count = 5;
inline constexpr const char* kW7[kW7Count] = {"softmax", "z-score", "layer norm", "unit length",
                                              "x - max(x, axis=-1)"};
inline constexpr const char* kW7Text[kW7Count] = {
    "e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)",
    "d = x - mean(x, axis=-1, keepdims=True); d / sqrt(mean(d*d, axis=-1, keepdims=True))",
    "d = x - mean(x, axis=-1, keepdims=True)\n"
    "d / sqrt(mean(d*d, axis=-1, keepdims=True) + 1e-5) * y[0] + y[1]",
    "x / sqrt(sum(x*x, axis=-1, keepdims=True))", "x - max(x, axis=-1, keepdims=True)"};

/// out = kW7[which] of x; y holds the factors and then the offsets of layer norm.
void hand_w7(int which, float* out, const float* x, const float* y, std::int64_t rows,
             std::int64_t columns, int threads);

}  // namespace bench
