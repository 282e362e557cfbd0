// The time per element of each math leaf and vector width on arrays that stay in L2, beside
// libmvec's entry of the same width in the same run.
// Usage: leaf_times [function ...]
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "math/leaf_array.hpp"

#if defined(__x86_64__)
namespace {

using namespace tightloop;

template <class F>
double nanoseconds(std::size_t n, F run) {
  using Clock = std::chrono::steady_clock;
  constexpr int repeats = 20;
  const auto begin = Clock::now();
  for (int i = 0; i < repeats; ++i) run();
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / repeats /
         static_cast<double>(n);
}

#define TIGHTLOOP_TIMED_LOOP(name, T, bytes, isa)                                                 \
  __attribute__((target(isa))) void name(void* leaf, const T* x, const T* y, T* out,              \
                                         std::size_t n) {                                         \
    typedef T V __attribute__((vector_size(bytes)));                                              \
    for (std::size_t i = 0; i < n; i += bytes / sizeof(T)) {                                      \
      const V a = *reinterpret_cast<const V*>(x + i);                                             \
      *reinterpret_cast<V*>(out + i) = y == nullptr ? reinterpret_cast<V (*)(V)>(leaf)(a)         \
                                                    : reinterpret_cast<V (*)(V, V)>(leaf)(        \
                                                          a, *reinterpret_cast<const V*>(y + i)); \
    }                                                                                             \
  }
TIGHTLOOP_TIMED_LOOP(timed_v2_d, double, 16, "sse2")
TIGHTLOOP_TIMED_LOOP(timed_v2_f, float, 16, "sse2")
TIGHTLOOP_TIMED_LOOP(timed_v3_d, double, 32, "avx2,fma")
TIGHTLOOP_TIMED_LOOP(timed_v3_f, float, 32, "avx2,fma")
TIGHTLOOP_TIMED_LOOP(timed_v4_d, double, 64, "avx512f")
TIGHTLOOP_TIMED_LOOP(timed_v4_f, float, 64, "avx512f")

template <class T>
void* libmvec_entry(Op op, int lanes) {
  static void* const library = dlopen("libmvec.so.1", RTLD_NOW);
  if (library == nullptr) return nullptr;
  const std::size_t bytes = static_cast<std::size_t>(lanes) * sizeof(T);
  const std::string symbol = std::string("_ZGV") +
                             (bytes == 64   ? 'e'
                              : bytes == 32 ? 'd'
                                            : 'b') +
                             "N" + std::to_string(lanes) + (info(op).arity == 2 ? "vv_" : "v_") +
                             std::string(id(op)) + (sizeof(T) == 4 ? "f" : "");
  return dlsym(library, symbol.c_str());
}

template <class T>
void measure_time(Op op) {
  constexpr std::size_t n = 4096;
  struct alignas(64) Block {
    T v[n];
  };
  static Block x, y, out;
  for (std::size_t i = 0; i < n; ++i) {
    x.v[i] = static_cast<T>(0.01 + 0.002 * static_cast<double>(i));
    y.v[i] = static_cast<T>(3.0 - 0.001 * static_cast<double>(i));
  }
  const T* second = info(op).arity == 2 ? y.v : nullptr;
  for (const int lanes : math::host_lanes(dtype_of<T>)) {
    if (lanes == 1) continue;
    const std::size_t bytes = static_cast<std::size_t>(lanes) * sizeof(T);
    void (*loop)(void*, const T*, const T*, T*, std::size_t) = nullptr;
    if constexpr (sizeof(T) == 8) {
      loop = bytes == 16 ? timed_v2_d : bytes == 32 ? timed_v3_d : timed_v4_d;
    } else {
      loop = bytes == 16 ? timed_v2_f : bytes == 32 ? timed_v3_f : timed_v4_f;
    }
    void* leaves[2] = {math::find_leaf(op, dtype_of<T>, lanes), libmvec_entry<T>(op, lanes)};
    double best[2] = {HUGE_VAL, HUGE_VAL};
    for (int round = 0; round < 40; ++round) {
      for (int k = 0; k < 2; ++k) {
        if (leaves[k] == nullptr) continue;
        best[k] =
            std::min(best[k], nanoseconds(n, [&] { loop(leaves[k], x.v, second, out.v, n); }));
      }
    }
    std::printf("%-10s %-7s x%-2d %7.3f ns/element", std::string(id(op)).c_str(),
                std::string(name(dtype_of<T>)).c_str(), lanes, best[0]);
    if (leaves[1] == leaves[0]) {
      std::printf("   is libmvec's\n");
    } else if (leaves[1] != nullptr) {
      std::printf("   libmvec %7.3f   %.2fx\n", best[1], best[1] / best[0]);
    } else {
      std::printf("\n");
    }
  }
}
}  // namespace
#endif

int main(int argc, char** argv) {
#if defined(__x86_64__)
  const std::vector<std::string> names(argv + 1, argv + argc);
  for (int k = 0; k < kTableOps; ++k) {
    const Op op = static_cast<Op>(k);
    if (info(op).lowering != Lowering::math) continue;
    if (!names.empty() && std::find(names.begin(), names.end(), id(op)) == names.end()) continue;
    measure_time<float>(op);
    measure_time<double>(op);
    std::fflush(stdout);
  }
#endif
  return 0;
}
