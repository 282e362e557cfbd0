// The prelude's values against formulas in long double, written out independently, over dtypes and
// axes; and its special cases.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "lang/prelude.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

using Real = long double;
using List = std::vector<Real>;
using Oracle = std::function<List(const List&, const List&)>;

Real total(const List& x, const std::function<Real(Real)>& f) {
  Real sum = 0;
  for (const Real v : x) sum += f(v);
  return sum;
}
Real mean(const List& x) {
  return total(x, [](Real v) { return v; }) / static_cast<Real>(x.size());
}
Real squares(const List& x) {
  return total(x, [](Real v) { return v * v; });
}
Real dot(const List& x, const List& y) {
  Real sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}
List each(const List& x, const std::function<Real(Real)>& f) {
  List out;
  for (const Real v : x) out.push_back(f(v));
  return out;
}
List pairs(const List& x, const List& y, const std::function<Real(Real, Real)>& f) {
  List out;
  for (std::size_t i = 0; i < x.size(); ++i) out.push_back(f(x[i], y[i]));
  return out;
}
List difference(const List& x, const List& y) {
  return pairs(x, y, [](Real p, Real q) { return p - q; });
}
List deviations(const List& x) {
  return each(x, [m = mean(x)](Real v) { return v - m; });
}
Real largest(const List& x) {
  return *std::max_element(x.begin(), x.end());
}
Real smallest(const List& x) {
  return *std::min_element(x.begin(), x.end());
}
Real mean_square(const List& x) {
  return squares(x) / static_cast<Real>(x.size());
}
List softmax(const List& x) {
  const Real sum = total(x, [](Real v) { return std::exp(v); });
  return each(x, [=](Real v) { return std::exp(v) / sum; });
}
Real relative(Real p, Real q) {
  return p == q ? 0 : std::fabs(p - q) / std::fabs(q);
}
List magnitudes(const List& x) {
  return each(x, [](Real v) { return std::fabs(v); });
}

/// A call with "AXIS" in the place of the axis, and what it means for the lists along the axis.
struct Case {
  std::string name;
  std::string call;
  Oracle oracle;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"ssd", "ssd(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{squares(difference(a, b))}; }},
      {"sad", "sad(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{total(magnitudes(difference(a, b)), [](Real v) { return v; })};
       }},
      {"mse", "mse(a, b, AXIS)",
       [](const List& a, const List& b) { return List{mean_square(difference(a, b))}; }},
      {"rmse", "rmse(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{std::sqrt(mean_square(difference(a, b)))}; }},
      {"mae", "mae(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{mean(magnitudes(difference(a, b)))}; }},
      {"bias", "bias(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{mean(difference(a, b))}; }},
      {"psnr", "psnr(a, b, 50, AXIS)",
       [](const List& a, const List& b) {
         return List{10 * std::log10(2500 / mean_square(difference(a, b)))};
       }},
      {"snr", "snr(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{10 * std::log10(mean_square(a) / mean_square(difference(a, b)))};
       }},
      {"relative_error", "relative_error(a, b)",
       [](const List& a, const List& b) { return pairs(a, b, relative); }},
      {"max_abs_diff", "max_abs_diff(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{largest(magnitudes(difference(a, b)))}; }},
      {"max_rel_diff", "max_rel_diff(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{largest(pairs(a, b, relative))}; }},
      {"max_ulp_diff", "max_ulp_diff(a + 64, a + 64, axis=AXIS)",
       [](const List&, const List&) { return List{0}; }},
      {"isclose", "isclose(a, b, 0.25, 1)",
       [](const List& a, const List& b) {
         return pairs(a, b, [](Real p, Real q) -> Real {
           return std::fabs(p - q) <= 1 + std::fabs(q) / 4 ? 1 : 0;
         });
       }},
      {"allclose", "allclose(a, b, rtol=50, axis=AXIS)",
       [](const List&, const List&) { return List{1}; }},
      {"l1_distance", "l1_distance(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{total(difference(a, b), [](Real v) { return std::fabs(v); })};
       }},
      {"l2_distance", "l2_distance(a, b, axis=AXIS)",
       [](const List& a, const List& b) { return List{std::sqrt(squares(difference(a, b)))}; }},
      {"relative_l2_error", "relative_l2_error(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{std::sqrt(squares(difference(a, b)) / squares(b))};
       }},
      {"cosine_similarity", "cosine_similarity(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{dot(a, b) / std::sqrt(squares(a) * squares(b))};
       }},
      {"covariance", "covariance(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{dot(deviations(a), deviations(b)) / static_cast<Real>(a.size())};
       }},
      {"correlation", "correlation(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         const List p = deviations(a);
         const List q = deviations(b);
         return List{dot(p, q) / std::sqrt(squares(p) * squares(q))};
       }},
      {"r2_score", "r2_score(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{1 - squares(difference(a, b)) / squares(deviations(a))};
       }},
      {"huber", "huber(a, b, 3, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{mean(pairs(a, b, [](Real p, Real q) {
           const Real d = std::fabs(p - q);
           return d <= 3 ? d * d / 2 : 3 * d - Real(4.5);
         }))};
       }},
      {"kl_divergence", "kl_divergence(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{total(pairs(a, b, [](Real p, Real q) { return p * std::log(p / q); }),
                           [](Real v) { return v; })};
       }},
      {"softmax", "softmax(a, axis=AXIS)", [](const List& a, const List&) { return softmax(a); }},
      {"log_softmax", "log_softmax(a, axis=AXIS)",
       [](const List& a, const List&) {
         return each(softmax(a), [](Real v) { return std::log(v); });
       }},
      {"center", "center(a, axis=AXIS)", [](const List& a, const List&) { return deviations(a); }},
      {"zscore", "zscore(a, AXIS, ddof=1)",
       [](const List& a, const List&) {
         const List d = deviations(a);
         const Real by = std::sqrt(squares(d) / static_cast<Real>(a.size() - 1));
         return each(d, [=](Real v) { return v / by; });
       }},
      {"weighted_mean", "weighted_mean(a, b, axis=AXIS)",
       [](const List& a, const List& b) {
         return List{dot(a, b) / (mean(b) * static_cast<Real>(b.size()))};
       }},
      {"silu", "silu(a - 20)",
       [](const List& a, const List&) {
         return each(a, [](Real v) { return (v - 20) / (1 + std::exp(20 - v)); });
       }},
      {"softplus", "softplus(a - 20)",
       [](const List& a, const List&) {
         return each(a, [](Real v) { return std::log1p(std::exp(v - 20)); });
       }},
      {"layernorm", "layernorm(a, axis=AXIS)",
       [](const List& a, const List&) {
         const Real by = std::sqrt(mean_square(deviations(a)) + Real(1e-5));
         return each(deviations(a), [=](Real v) { return v / by; });
       }},
      {"rmsnorm", "rmsnorm(a, AXIS, 0.5)",
       [](const List& a, const List&) {
         const Real by = std::sqrt(mean_square(a) + Real(0.5));
         return each(a, [=](Real v) { return v / by; });
       }},
      {"normalize", "normalize(a, axis=AXIS)",
       [](const List& a, const List&) {
         return each(a, [by = std::sqrt(squares(a))](Real v) { return v / by; });
       }},
      {"minmax_scale", "minmax_scale(a, axis=AXIS)",
       [](const List& a, const List&) {
         const Real lo = smallest(a);
         const Real hi = largest(a);
         return each(a, [=](Real v) { return (v - lo) / (hi - lo); });
       }},
      {"lerp", "lerp(a, b, 0.25)",
       [](const List& a, const List& b) {
         return pairs(a, b, [](Real p, Real q) { return p + (q - p) / 4; });
       }},
      {"rescale", "rescale(a, 0, 100, -1)",
       [](const List& a, const List&) { return each(a, [](Real v) { return v / 50 - 1; }); }},
      {"smoothstep", "smoothstep(a, 10, 30)",
       [](const List& a, const List&) {
         return each(a, [](Real v) {
           const Real t = std::clamp<Real>((v - 10) / 20, 0, 1);
           return t * t * (3 - 2 * t);
         });
       }},
      {"leaky_relu", "leaky_relu(a - 20)",
       [](const List& a, const List&) {
         return each(a, [](Real v) { return v > 20 ? v - 20 : (v - 20) / 100; });
       }},
      {"decibels", "decibels(a)",
       [](const List& a, const List&) {
         return each(a, [](Real v) { return 20 * std::log10(v); });
       }},
  };
  return list;
}

constexpr std::int64_t kRows = 5;
constexpr std::int64_t kColumns = 19;

/// Small integers, which every dtype holds.
std::vector<double> sample(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<double> out;
  for (std::int64_t i = 0; i < kRows * kColumns; ++i)
    out.push_back(static_cast<double>(1 + random() % 40));
  return out;
}

Array matrix(const std::vector<double>& values, DType dtype) {
  return evaluate("astype(reshape(x, (5, 19)), '" + std::string(name(dtype)) + "')",
                  {{"x", values}});
}

/// Calls f(place, list) for the lists of positions along an axis.
std::vector<std::vector<std::size_t>> lines(const std::string& axis) {
  std::vector<std::vector<std::size_t>> out;
  const bool rows = axis == "-1";
  const std::size_t count = axis == "None" ? 1 : rows ? kRows : kColumns;
  for (std::size_t line = 0; line < count; ++line) {
    out.emplace_back();
    for (std::size_t i = 0; i < kRows * kColumns; ++i) {
      const std::size_t at = rows ? i / kColumns : i % kColumns;
      if (axis == "None" || at == line) out.back().push_back(i);
    }
  }
  return out;
}

Real tolerance(DType dtype) {
  switch (dtype) {
    case DType::float16: return 4e-3L;
    case DType::float32: return 1e-5L;
    case DType::float64: return 1e-12L;
    default: return 0;
  }
}

void check(const Case& c, DType dtype, const std::string& axis) {
  const std::vector<double> a = sample(1);
  const std::vector<double> b = sample(2);
  std::string text = c.call;
  if (const std::size_t at = text.find("AXIS"); at != text.npos) text.replace(at, 4, axis);
  INFO(text << " of " << name(dtype));
  const Array result = evaluate(text, {{"a", matrix(a, dtype)}, {"b", matrix(b, dtype)}});
  const Array wide = evaluate("float64(x)", {{"x", result}});
  const auto got = wide.values<double>();
  const auto places = lines(axis);
  for (std::size_t line = 0; line < places.size(); ++line) {
    List p;
    List q;
    for (const std::size_t i : places[line]) {
      p.push_back(a[i]);
      q.push_back(b[i]);
    }
    const List expected = c.oracle(p, q);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const std::size_t at = expected.size() == 1 ? line : places[line][k];
      REQUIRE(at < got.size());
      const Real allowed = tolerance(result.dtype()) * std::max<Real>(1, std::fabs(expected[k]));
      if (std::fabs(got[at] - expected[k]) <= allowed) continue;
      CAPTURE(at, got[at], static_cast<double>(expected[k]));
      FAIL_CHECK("too far");
    }
  }
}

double value(std::string_view text, BindingsView vars = {}) {
  return evaluate(text, vars).item<double>();
}

}  // namespace

TEST_CASE("engine: each function of the prelude has the value of its formula") {
  const DType dtypes[] = {DType::float32, DType::float64, DType::uint8, DType::float16,
                          DType::int32};
  const std::string axes[] = {"-1", "None", "0"};
  std::size_t turn = 0;
  for (const lang::PreludeRow& row : lang::prelude_rows()) {
    bool found = false;
    for (const Case& c : cases()) {
      if (c.name != row.name) continue;
      found = true;
      for (const DType dtype : dtypes) check(c, dtype, axes[turn++ % 3]);
    }
    INFO(row.name << " has no case here");
    CHECK(found);
  }
}

TEST_CASE("engine: the prelude at the edges") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(value("psnr(3, 3)") == inf);
  CHECK(value("psnr(a, b, peak=255)",
              {{"a", std::vector<std::uint8_t>{200}}, {"b", std::vector<std::uint8_t>{100}}}) ==
        Approx(8.130803608679104));
  CHECK(value("psnr(x, y)", {{"x", std::vector<float>{0.5f}}, {"y", std::vector<float>{0.4f}}}) ==
        Approx(20.0).epsilon(1e-5));
  CHECK(value("mse(3 + 4j, 0)") == 25);
  CHECK(value("relative_error(0, 0)") == 0);
  CHECK(value("relative_error(x, x)", {{"x", inf}}) == 0);
  CHECK(value("relative_error(1.0, 0)") == inf);
  CHECK(value("isclose(inf, inf)") == 1);
  CHECK(value("isclose(1.0, inf)") == 0);
  CHECK(value("isclose(inf, -inf)") == 0);
  CHECK(value("isclose(nan, nan)") == 0);
  CHECK(value("isclose(1, 1 + 1e-9)") == 1);
  const std::vector<float> large = {1000, 1001, -1000};
  const Array soft = evaluate("softmax(x)", {{"x", large}});
  CHECK(soft.values<float>()[1] == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(soft.values<float>()[2] == 0);
  CHECK(value("log_softmax(x)[2]", {{"x", large}}) == Approx(-2001.3132616875));
  // Integers: no wrap, exact sums.
  const std::vector<std::uint64_t> top = {~std::uint64_t{0}};
  CHECK(evaluate("max_abs_diff(x, 0)", {{"x", top}}).item<std::uint64_t>() == ~std::uint64_t{0});
  const std::vector<std::int8_t> low = {-128};
  const std::vector<std::int8_t> high = {127};
  CHECK(evaluate("ssd(a, b)", {{"a", low}, {"b", high}}).item<std::uint64_t>() == 65025);
  CHECK(evaluate("sad(a, b)", {{"a", low}, {"b", high}}).dtype() == DType::uint64);
  CHECK(evaluate("max_abs_diff(a, b)", {{"a", low}, {"b", high}}).dtype() == DType::uint8);
}

TEST_CASE("engine: errors of the prelude point at the call") {
  const std::vector<float> x(3);
  const std::vector<float> y(4);
  try {
    evaluate("1 + mse(x, y)", {{"x", x}, {"y", y}});
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::shape);
    CHECK(e.span() == Span{4, 13});
  }
}

TEST_CASE("engine: the peak of psnr is the dtype's maximum for integers, 1 for floats") {
  const auto check = [](auto low, auto high) {
    using T = decltype(low);
    const std::vector<T> a{low, low}, b{high, high};
    const double top = static_cast<double>(std::numeric_limits<T>::max());
    const double difference = static_cast<double>(high) - static_cast<double>(low);
    const double want = 20 * std::log10(top / difference);
    INFO(name(dtype_of<T>));
    const auto results =
        evaluate_all("psnr(a, b), psnr(a, b, peak=4), full_scale(a, b)", {{"a", a}, {"b", b}});
    CHECK(results[0].template item<double>() == Approx(want));
    CHECK(results[1].template item<double>() == Approx(20 * std::log10(4 / difference)));
    CHECK(results[2].template item<double>() == top);
    const Array templated = psnr(lazy(a), lazy(b));
    CHECK(templated.template item<double>() == Approx(want));
  };
  check(std::uint8_t{3}, std::uint8_t{103});
  check(std::int8_t{-3}, std::int8_t{100});
  check(std::uint16_t{3}, std::uint16_t{1003});
  check(std::int16_t{3}, std::int16_t{1003});
  check(std::uint32_t{3}, std::uint32_t{1003});
  check(std::int32_t{3}, std::int32_t{1003});
  check(std::uint64_t{3}, std::uint64_t{1003});
  check(std::int64_t{3}, std::int64_t{1003});
  const std::vector<std::uint8_t> image{10, 20};
  const std::vector<float> restored{11, 20}, unit{0.5f, 0.25f};
  CHECK(value("full_scale(a, r)", {{"a", image}, {"r", restored}}) == 255);
  CHECK(value("full_scale(r, u)", {{"r", restored}, {"u", unit}}) == 1);
  CHECK(value("full_scale(u, 7)", {{"u", unit}}) == 1);
  CHECK(value("full_scale(a > 1, a > 2)", {{"a", image}}) == 1);
  const Array halves =
      evaluate("psnr(float16(u), float16(r) / 20)", {{"u", unit}, {"r", restored}});
  CHECK(halves.dtype() == float32);
}
