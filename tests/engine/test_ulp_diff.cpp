// ulp_diff: the number of values of a float type that lie between two of its values, counted here
// by their rank among all of them.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

Array difference(const std::vector<std::uint16_t>& a, const std::vector<std::uint16_t>& b,
                 const char* dtype) {
  const std::string text =
      std::string("ulp_diff(bitcast(a, '") + dtype + "'), bitcast(b, '" + dtype + "'))";
  return evaluate(text, {{"a", a}, {"b", b}});
}

/// Returns the place of every value of a half type among its values in ascending order; -0 and 0
/// share theirs. NaN has none.
std::vector<int> ranks(const char* dtype) {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  const Array wide = evaluate(std::string("float64(bitcast(a, '") + dtype + "'))", {{"a", bits}});
  const auto values = wide.values<double>();
  std::vector<double> sorted;
  for (const double v : values) {
    if (!std::isnan(v)) sorted.push_back(v);
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<int> out(65536, -1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::isnan(values[i])) continue;
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), values[i]);
    out[i] = static_cast<int>(at - sorted.begin());
  }
  return out;
}

}  // namespace

TEST_CASE("engine: ulp_diff of half types is the distance of their ranks") {
  for (const char* dtype : {"float16", "bfloat16"}) {
    const std::vector<int> rank = ranks(dtype);
    std::mt19937 random(7);
    std::vector<std::uint16_t> a;
    std::vector<std::uint16_t> b;
    for (std::size_t i = 0; i < 65536; ++i) {
      a.push_back(static_cast<std::uint16_t>(i));
      b.push_back(static_cast<std::uint16_t>(i % 3 == 0 ? i + random() % 9 : random()));
    }
    const Array result = difference(a, b, dtype);
    REQUIRE(result.dtype() == DType::uint16);
    const auto got = result.values<std::uint16_t>();
    int wrong = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const int p = rank[a[i]];
      const int q = rank[b[i]];
      const int expected = p < 0 && q < 0 ? 0 : p < 0 || q < 0 ? 65535 : std::abs(p - q);
      if (got[i] != expected) ++wrong;
    }
    CAPTURE(dtype);
    CHECK(wrong == 0);
  }
}

TEST_CASE("engine: ulp_diff of float32 and float64 counts their values") {
  const auto of = [](auto a, auto b) {
    const std::vector<decltype(a)> x = {a};
    const std::vector<decltype(a)> y = {b};
    return evaluate("ulp_diff(a, b)", {{"a", x}, {"b", y}}).template item<std::uint64_t>();
  };
  CHECK(of(1.0F, 1.0F) == 0);
  CHECK(of(0.0F, -0.0F) == 0);
  CHECK(of(1.0F, std::nextafter(1.0F, 2.0F)) == 1);
  CHECK(of(std::nextafter(1.0F, 0.0F), 1.0F) == 1);
  CHECK(of(1.0F, 2.0F) == 1U << 23);
  CHECK(of(-1.0F, 1.0F) == 2 * 0x3f800000U);
  CHECK(of(std::numeric_limits<float>::denorm_min(), 0.0F) == 1);
  CHECK(of(std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::denorm_min()) ==
        2);
  CHECK(of(std::numeric_limits<float>::max(), std::numeric_limits<float>::infinity()) == 1);
  CHECK(of(NAN, NAN) == 0);
  CHECK(of(NAN, 1.0F) == 0xffffffffU);
  CHECK(of(1.0, std::nextafter(1.0, 2.0)) == 1);
  CHECK(of(-1.0, 1.0) == 2 * 0x3ff0000000000000U);
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(of(-inf, inf) == 2 * 0x7ff0000000000000U);
  CHECK(of(std::nan(""), inf) == ~std::uint64_t{0});
}

TEST_CASE("engine: ulp_diff of other operands") {
  CHECK(evaluate("ulp_diff(3, 10)").item<std::int64_t>() == 7);
  const std::vector<std::int8_t> low = {-128};
  const std::vector<std::int8_t> high = {127};
  CHECK(evaluate("ulp_diff(a, b)", {{"a", low}, {"b", high}}).item<std::int64_t>() == 255);
  const std::vector<float> narrow = {0.1F};
  const std::vector<double> wide = {0.1};
  CHECK(evaluate("ulp_diff(a, b)", {{"a", narrow}, {"b", wide}}).dtype() == DType::uint64);
  CHECK(evaluate("ulp_diff(a, float32(b))", {{"a", narrow}, {"b", wide}}).item<int>() == 0);
  // The largest over an array, fused.
  const std::vector<float> x = {1, 2, 3};
  const std::vector<float> y = {1, std::nextafter(2.0F, 3.0F), 2.9999995F};
  CHECK(evaluate("max_ulp_diff(x, y)", {{"x", x}, {"y", y}}).item<int>() == 2);
  CHECK_THROWS_AS(evaluate("ulp_diff(1j, 2)"), Error);
}
