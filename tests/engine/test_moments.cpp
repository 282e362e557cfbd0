// Variances against long double: within 4 ULP where the mean is within 1e6 deviations, however the
// data lie, and 10 where a few elements are far from the others; the same bits interpreted.
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "tightloop/tightloop.hpp"

namespace tightloop {
namespace {

using Real = long double;

/// var of every `step`-th element from `at` on.
Real exact(const std::vector<double>& x, std::size_t at, std::size_t step) {
  Real mean = 0, sum = 0, count = 0;
  for (std::size_t i = at; i < x.size(); i += step) {
    mean += static_cast<Real>(x[i]) - x[at];
    count += 1;
  }
  mean = mean / count;
  Real rest = 0;  // what rounding left of the mean
  for (std::size_t i = at; i < x.size(); i += step) {
    const Real d = (static_cast<Real>(x[i]) - x[at]) - mean;
    sum += d * d;
    rest += d;
  }
  return (sum - rest * rest / count) / count;
}

double ulps(double got, Real want) {
  const double near = static_cast<double>(want);
  const double ulp = std::nextafter(near, HUGE_VAL) - near;
  return static_cast<double>(std::fabs(static_cast<Real>(got) - want)) / ulp;
}

struct Data {
  std::string name;
  double room;  // ULP; more where one square is nearly all of the sum: what is added rounds it
  std::function<double(std::size_t i, double normal)> element;
};

std::vector<Data> kinds() {
  return {{"normal", 4, [](std::size_t, double u) { return u; }},
          {"first far", 10, [](std::size_t i, double u) { return i == 0 ? 1e3 : u; }},
          {"far at the begin of blocks", 10,
           [](std::size_t i, double u) { return i % 4096 == 0 ? 1e4 : u; }},
          {"1e6 deviations away", 4, [](std::size_t, double u) { return 1e6 + u; }},
          {"far, away", 10, [](std::size_t i, double u) { return i == 0 ? 0 : 1e6 + u; }},
          {"a step", 10, [](std::size_t i, double u) { return (i < 32 ? 100 : 0) + u * 1e-3; }},
          {"a ramp", 4, [](std::size_t i, double u) { return static_cast<double>(i) * 0.1 + u; }},
          {"halves apart", 4,
           [](std::size_t i, double u) { return (i / 1000 % 2 == 0 ? 5 : -5) + u; }}};
}

std::vector<double> make(const Data& kind, std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 1);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = kind.element(i, normal(random));
  return x;
}

}  // namespace

TEST_CASE("engine: variances are within a few ULP") {
  for (const Data& kind : kinds()) {
    double worst = 0, worst_down = 0;  // of columns that are reduced
    for (unsigned seed = 0; seed < 6; ++seed) {
      for (std::size_t n : {2, 7, 33, 100, 1000, 4097, 30'000}) {
        const std::vector<double> x = make(kind, n, seed);
        const auto size = static_cast<std::int64_t>(n);
        const ArrayView flat(x.data(), {size}), column(x.data(), {size, 1});
        const Real want = exact(x, 0, 1);
        worst = std::max(worst, ulps(evaluate("var(x)", {{"x", flat}}).item<double>(), want));
        worst =
            std::max(worst, ulps(evaluate("var(x, axis=0)", {{"x", column}}).item<double>(), want));
        worst = std::max(worst,
                         ulps(evaluate("std(x)", {{"x", flat}}).item<double>(), std::sqrt(want)));
      }
      constexpr std::size_t columns = 70, rows = 900;
      const std::vector<double> x = make(kind, columns * rows, seed + 100);
      const Array down = evaluate("var(x, axis=0)", {{"x", ArrayView(x.data(), {rows, columns})}});
      for (std::size_t c = 0; c < columns; ++c) {
        worst_down = std::max(worst_down, ulps(down.data<double>()[c], exact(x, c, columns)));
      }
    }
    INFO(kind.name << ": " << worst << " and " << worst_down << " ULP");
    CHECK(worst <= kind.room);
    CHECK(worst_down <= kind.room);
  }
}

TEST_CASE("engine: variances of elements that overflow when squared or added") {
  const double big = 1.7e308;
  const auto of = [](std::vector<double> x) {
    return evaluate("var(x)", {{"x", x}}).item<double>();
  };
  CHECK(of(std::vector<double>(100, big)) == 0);
  CHECK(of({big, -big, big}) == HUGE_VAL);
  CHECK(std::isnan(of({1, HUGE_VAL, 2})));
  CHECK(std::isnan(of({1, std::nan(""), 2})));
  CHECK(ulps(of({1e153, -1e153, 3e153}), Real{8e306L} / 3) <= 4);
}

TEST_CASE("engine: variances have the same bits interpreted and compiled") {
  std::unique_ptr<exec::EngineCore> compiled;
  try {
    compiled = std::make_unique<exec::EngineCore>(exec::EngineCore::Kind::jit);
  } catch (const Error&) {
    return;  // no code generator
  }
  for (const Data& kind : kinds()) {
    const std::vector<double> x = make(kind, 60'000, 7);
    const ArrayView view(x.data(), {120, 5, 100});
    for (const char* text : {"var(x)", "var(x, axis=0)", "var(x, axis=-1)", "var(x, axis=(0, 2))",
                             "var(x.T, axis=1)", "var(x[::3, :, ::-2])", "var(float32(x), axis=0)",
                             "std(x, axis=(0, 1)), sum(x, axis=(0, 1))",
                             "var(float16(x), axis=0), sum(float16(x), axis=0)",
                             "var(x * x + 1, axis=-1), max(x, axis=-1)"}) {
      exec::EngineCore interpreted(
          std::make_unique<exec::KernelCache>("", "", exec::CompileTime::background), false);
      const std::vector<Array> a = detail::evaluate_with(interpreted, text, {{"x", view}}, {});
      const std::vector<Array> b = detail::evaluate_with(*compiled, text, {{"x", view}}, {});
      base::wait_for_background();
      REQUIRE(a.size() == b.size());
      for (std::size_t k = 0; k < a.size(); ++k) {
        INFO(kind.name << ": " << text);
        const std::size_t bytes = static_cast<std::size_t>(a[k].size()) * itemsize(a[k].dtype());
        CHECK(std::memcmp(a[k].view().data(), b[k].view().data(), bytes) == 0);
      }
    }
  }
}

}  // namespace tightloop
