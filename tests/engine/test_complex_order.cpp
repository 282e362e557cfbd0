// Complex numbers in order: every pair of special values in comparisons and choices, extremes and
// their positions along every axis, with masks and initial values, against NumPy's definitions.
#include <cmath>
#include <complex>
#include <limits>

#include "api/front.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

using Z = std::complex<double>;

bool is_nan(Z z) {
  return std::isnan(z.real()) || std::isnan(z.imag());
}

bool less(Z x, Z y) {
  const bool numbers = !std::isnan(x.imag()) && !std::isnan(y.imag());
  return (x.real() < y.real() && numbers) || (x.real() == y.real() && x.imag() < y.imag());
}

bool less_equal(Z x, Z y) {
  const bool numbers = !std::isnan(x.imag()) && !std::isnan(y.imag());
  return (x.real() < y.real() && numbers) || (x.real() == y.real() && x.imag() <= y.imag());
}

Z minimum(Z x, Z y) {
  return is_nan(x) || less_equal(x, y) ? x : y;
}

Z maximum(Z x, Z y) {
  return is_nan(x) || less_equal(y, x) ? x : y;
}

Z fmin(Z x, Z y) {
  return is_nan(y) || less_equal(x, y) ? x : y;
}

Z fmax(Z x, Z y) {
  return is_nan(y) || less_equal(y, x) ? x : y;
}

bool same(Z x, Z y) {
  const auto part = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  return part(x.real(), y.real()) && part(x.imag(), y.imag());
}

std::vector<Z> specials() {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  std::vector<Z> out;
  for (double re : {-inf, -1.5, -0.0, 0.0, 2.0, inf, nan}) {
    for (double im : {-inf, -2.0, -0.0, 0.0, 1.0, inf, nan}) out.emplace_back(re, im);
  }
  return out;
}

Array run_on(exec::EngineCore::Kind kind, const std::string& text,
             const std::vector<Binding>& vars) {
  static exec::EngineCore jit(exec::EngineCore::Kind::jit);
  static exec::EngineCore reference(exec::EngineCore::Kind::reference);
  INFO(text);
  auto& core = kind == exec::EngineCore::Kind::jit ? jit : reference;
  return detail::evaluate_with(core, text, Bindings(vars), {})[0];
}

constexpr exec::EngineCore::Kind kKinds[] = {exec::EngineCore::Kind::jit,
                                             exec::EngineCore::Kind::reference};

}  // namespace

TEST_CASE("engine: complex numbers compare by their real, then by their imaginary parts") {
  const std::vector<Z> s = specials();
  std::vector<Z> x, y;
  for (Z a : s) {
    for (Z b : s) {
      x.push_back(a);
      y.push_back(b);
    }
  }
  std::vector<std::complex<float>> narrow(x.begin(), x.end());
  const std::vector<Binding> vars{{"x", x}, {"y", y}, {"f", narrow}};
  const auto compare = [&](const std::string& text, bool (*want)(Z, Z)) {
    for (auto kind : kKinds) {
      const Array got = run_on(kind, text, vars);
      REQUIRE(got.dtype() == bool_);
      int differ = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        differ += got.data<bool>()[i] != want(x[i], y[i]) ? 1 : 0;
      }
      CHECK(differ == 0);
    }
  };
  const auto choose = [&](const std::string& text, Z (*want)(Z, Z)) {
    for (auto kind : kKinds) {
      const Array got = run_on(kind, text, vars);
      REQUIRE(got.dtype() == complex128);
      int differ = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        differ += same(got.data<Z>()[i], want(x[i], y[i])) ? 0 : 1;
      }
      CHECK(differ == 0);
    }
  };
  compare("x < y", less);
  compare("x <= y", less_equal);
  compare("x > y", [](Z a, Z b) { return less(b, a); });
  compare("x >= y", [](Z a, Z b) { return less_equal(b, a); });
  compare("f < y", less);
  compare("x < real(y)", [](Z a, Z b) { return less(a, {b.real(), 0}); });
  compare("x >= 0", [](Z a, Z) { return less_equal({0, 0}, a); });
  choose("minimum(x, y)", minimum);
  choose("maximum(x, y)", maximum);
  choose("fmin(x, y)", fmin);
  choose("fmax(x, y)", fmax);
  choose("clip(x, y, 1 + 1j)", [](Z a, Z b) { return minimum(maximum(a, b), {1, 1}); });
}

namespace {

/// Reductions of a row by the definitions; what is not counted is left out.
struct Row {
  std::vector<Z> z;
  std::vector<std::uint8_t> counts;

  std::int64_t position(bool largest, bool skip_nan) const {
    std::int64_t best = -1;
    for (std::size_t i = 0; i < z.size(); ++i) {
      if (counts[i] == 0 || (skip_nan && is_nan(z[i]))) continue;
      if (best < 0) {
        best = static_cast<std::int64_t>(i);
        continue;
      }
      const Z old = z[static_cast<std::size_t>(best)];
      if (is_nan(old)) break;
      const bool better = is_nan(z[i]) || (largest ? less(old, z[i]) : less(z[i], old));
      if (better) best = static_cast<std::int64_t>(i);
    }
    return best;
  }

  Z extreme(bool largest, bool skip_nan) const {
    const Z nan(std::nan(""), std::nan(""));
    const std::int64_t at = position(largest, skip_nan);
    if (at < 0) return nan;
    const Z found = z[static_cast<std::size_t>(at)];
    return is_nan(found) ? nan : found;
  }
};

}  // namespace

TEST_CASE("engine: extremes of complex numbers and where they stand") {
  std::uint64_t state = 7;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  const std::vector<Z> odd = specials();
  for (std::int64_t n : {1, 2, 7, 16, 33, 100}) {
    const std::int64_t rows = 24;
    std::vector<Z> data(static_cast<std::size_t>(rows * n));
    std::vector<std::uint8_t> mask(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
      const bool plain = i / static_cast<std::size_t>(n) % 3 != 0;
      data[i] = plain ? Z(static_cast<double>(random(4)) - 1, static_cast<double>(random(5)) - 2)
                      : odd[random(odd.size())];
      mask[i] = random(3) != 0 ? 1 : 0;
    }
    const ArrayView x(data.data(), Dims{rows, n});
    const ArrayView m(reinterpret_cast<const bool*>(mask.data()), Dims{rows, n});
    const std::vector<Binding> vars{{"x", x}, {"m", m}};
    std::vector<Row> all, masked;
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
      const auto from = static_cast<std::ptrdiff_t>(r) * n;
      const std::vector<Z> z(data.begin() + from, data.begin() + from + n);
      all.push_back({z, std::vector<std::uint8_t>(z.size(), 1)});
      masked.push_back({z, {mask.begin() + from, mask.begin() + from + n}});
    }
    const auto extreme = [&](const std::string& text, const auto& want) {
      for (auto kind : kKinds) {
        const Array got = run_on(kind, text, vars);
        REQUIRE(got.dtype() == complex128);
        int differ = 0;
        for (std::size_t r = 0; r < all.size(); ++r)
          differ += same(got.data<Z>()[r], want(r)) ? 0 : 1;
        CHECK(differ == 0);
      }
    };
    const auto position = [&](const std::string& text, const auto& want) {
      for (auto kind : kKinds) {
        const Array got = run_on(kind, text, vars);
        REQUIRE(got.dtype() == int64);
        int differ = 0;
        for (std::size_t r = 0; r < all.size(); ++r)
          differ += got.data<std::int64_t>()[r] == want(r) ? 0 : 1;
        CHECK(differ == 0);
      }
    };
    CAPTURE(n);
    extreme("max(x, axis=1)", [&](std::size_t r) { return all[r].extreme(true, false); });
    extreme("min(x.T, axis=0)", [&](std::size_t r) { return all[r].extreme(false, false); });
    extreme("nanmax(x, axis=-1)", [&](std::size_t r) { return all[r].extreme(true, true); });
    extreme("nanmin(x, axis=1, keepdims=True)",
            [&](std::size_t r) { return all[r].extreme(false, true); });
    extreme("max(x, axis=1, where=m, initial=-1 - 1j)", [&](std::size_t r) {
      const Row& row = masked[r];
      return row.position(true, false) < 0 ? Z(-1, -1)
                                           : maximum(row.extreme(true, false), {-1, -1});
    });
    extreme("min(x, axis=1, initial=1)", [&](std::size_t r) {
      return minimum(all[r].extreme(false, false), {1, 0});
    });
    position("argmax(x, axis=1)", [&](std::size_t r) { return all[r].position(true, false); });
    position("argmin(x, axis=1, keepdims=True)",
             [&](std::size_t r) { return all[r].position(false, false); });
    position("argmin(x.T, axis=0)", [&](std::size_t r) { return all[r].position(false, false); });
    position("nanargmax(x, axis=1)", [&](std::size_t r) { return all[r].position(true, true); });
    position("nanargmin(x, axis=1)", [&](std::size_t r) { return all[r].position(false, true); });
    extreme("ptp(x, axis=1)", [&](std::size_t r) {
      const Z d = all[r].extreme(true, false) - all[r].extreme(false, false);
      return d;
    });
    for (auto kind : kKinds) {
      const Row whole{data, std::vector<std::uint8_t>(data.size(), 1)};
      CHECK(run_on(kind, "nanargmax(x)", vars).item<std::int64_t>() == whole.position(true, true));
      CHECK(run_on(kind, "argmin(x)", vars).item<std::int64_t>() == whole.position(false, false));
      CHECK(same(run_on(kind, "nanmax(x)", vars).item<Z>(), whole.extreme(true, true)));
    }
  }
  CHECK_THROWS_AS(evaluate("max(x)", {{"x", ArrayView(static_cast<const Z*>(nullptr), Dims{0})}}),
                  Error);
  CHECK(evaluate("max(x, initial=2j)", {{"x", ArrayView(static_cast<const Z*>(nullptr), Dims{0})}})
            .item<Z>() == Z(0, 2));
  CHECK(
      evaluate("sum(absdiff(x, y))", {{"x", std::vector<Z>{{3, 4}}}, {"y", std::vector<Z>{{0, 0}}}})
          .item<double>() == 5);
}
