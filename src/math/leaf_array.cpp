// Leaves over whole arrays: loads, calls and stores in the register width of each leaf.
#include "math/leaf_array.hpp"

#include <algorithm>
#include <cstring>

#include "tightloop/error.hpp"

namespace tightloop::math {
namespace {

template <class T>
using Loop = void (*)(void* leaf, const T* x, const T* y, T* out, std::size_t n);

template <class T>
void scalar_loop(void* leaf, const T* x, const T* y, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = y == nullptr ? reinterpret_cast<T (*)(T)>(leaf)(x[i])
                          : reinterpret_cast<T (*)(T, T)>(leaf)(x[i], y[i]);
  }
}

#if defined(__x86_64__)
// Each width needs a function of its own: the vector type decides the registers of the call.
#define TIGHTLOOP_LEAF_LOOP(name, T, bytes, isa)                                     \
  __attribute__((target(isa))) void name(void* leaf, const T* x, const T* y, T* out, \
                                         std::size_t n) {                            \
    typedef T V __attribute__((vector_size(bytes)));                                 \
    constexpr std::size_t lanes = bytes / sizeof(T);                                 \
    for (std::size_t i = 0; i < n; i += lanes) {                                     \
      const std::size_t count = n - i < lanes ? n - i : lanes;                       \
      V a{}, b{};                                                                    \
      std::memcpy(&a, x + i, count * sizeof(T));                                     \
      for (std::size_t j = count; j < lanes; ++j) a[j] = x[n - 1];                   \
      if (y == nullptr) {                                                            \
        a = reinterpret_cast<V (*)(V)>(leaf)(a);                                     \
      } else {                                                                       \
        std::memcpy(&b, y + i, count * sizeof(T));                                   \
        for (std::size_t j = count; j < lanes; ++j) b[j] = y[n - 1];                 \
        a = reinterpret_cast<V (*)(V, V)>(leaf)(a, b);                               \
      }                                                                              \
      std::memcpy(out + i, &a, count * sizeof(T));                                   \
    }                                                                                \
  }
TIGHTLOOP_LEAF_LOOP(loop_v2_d, double, 16, "sse2")
TIGHTLOOP_LEAF_LOOP(loop_v2_f, float, 16, "sse2")
TIGHTLOOP_LEAF_LOOP(loop_v3_d, double, 32, "avx2,fma")
TIGHTLOOP_LEAF_LOOP(loop_v3_f, float, 32, "avx2,fma")
TIGHTLOOP_LEAF_LOOP(loop_v4_d, double, 64, "avx512f,avx512vl,avx512bw,avx512dq")
TIGHTLOOP_LEAF_LOOP(loop_v4_f, float, 64, "avx512f,avx512vl,avx512bw,avx512dq")
#undef TIGHTLOOP_LEAF_LOOP
#endif

template <class T>
Loop<T> loop_of(std::size_t bytes) {
  if (bytes == sizeof(T)) return scalar_loop<T>;
#if defined(__x86_64__)
  constexpr bool wide = sizeof(T) == 8;
  if constexpr (wide) {
    return bytes == 16 ? loop_v2_d : bytes == 32 ? loop_v3_d : loop_v4_d;
  } else {
    return bytes == 16 ? loop_v2_f : bytes == 32 ? loop_v3_f : loop_v4_f;
  }
#else
  return nullptr;
#endif
}

template <class T>
void apply(Op op, int lanes, const T* x, const T* y, T* out, std::size_t n, DType precision) {
  const std::vector<int> widths = host_lanes(dtype_of<T>);
  void* leaf = find_leaf(op, precision, lanes);
  if (leaf == nullptr || std::find(widths.begin(), widths.end(), lanes) == widths.end()) {
    throw Error(ErrorCode::internal, "no leaf of that width on this host");
  }
  loop_of<T>(static_cast<std::size_t>(lanes) * sizeof(T))(leaf, x, y, out, n);
}

}  // namespace

std::vector<int> host_lanes(DType lane) {
  std::vector<int> lanes{1};
#if defined(__x86_64__)
  const int width = lane == DType::float64 ? 2 : 4;
  lanes.push_back(width);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) lanes.push_back(2 * width);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    lanes.push_back(4 * width);
  }
#else
  (void)lane;
#endif
  return lanes;
}

void apply_leaf(Op op, int lanes, const float* x, const float* y, float* out, std::size_t n,
                DType precision) {
  apply(op, lanes, x, y, out, n, precision);
}
void apply_leaf(Op op, int lanes, const double* x, const double* y, double* out, std::size_t n) {
  apply(op, lanes, x, y, out, n, DType::float64);
}

}  // namespace tightloop::math
