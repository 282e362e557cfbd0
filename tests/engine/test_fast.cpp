// fp='fast': fewer roundings, within the stated bound of the exact value; 'strict' never changes.
#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

template <class T>
std::vector<T> numbers(std::size_t n, unsigned seed, double scale) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> value(-scale, scale);
  std::vector<T> out(n);
  for (T& x : out) x = static_cast<T>(value(random));
  return out;
}

tl::Options fast() {
  tl::Options options;
  options.fp = tl::Fp::fast;
  return options;
}

/// Of a * b + c, in units of the last place of the sum of magnitudes: one rounding is 0.5, two are
/// at most 1.
template <class T>
double worst(const tl::Array& r, const std::vector<T>& a, const std::vector<T>& b,
             const std::vector<T>& c) {
  double most = 0;
  const auto values = r.values<T>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const long double product = static_cast<long double>(a[i]) * b[i];
    const long double exact = product + c[i];
    const long double size = std::fabs(product) + std::fabs(static_cast<long double>(c[i]));
    most = std::max(most, static_cast<double>(std::fabs(values[i] - exact) / size));
  }
  return most / static_cast<double>(std::numeric_limits<T>::epsilon());
}

template <class T>
void check_fused() {
  const std::size_t n = 1003;
  const auto a = numbers<T>(n, 1, 2), b = numbers<T>(n, 2, 2), c = numbers<T>(n, 3, 2);
  const std::vector<tl::Binding> list{{"a", a}, {"b", b}, {"c", c}};
  const tl::Bindings vars(list);
  const tl::Array strict = tl::evaluate("a * b + c", vars);
  const tl::Array fused = tl::evaluate("a * b + c", vars, fast());
  for (std::size_t i = 0; i < n; ++i) {
    volatile T product = a[i] * b[i];
    volatile T sum = product + c[i];
    REQUIRE(strict.values<T>()[i] == sum);
  }
  CHECK(worst(strict, a, b, c) <= 1.0);
  CHECK(worst(fused, a, b, c) <= 1.0);
}

}  // namespace

TEST_CASE("engine: strict rounds every operation, fast may fuse them, both within bounds") {
  check_fused<float>();
  check_fused<double>();
}

TEST_CASE("engine: a fast sum of float32 is within the bound of its block") {
  // Blocks of at most 65536 elements in 32 float32 lanes: 2048 additions each, then float64.
  const auto x = numbers<float>(1'000'003, 4, 1);
  double magnitudes = 0;
  long double exact = 0;
  for (float v : x) {
    magnitudes += std::fabs(v);
    exact += v;
  }
  const double strict = tl::evaluate("sum(x)", {{"x", x}}).item<float>();
  const double interpreted = tl::evaluate("sum(x)", {{"x", x}}, fast()).item<float>();
  CHECK(std::fabs(strict - static_cast<double>(exact)) <= 1e-7 * magnitudes);
  CHECK(std::fabs(interpreted - static_cast<double>(exact)) <= 2048 * 6e-8 * magnitudes);
}

TEST_CASE("engine: fast polynomials stay within a rounding per term") {
  const auto x = numbers<double>(517, 5, 1.5);
  const char* text = "1 + x*(0.5 + x*(0.25 + x*(0.125 + x*(-0.0625 + x*0.03125))))";
  const tl::Array interpreted = tl::evaluate(text, {{"x", x}}, fast());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double v = x[i];
    const long double exact =
        1 + v * (0.5L + v * (0.25L + v * (0.125L + v * (-0.0625L + v * 0.03125L))));
    REQUIRE(std::fabs(static_cast<double>(interpreted.values<double>()[i] - exact)) <= 1e-15 * 8);
  }
}
