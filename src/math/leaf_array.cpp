// Leaves over whole arrays: loads, calls and stores in the register width of each leaf.
#include "math/leaf_array.hpp"

#include <algorithm>

#include "math/leaf_set.hpp"
#include "tightloop/error.hpp"

namespace tightloop::math {
namespace {

template <class T>
void scalar_loop(LeafFn leaf, const T* x, const T* y, T* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = y == nullptr ? reinterpret_cast<T (*)(T)>(leaf)(x[i])
                          : reinterpret_cast<T (*)(T, T)>(leaf)(x[i], y[i]);
  }
}

template <class T>
LeafLoop<T> loop_of(std::size_t bytes) {
  if (bytes == sizeof(T)) return scalar_loop<T>;
#if defined(__x86_64__)
  const LeafSet& set = bytes == 16 ? kLeavesV2 : bytes == 32 ? kLeavesV3 : kLeavesV4;
  if constexpr (sizeof(T) == 8) {
    return set.loop64;
  } else {
    return set.loop32;
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
  const LeafLoop<T> loop = loop_of<T>(static_cast<std::size_t>(lanes) * sizeof(T));
  loop(reinterpret_cast<LeafFn>(leaf), x, y, out, n);
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
