// Compiled hand loops, by workload; see hand.hpp.
#pragma once

#include <cstdint>

namespace bench {

/// One instantiation per dtype of W1.
#define BENCH_W1_TYPES(X) \
  X(std::int8_t)          \
  X(std::int16_t)         \
  X(std::int32_t)         \
  X(std::int64_t)         \
  X(std::uint8_t) X(std::uint16_t) X(std::uint32_t) X(std::uint64_t) X(float) X(double)
#define BENCH_DECLARE(T) double hand_w1(const T* a, const T* b, std::int64_t n, int threads);
BENCH_W1_TYPES(BENCH_DECLARE)
#undef BENCH_DECLARE

void hand_w2(std::uint64_t* out, const std::uint8_t* a, const std::uint8_t* b, std::int64_t frames,
             std::int64_t pixels, int threads);
void hand_w3(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, std::int64_t n,
             int threads);

/// The expressions of W6, in the order of kW6.
inline constexpr int kW6Count = 7;
inline constexpr const char* kW6[kW6Count] = {"2*x + 3*y",
                                              "x**2 + y**2 + 2*x*y",
                                              "sqrt(x*x + y*y)",
                                              "where(x > y, x, y)",
                                              "sin(x)**2 + cos(y)**2",
                                              "exp(x)*log(y)",
                                              "((((0.1*x + 0.2)*x + 0.3)*x + 0.4)*x + 0.5)*x + y"};
void hand_w6(int which, double* out, const double* x, const double* y, std::int64_t n, int threads);
void hand_w6(int which, float* out, const float* x, const float* y, std::int64_t n, int threads);

}  // namespace bench
