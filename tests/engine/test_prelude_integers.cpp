// Functions written in the language, of integers at the ends of their types: what ends in a float
// neither wraps nor raises on the way. Against long double, which holds every 64-bit integer.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

using Real = long double;
using Reals = std::vector<Real>;

Real total(const Reals& x) {
  Real sum = 0;
  for (Real v : x) sum += v;
  return sum;
}

Reals zip(const Reals& a, const Reals& b, const std::function<Real(Real, Real)>& f) {
  Reals out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(f(a[i], b[b.size() == 1 ? 0 : i]));
  return out;
}

Reals map(const Reals& a, const std::function<Real(Real)>& f) {
  return zip(a, a, [&](Real x, Real) { return f(x); });
}

Real mean(const Reals& x) {
  return total(x) / static_cast<Real>(x.size());
}
Real dot(const Reals& a, const Reals& b) {
  return total(zip(a, b, std::multiplies<Real>()));
}
Reals away(const Reals& a, const Reals& b) {
  return zip(a, b, [](Real x, Real y) { return std::fabs(x - y); });
}
Real ssd(const Reals& a, const Reals& b) {
  return dot(away(a, b), away(a, b));
}
Real mse(const Reals& a, const Reals& b) {
  return ssd(a, b) / static_cast<Real>(a.size());
}
Reals centred(const Reals& a) {
  return zip(a, {mean(a)}, std::minus<Real>());
}
Real most(const Reals& a) {
  return *std::max_element(a.begin(), a.end());
}
Real least(const Reals& a) {
  return *std::min_element(a.begin(), a.end());
}
Real deviation(const Reals& a) {
  return std::sqrt(dot(centred(a), centred(a)) / static_cast<Real>(a.size()));
}
Real cosine(const Reals& a, const Reals& b) {
  return dot(a, b) / (std::sqrt(dot(a, a)) * std::sqrt(dot(b, b)));
}
Reals relative(const Reals& a, const Reals& b) {
  return zip(a, b, [](Real x, Real y) { return x == y ? 0 : std::fabs(x - y) / std::fabs(y); });
}
Real huber(Real d) {
  return d <= 1 ? d * d / 2 : d - 0.5L;
}
Reals softmax(const Reals& a) {
  const Real top = most(a);
  const Reals e = map(a, [&](Real x) { return std::exp(x - top); });
  return map(e, [&](Real x) { return x / total(e); });
}
Reals log_softmax(const Reals& a) {
  const Real top = most(a);
  const Real rest = std::log(total(map(a, [&](Real x) { return std::exp(x - top); })));
  return map(a, [&](Real x) { return x - top - rest; });
}

/// `slack` is what the errors of its floats are relative to, beside the result: where those
/// subtract, it is larger.
struct Row {
  const char* text;
  std::function<Reals(const Reals& a, const Reals& b)> value;
  std::function<Real(const Reals& a, const Reals& b)> slack;
};

Real none(const Reals&, const Reals&) {
  return 0;
}
Real one(const Reals&, const Reals&) {
  return 1;
}
Real largest(const Reals& a, const Reals& b) {
  return std::max(
      {std::fabs(most(a)), std::fabs(least(a)), std::fabs(most(b)), std::fabs(least(b))});
}

std::vector<Row> rows() {
  using R = Reals;
  const auto all = [](auto f) { return [f](const R& a, const R& b) { return R{f(a, b)}; }; };
  const auto each = [](auto f) { return [f](const R& a, const R& b) { return zip(a, b, f); }; };
  const auto of_a = [](auto f) { return [f](const R& a, const R&) { return f(a); }; };
  return {
      {"mse(a, b)", all(mse), none},
      {"rmse(a, b)", all([](const R& a, const R& b) { return std::sqrt(mse(a, b)); }), none},
      {"mae(a, b)", all([](const R& a, const R& b) { return mean(away(a, b)); }), none},
      {"bias(a, b)",
       all([](const R& a, const R& b) { return mean(zip(a, b, std::minus<Real>())); }), none},
      {"psnr(a, b, peak=4)",
       all([](const R& a, const R& b) { return 10 * std::log10(16 / mse(a, b)); }), one},
      {"snr(a, b)", all([](const R& a, const R& b) {
         return 10 * std::log10(dot(a, a) / static_cast<Real>(a.size()) / mse(a, b));
       }),
       one},
      {"relative_error(a, b)", relative, none},
      {"max_rel_diff(a, b)", all([](const R& a, const R& b) { return most(relative(a, b)); }),
       none},
      {"max_abs_diff(a, b) * 1.0", all([](const R& a, const R& b) { return most(away(a, b)); }),
       none},
      {"max_ulp_diff(a, b) * 1.0", all([](const R& a, const R& b) { return most(away(a, b)); }),
       none},
      {"isclose(a, b) * 1.0", each([](Real x, Real y) -> Real {
         return std::fabs(x - y) <= 1e-8L + 1e-5L * std::fabs(y);
       }),
       none},
      {"allclose(a, b) * 1.0", all([](const R& a, const R& b) -> Real {
         return least(zip(a, b, [](Real x, Real y) -> Real {
           return std::fabs(x - y) <= 1e-8L + 1e-5L * std::fabs(y);
         }));
       }),
       none},
      {"ssd(a, b) * 1.0", all(ssd), none},
      {"sad(a, b) / 1", all([](const R& a, const R& b) { return total(away(a, b)); }), none},
      {"l1_distance(a, b) * 1.0", all([](const R& a, const R& b) { return total(away(a, b)); }),
       none},
      {"l2_distance(a, b)", all([](const R& a, const R& b) { return std::sqrt(ssd(a, b)); }), none},
      {"relative_l2_error(a, b)",
       all([](const R& a, const R& b) { return std::sqrt(ssd(a, b) / dot(b, b)); }), none},
      {"cosine_similarity(a, b)", all(cosine), one},
      {"covariance(a, b)", all([](const R& a, const R& b) {
         return dot(centred(a), centred(b)) / static_cast<Real>(a.size());
       }),
       [](const R& a, const R& b) { return largest(a, b) * largest(a, b); }},
      {"correlation(a, b)",
       all([](const R& a, const R& b) { return cosine(centred(a), centred(b)); }), one},
      {"r2_score(a, b)",
       all([](const R& a, const R& b) { return 1 - ssd(a, b) / dot(centred(a), centred(a)); }),
       one},
      {"huber(a, b)", all([](const R& a, const R& b) { return mean(map(away(a, b), huber)); }),
       none},
      {"weighted_mean(a, b)", all([](const R& a, const R& b) { return dot(a, b) / total(b); }),
       largest},
      {"softmax(a)", of_a(softmax), none},
      {"log_softmax(a)", of_a(log_softmax), none},
      {"center(a)", of_a(centred), largest},
      {"zscore(a)", of_a([](const R& a) {
         return map(centred(a), [s = deviation(a)](Real x) { return x / s; });
       }),
       [](const R& a, const R& b) { return largest(a, b) / deviation(a); }},
      {"layernorm(a, eps=0)", of_a([](const R& a) {
         return map(centred(a), [s = deviation(a)](Real x) { return x / s; });
       }),
       [](const R& a, const R& b) { return largest(a, b) / deviation(a); }},
      {"rmsnorm(a, eps=0)", of_a([](const R& a) {
         return map(
             a, [s = std::sqrt(dot(a, a) / static_cast<Real>(a.size()))](Real x) { return x / s; });
       }),
       none},
      {"normalize(a)", of_a([](const R& a) {
         return map(a, [s = std::sqrt(dot(a, a))](Real x) { return x / s; });
       }),
       none},
      {"minmax_scale(a)", of_a([](const R& a) {
         return map(a, [lo = least(a), hi = most(a)](Real x) { return (x - lo) / (hi - lo); });
       }),
       none},
      {"lerp(a, b, 0.25)", each([](Real x, Real y) { return x + (y - x) / 4; }), largest},
      {"rescale(a, -1, 3)", each([](Real x, Real) { return (x + 1) / 4; }), none},
      {"smoothstep(a, -2, 2)", each([](Real x, Real) {
         const Real t = std::min<Real>(std::max<Real>((x + 2) / 4, 0), 1);
         return t * t * (3 - 2 * t);
       }),
       none},
      {"leaky_relu(a)", each([](Real x, Real) { return x > 0 ? x : 0.01L * x; }), none},
      {"silu(a)", each([](Real x, Real) { return x < -11000 ? 0 : x / (1 + std::exp(-x)); }), none},
      {"softplus(a)", each([](Real x, Real) {
         return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
       }),
       none},
      {"decibels(a)", each([](Real x, Real) { return 20 * std::log10(std::fabs(x)); }), one},
  };
}

template <class T>
void check_dtype(const std::vector<T>& a, const std::vector<T>& b) {
  const Reals x(a.begin(), a.end()), y(b.begin(), b.end());
  for (const Row& row : rows()) {
    INFO(row.text << " of " << tl::name(tl::dtype_of<T>));
    const Reals want = row.value(x, y);
    const tl::Array got = tl::evaluate(row.text, {{"a", a}, {"b", b}});
    REQUIRE(got.size() == static_cast<std::int64_t>(want.size()));
    const Real slack = row.slack(x, y);
    for (std::size_t i = 0; i < want.size(); ++i) {
      const Real found =
          got.dtype() == tl::float64
              ? static_cast<Real>(got.data<double>()[i])
              : static_cast<Real>(
                    tl::evaluate("float64(x)", {{"x", got}}).template values<double>()[i]);
      INFO(i << ": " << static_cast<double>(found) << ", exact " << static_cast<double>(want[i]));
      if (std::isnan(want[i])) {
        REQUIRE(std::isnan(found));
      } else if (std::isinf(want[i])) {
        REQUIRE(found == want[i]);
      } else {
        const Real unit = std::max(std::fabs(want[i]) * 0x1p-52L, Real{1e-300L});
        REQUIRE(std::fabs(found - want[i]) <= 16 * unit + 8 * slack * 0x1p-52L);
      }
    }
  }
}

template <class T>
void check_extremes() {
  using L = std::numeric_limits<T>;
  const T lo = L::min(), hi = L::max(), one = 1, zero = 0;
  check_dtype<T>({hi, hi, hi, one}, {hi, hi, one, hi});
  check_dtype<T>({lo, hi, zero, one, hi, lo, hi, hi}, {hi, lo, one, one, hi, one, hi, zero});
  check_dtype<T>({lo, hi, lo, one, T(hi / 3), T(hi - 1)}, {one, hi, one, hi, hi, T(hi / 2)});
  check_dtype<T>({zero, one, one, zero}, {one, one, zero, one});
}

}  // namespace

TEST_CASE("engine: functions written in the language do not wrap inside, of any integer dtype") {
  check_extremes<std::int8_t>();
  check_extremes<std::uint8_t>();
  check_extremes<std::int16_t>();
  check_extremes<std::uint16_t>();
  check_extremes<std::int32_t>();
  check_extremes<std::uint32_t>();
  check_extremes<std::int64_t>();
  check_extremes<std::uint64_t>();
}

TEST_CASE("engine: a definition of the user's own does not wrap inside either") {
  const std::vector<std::int64_t> a{INT64_MAX, INT64_MIN, 5}, b{INT64_MIN, INT64_MAX, 5};
  tl::Definitions mine;
  mine.define("spread(x, y) = mean((x - y)**2) / (sum(x*x) + sum(y*y))");
  tl::Options options;
  options.definitions = &mine;
  const double got = tl::evaluate("spread(a, b)", {{"a", a}, {"b", b}}, options).item<double>();
  const Reals x(a.begin(), a.end()), y(b.begin(), b.end());
  CHECK(got == Approx(static_cast<double>(mse(x, y) / (dot(x, x) + dot(y, y)))).epsilon(1e-14));
}
