// Measures the math leaves: the largest error of each function, dtype and width with the argument
// where it occurs, over bit patterns at equal steps (float32) and random bit patterns (float64),
// and the time per element on arrays that stay in L2, beside libmvec's entry of the same width.
// Usage: accuracy [--f32 COUNT] [--f64 COUNT] [--seed N] [--no-time] [function ...]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "../tests/math/exact.hpp"
#include "math/leaf_array.hpp"

#if defined(TIGHTLOOP_HAVE_LIBMVEC)
#include <dlfcn.h>
#endif

namespace {

using namespace tightloop;
using math::apply_leaf;

struct Options {
  std::uint64_t f32 = 1 << 24, f64 = 1 << 20, seed = 1;
  bool time = true;
  std::vector<std::string> names;
};

/// Where a function's interesting arguments end: most bit patterns of log-spaced doubles only
/// overflow, so half of the samples are drawn evenly from here.
double interesting(Op op) {
  switch (op) {
    case Op::exp: return 746;
    case Op::exp2: return 1076;
    case Op::expm1: return 710;
    case Op::tanh: return 22;
    case Op::erf: return 6.5;
    case Op::pow: return 30;
    default: return 16;
  }
}

template <class T, class Bits>
std::vector<T> arguments(Op op, std::uint64_t count, std::uint64_t seed, bool second) {
  std::mt19937_64 random(seed + (second ? 0x9e3779b97f4a7c15ULL : 0));
  std::vector<T> xs(count);
  const double end = interesting(op);
  const bool stepped = sizeof(T) == 4 && !second;
  const double step = 4294967296.0 / static_cast<double>(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t draw = random();
    const auto bits = stepped ? static_cast<Bits>(static_cast<double>(i) * step)
                              : static_cast<Bits>(draw >> (64 - 8 * sizeof(T)));
    const bool even = sizeof(T) == 4 ? second && i % 2 == 0 : i % 2 == 0;
    if (even) {
      xs[i] = static_cast<T>(std::ldexp(static_cast<double>(draw >> 11), -52) * end - end);
    } else {
      std::memcpy(&xs[i], &bits, sizeof bits);
    }
  }
  return xs;
}

struct Worst {
  double ulps = 0, x = 0, y = 0, got = 0;
};

template <class T>
void measure_errors(Op op, const std::vector<T>& xs, const std::vector<T>& ys) {
  math::Exact exact;
  const std::vector<int> widths = math::host_lanes(dtype_of<T>);
  const T* y = info(op).arity == 2 ? ys.data() : nullptr;
  std::vector<std::vector<T>> got(widths.size(), std::vector<T>(xs.size()));
  for (std::size_t w = 0; w < widths.size(); ++w) {
    apply_leaf(op, widths[w], xs.data(), y, got[w].data(), xs.size());
  }
  std::vector<Worst> worst(widths.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const T second = y == nullptr ? T(0) : y[i];
    double last = 0;
    for (std::size_t w = 0; w < widths.size(); ++w) {
      const bool same = w > 0 && std::memcmp(&got[w][i], &got[w - 1][i], sizeof(T)) == 0;
      if (!same) last = exact.ulps(op, xs[i], second, got[w][i]);
      if (last > worst[w].ulps) worst[w] = {last, xs[i], second, got[w][i]};
    }
  }
  for (std::size_t w = 0; w < widths.size(); ++w) {
    std::printf("%-6s %-7s x%-2d max %7.4f ulp at %a", std::string(id(op)).c_str(),
                std::string(name(dtype_of<T>)).c_str(), widths[w], worst[w].ulps, worst[w].x);
    if (y != nullptr) std::printf(", %a", worst[w].y);
    std::printf(" -> %a\n", worst[w].got);
  }
}

template <class F>
double nanoseconds(std::size_t n, F run) {
  using Clock = std::chrono::steady_clock;
  constexpr int repeats = 20;
  const auto begin = Clock::now();
  for (int i = 0; i < repeats; ++i) run();
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / repeats /
         static_cast<double>(n);
}

#if defined(__x86_64__)
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
void* libmvec_entry([[maybe_unused]] Op op, [[maybe_unused]] int lanes) {
#if defined(TIGHTLOOP_HAVE_LIBMVEC)
  const std::size_t bytes = static_cast<std::size_t>(lanes) * sizeof(T);
  const std::string symbol = std::string("_ZGV") +
                             (bytes == 64   ? 'e'
                              : bytes == 32 ? 'd'
                                            : 'b') +
                             "N" + std::to_string(lanes) + (info(op).arity == 2 ? "vv_" : "v_") +
                             std::string(id(op)) + (sizeof(T) == 4 ? "f" : "");
  return dlsym(RTLD_DEFAULT, symbol.c_str());
#else
  return nullptr;
#endif
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
    std::printf("%-6s %-7s x%-2d %7.3f ns/element", std::string(id(op)).c_str(),
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
#endif

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 0) : 0; };
    if (a == "--f32") {
      o.f32 = number();
    } else if (a == "--f64") {
      o.f64 = number();
    } else if (a == "--seed") {
      o.seed = number();
    } else if (a == "--no-time") {
      o.time = false;
    } else {
      o.names.push_back(a);
    }
  }
  return o;
}

}  // namespace

int main(int argc, char** argv) {
  const Options o = parse(argc, argv);
  std::printf("float32: %llu, float64: %llu arguments per function, seed %llu\n",
              static_cast<unsigned long long>(o.f32), static_cast<unsigned long long>(o.f64),
              static_cast<unsigned long long>(o.seed));
  for (int k = 0; k < kTableOps; ++k) {
    const Op op = static_cast<Op>(k);
    if (info(op).lowering != Lowering::math) continue;
    const std::string spelled(id(op));
    if (!o.names.empty() && std::find(o.names.begin(), o.names.end(), spelled) == o.names.end()) {
      continue;
    }
    if (o.f32 != 0) {
      measure_errors<float>(op, arguments<float, std::uint32_t>(op, o.f32, o.seed, false),
                            arguments<float, std::uint32_t>(op, o.f32, o.seed, true));
    }
    if (o.f64 != 0) {
      measure_errors<double>(op, arguments<double, std::uint64_t>(op, o.f64, o.seed, false),
                             arguments<double, std::uint64_t>(op, o.f64, o.seed, true));
    }
#if defined(__x86_64__)
    if (o.time) {
      measure_time<float>(op);
      measure_time<double>(op);
    }
#endif
    std::fflush(stdout);
  }
  return 0;
}
