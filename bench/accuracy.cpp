// The long accuracy run: the largest error of each math leaf and lane type over all vector widths,
// with the argument where it occurs, as MPFR has it, on all processors. float32 arguments are
// spread over all bit patterns (one drawn in each of COUNT equal parts; --exp32 for exp), float64
// ones are random bit patterns and values from where the function neither over- nor underflows;
// pairs are drawn alike. Halves are all taken, for functions of one operand. Ends with the rows of
// src/math/measured_ulp.def. Usage: accuracy [--f32 COUNT] [--exp32 COUNT] [--f64 COUNT]
// [--seed N] [function ...]
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../tests/math/half_errors.hpp"
#include "math/leaf_array.hpp"

namespace {

using namespace tightloop;
using math::apply_leaf;
using math::ErrorMeter;
using math::Worst;

struct Options {
  std::uint64_t f32 = 1 << 24, exp32 = 1 << 28, f64 = 1 << 20, seed = 1;
  std::vector<std::string> names;
};

/// Where a function's interesting arguments end: most bit patterns of doubles only over- or
/// underflow.
double interesting(Op op) {
  switch (op) {
    case Op::exp:
    case Op::sinh:
    case Op::cosh: return 746;
    case Op::exp2: return 1076;
    case Op::exp10: return 324;
    case Op::expm1: return 710;
    case Op::tanh: return 22;
    case Op::asin:
    case Op::acos:
    case Op::atanh: return 1;
    case Op::erf: return 6.5;
    case Op::erfc: return 28;
    case Op::gelu: return 39;
    case Op::tgamma: return 185;
    case Op::pow: return 30;
    default: return 16;
  }
}

constexpr std::size_t kChunk = 1 << 16;

/// The arguments of one chunk; y is filled too, for functions of two.
template <class T>
void draw(Op op, std::uint64_t chunk, std::uint64_t count, std::uint64_t seed, std::vector<T>& xs,
          std::vector<T>& ys) {
  std::mt19937_64 random(seed * 0x9e3779b97f4a7c15ULL + chunk * 2 + sizeof(T) / 8);
  const double end = sizeof(T) == 8 || interesting(op) < 100 ? interesting(op) : 110;
  const double part = 4294967296.0 / static_cast<double>(count);
  const auto any = [&](std::uint64_t bits) {
    T x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  };
  const auto unit = [](std::uint64_t bits) {
    return std::ldexp(static_cast<double>(bits >> 11), -53);
  };
  const auto even = [&](std::uint64_t bits) { return static_cast<T>((2 * unit(bits) - 1) * end); };
  const bool spread = sizeof(T) == 4 && info(op).arity == 1;
  for (std::size_t i = 0; i < kChunk; ++i) {
    const std::uint64_t a = random(), b = random();
    if (spread) {
      const double place = (static_cast<double>(chunk * kChunk + i) + unit(a)) * part;
      xs[i] = any(static_cast<std::uint64_t>(place) & 0xffffffffU);
      continue;
    }
    xs[i] = i % 2 == 0 ? any(a) : even(a);
    ys[i] = i % 4 < 2 ? any(b) : even(b);
    // Pairs near the ends of pow's range, and pairs of similar size for the others.
    if (i % 8 == 7) {
      const double log = std::log2(std::fabs(static_cast<double>(xs[i])));
      const double wide = sizeof(T) == 8 ? 1090 : 155;
      ys[i] = static_cast<T>(op == Op::pow ? (2 * unit(b) - 1) * wide / log
                                           : static_cast<double>(xs[i]) * (2 * unit(b) - 1));
    }
  }
}

struct Report {
  Worst worst;
  std::uint64_t differ = 0;  ///< arguments whose bits are not the same at all widths
};

/// One thread's part of the run of one op.
template <class T>
class Part {
 public:
  Part(Op op, const std::vector<int>& widths)
      : op_(op), widths_(widths), got_(widths.size(), std::vector<T>(kChunk)), meter_(op) {}

  void run(const std::vector<T>& xs, const std::vector<T>& ys) {
    const T* y = info(op_).arity == 2 ? ys.data() : nullptr;
    for (std::size_t w = 0; w < widths_.size(); ++w) {
      apply_leaf(op_, widths_[w], xs.data(), y, got_[w].data(), xs.size());
    }
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const T second = y == nullptr ? T(0) : y[i];
      bool same = true;
      meter_.show(xs[i], second, got_[0][i]);
      for (std::size_t w = 1; w < widths_.size(); ++w) {
        if (math::bits_of(got_[w][i]) == math::bits_of(got_[0][i])) continue;
        same = false;
        meter_.show(xs[i], second, got_[w][i]);
      }
      if (!same) ++differ_;
    }
  }

  void add_to(Report& report) const {
    report.differ += differ_;
    if (meter_.worst().ulps > report.worst.ulps) report.worst = meter_.worst();
  }

 private:
  const Op op_;
  const std::vector<int>& widths_;
  std::vector<std::vector<T>> got_;
  ErrorMeter meter_;
  std::uint64_t differ_ = 0;
};

template <class T>
Report measure(Op op, const std::vector<int>& widths, std::uint64_t count, std::uint64_t seed) {
  const std::uint64_t chunks = (count + kChunk - 1) / kChunk;
  std::atomic<std::uint64_t> next{0};
  std::deque<Part<T>> parts;
  const unsigned n = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned t = 0; t < n; ++t) parts.emplace_back(op, widths);
  const auto work = [&](Part<T>& part) {
    std::vector<T> xs(kChunk), ys(kChunk);
    for (std::uint64_t c = next++; c < chunks; c = next++) {
      draw(op, c, chunks * kChunk, seed, xs, ys);
      part.run(xs, ys);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 1; t < n; ++t) threads.emplace_back(work, std::ref(parts[t]));
  // The suite's own samples too: what is kept bounds them.
  const math::Samples<T> suite = math::suite_samples<T>();
  parts[0].run(suite.xs, suite.ys);
  work(parts[0]);
  for (std::thread& t : threads) t.join();
  Report report;
  for (const Part<T>& part : parts) part.add_to(report);
  return report;
}

/// Prints what was found and returns the largest error over the vector widths.
template <class T>
double print(Op op, std::uint64_t count, std::uint64_t seed) {
  std::vector<int> widths = math::host_lanes(dtype_of<T>);
  if (widths.size() > 1) widths.erase(widths.begin());  // the C library's scalar functions
  const Report report = measure<T>(op, widths, count, seed);
  const Worst& worst = report.worst;
  std::printf("%-10s %-7s max %7.4f ulp at %a", std::string(id(op)).c_str(),
              std::string(name(dtype_of<T>)).c_str(), worst.ulps, worst.x);
  if (info(op).arity == 2) std::printf(", %a", worst.y);
  std::printf(" -> %a", worst.got);
  if (report.differ != 0) {
    std::printf("; other bits at other widths for %llu",
                static_cast<unsigned long long>(report.differ));
  }
  std::printf("\n");
  std::fflush(stdout);
  return worst.ulps;
}

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 0) : 0; };
    if (a == "--f32") {
      o.f32 = number();
    } else if (a == "--exp32") {
      o.exp32 = number();
    } else if (a == "--f64") {
      o.f64 = number();
    } else if (a == "--seed") {
      o.seed = number();
    } else {
      o.names.push_back(a);
    }
  }
  return o;
}

}  // namespace

int main(int argc, char** argv) {
  const Options o = parse(argc, argv);
  std::printf("float32: %llu (exp: %llu), float64: %llu arguments per function, seed %llu\n",
              static_cast<unsigned long long>(o.f32), static_cast<unsigned long long>(o.exp32),
              static_cast<unsigned long long>(o.f64), static_cast<unsigned long long>(o.seed));
  std::string rows, half_rows;
  for (int k = 0; k < kTableOps; ++k) {
    const Op op = static_cast<Op>(k);
    if (info(op).lowering != Lowering::math) continue;
    const std::string spelled(id(op));
    if (!o.names.empty() && std::find(o.names.begin(), o.names.end(), spelled) == o.names.end()) {
      continue;
    }
    const double f32 = print<float>(op, op == Op::exp ? o.exp32 : o.f32, o.seed);
    const double f64 = print<double>(op, o.f64, o.seed);
    char row[120];
    // Rounded up, so that the number bounds what was measured.
    std::snprintf(row, sizeof row, "TIGHTLOOP_MEASURED(%s, %.2f, %.2f)\n", spelled.c_str(),
                  std::ceil(f32 * 100) / 100, std::ceil(f64 * 100) / 100);
    rows += row;
    if (info(op).arity != 1) continue;
    const int lanes = math::host_lanes(DType::float32).back();
    const double f16 = math::worst_of_halves<float16_t>(op, lanes).ulps;
    const double bf16 = math::worst_of_halves<bfloat16_t>(op, lanes).ulps;
    std::snprintf(row, sizeof row, "TIGHTLOOP_MEASURED_HALF(%s, %.2f, %.2f)\n", spelled.c_str(),
                  std::ceil(f16 * 100) / 100, std::ceil(bf16 * 100) / 100);
    half_rows += row;
  }
  std::printf("\n%s%s", rows.c_str(), half_rows.c_str());
  return 0;
}
