// What a call costs beside its loop: ten elements, one thread, everything known from earlier calls.
// Prints nanoseconds per call as JSON, the median of interleaved repeats, with the target of each.
//   overhead [--repeats=N]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tightloop/tightloop.hpp"

namespace {

namespace tl = tightloop;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kElements = 10;
constexpr int kCalls = 4000;  // of one repeat

struct Row {
  std::string name;
  double target;  // nanoseconds; 0 where there is none
  std::function<void()> calls;
  std::vector<double> times;
};

template <class F>
Row row(const char* name, double target, F call) {
  return {name,
          target,
          [call] {
            for (int i = 0; i < kCalls; ++i) call();
          },
          {}};
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

/// The loops that the calls below run, by hand.
__attribute__((noinline)) void hand_map(const double* x, const double* y, double* z,
                                        std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) z[i] = 2 * x[i] + 3 * y[i];
}

std::vector<Row> make_rows() {
  static std::vector<double> x(kElements, 1.5), y(kElements, 2.5), z(kElements);
  static double total[1];
  static tl::Options one;
  one.threads = 1;
  static const auto map = tl::compile("2*x + 3*y", {{"x", tl::float64}, {"y", tl::float64}}, one);
  static const auto sum =
      tl::compile("sum(abs(x - y))", {{"x", tl::float64}, {"y", tl::float64}}, one);
  static const tl::ArrayView scalar(static_cast<void*>(total), tl::float64, tl::Dims{});
  const auto lazy_map = [] { return 2 * tl::lazy(x) + 3 * tl::lazy(y); };
  const auto lazy_sum = [] { return tl::sum(tl::abs(tl::lazy(x) - tl::lazy(y))); };
  return {
      row("loop by hand", 0, [] { hand_map(x.data(), y.data(), z.data(), z.size()); }),
      row("Function::into, map", 100,
          [] {
            map.into(z, {x, y});
          }),
      row("Function::into, sum", 100,
          [] {
            sum.into(scalar, {x, y});
          }),
      row("Function(), map", 0,
          [] {
            map({x, y});
          }),
      row("template assign, map", 150, [=] { tl::assign(z, lazy_map(), one); }),
      row("template assign, sum", 150, [=] { tl::assign(scalar, lazy_sum(), one); }),
      row("template eval, map", 0, [=] { lazy_map().eval(one); }),
      row("template to double, sum", 0, [=] { total[0] = lazy_sum(); }),
      row("evaluate_into(text), map", 500,
          [] {
            tl::evaluate_into(z, "2*x + 3*y", {{"x", x}, {"y", y}}, one);
          }),
      row("evaluate(text), map", 500,
          [] {
            tl::evaluate("2*x + 3*y", {{"x", x}, {"y", y}}, one);
          }),
      row("evaluate(text), sum", 500,
          [] {
            tl::evaluate("sum(abs(x - y))", {{"x", x}, {"y", y}}, one);
          }),
  };
}

}  // namespace

int main(int argc, char** argv) {
  int repeats = 51;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--repeats=", 10) == 0) repeats = std::atoi(argv[i] + 10);
  }
  // Compiled before the first call: what is measured is not interpreted.
  setenv("TIGHTLOOP_COMPILE", "first", 1);
  std::vector<Row> rows = make_rows();
  for (Row& r : rows) r.calls();
  for (int k = 0; k < std::max(1, repeats); ++k) {
    for (Row& r : rows) {
      const auto start = Clock::now();
      r.calls();
      const std::chrono::duration<double, std::nano> taken = Clock::now() - start;
      r.times.push_back(taken.count() / kCalls);
    }
  }
  std::printf("{\n");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::printf("  \"%s\": {\"ns\": %.1f", rows[i].name.c_str(), median(rows[i].times));
    if (rows[i].target > 0) std::printf(", \"target_ns\": %.0f", rows[i].target);
    std::printf("}%s\n", i + 1 < rows.size() ? "," : "");
  }
  std::printf("}\n");
}
