// Integer constants past 64 bits through the public face: exact in constant arithmetic, with
// integer arrays and where they are compared, the nearest float with floats, an error where they
// are stored.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
const std::vector<std::uint64_t> kWords{0, 1, 6, std::uint64_t{1} << 63, kTop};
const std::vector<std::int64_t> kSigned{kLeast, -1, 0, 5, std::numeric_limits<std::int64_t>::max()};
const std::vector<double> kDoubles{1.0, -2.0, 0.5, HUGE_VAL};
const std::vector<float> kFloats{1.0F, -2.0F};

tl::Array value(std::string_view text, tl::Promotion promotion = tl::Promotion::exact,
                tl::Overflow overflow = tl::Overflow::check) {
  tl::Options options;
  options.promotion = promotion;
  options.overflow = overflow;
  std::vector<tl::Binding> all{{"q", kWords}, {"i", kSigned}, {"x", kDoubles}, {"f", kFloats}};
  std::vector<tl::Binding> used;
  for (tl::Binding& b : all) {
    if (text.find(b.name) != std::string_view::npos) used.push_back(b);
  }
  return tl::evaluate(text, used, options);
}

template <class T>
std::vector<T> list(const tl::Array& a) {
  return {a.values<T>().begin(), a.values<T>().end()};
}

tl::ErrorCode code(std::string_view text, tl::Promotion promotion = tl::Promotion::exact) {
  try {
    value(text, promotion);
  } catch (const tl::Error& error) {
    return error.code();
  }
  return tl::ErrorCode::internal;
}

}  // namespace

TEST_CASE("engine: wide constants, with floats they are the nearest float") {
  for (const tl::Promotion p :
       {tl::Promotion::exact, tl::Promotion::numpy, tl::Promotion::numexpr}) {
    CHECK(list<double>(value("x * 10**44", p)) == std::vector<double>{1e44, -2e44, 5e43, HUGE_VAL});
    CHECK(list<double>(value("x / 2**1022", p))[0] == std::ldexp(1.0, -1022));
    CHECK(list<double>(value("x * 123456789012345678901234567890", p))[0] ==
          123456789012345678901234567890.0);
    CHECK(list<double>(value("x * (10**400 // 10**399)", p))[1] == -20.0);
    CHECK(code("x * 2**1024", p) == tl::ErrorCode::value);
  }
  CHECK(list<float>(value("f * 10**30"))[0] == 1e30F);
  // Halfway to the next float32 and a little more: rounding twice would go down.
  CHECK(list<float>(value("f * (2**100 + 2**76 + 1)"))[0] ==
        std::ldexp(1.0F, 100) + std::ldexp(1.0F, 77));
  CHECK(code("f * 10**44") == tl::ErrorCode::value);
  CHECK(value("10**400 / 10**399").item<double>() == 10.0);
  CHECK(value("2**100 * 1.0").item<double>() == std::ldexp(1.0, 100));
  CHECK(value("float64(10**44)").item<double>() == 1e44);
  CHECK(value("mean(10**20)").item<double>() == 1e20);
}

TEST_CASE("engine: wide constants, comparisons are exact") {
  for (const tl::Promotion p : {tl::Promotion::exact, tl::Promotion::numpy}) {
    const tl::Array below = value("q < 2**64", p);
    CHECK(std::count(below.values<bool>().begin(), below.values<bool>().end(), true) == 5);
    const tl::Array equal = value("q == 2**64 - 1", p);
    CHECK(std::count(equal.values<bool>().begin(), equal.values<bool>().end(), true) == 1);
  }
  for (const tl::Promotion p :
       {tl::Promotion::exact, tl::Promotion::numpy, tl::Promotion::numexpr}) {
    const tl::Array all = value("(i < 9223372036854775808) & (i > -2**100)", p);
    CHECK(std::count(all.values<bool>().begin(), all.values<bool>().end(), true) == 5);
  }
  const tl::Array finite = value("x < 2**2000");
  CHECK(std::count(finite.values<bool>().begin(), finite.values<bool>().end(), true) == 3);
  const tl::Array none = value("x == 2**2000");
  CHECK(std::count(none.values<bool>().begin(), none.values<bool>().end(), true) == 0);
  CHECK(value("2**1000 - 1 < 2**1000").item<bool>());
}

TEST_CASE("engine: wide constants, integer results are exact where a dtype holds them") {
  for (const char* text :
       {"q % 2**64", "clip(q, 0, 2**64)", "minimum(q, 10**30)", "q & (2**70 - 1)",
        "maximum(q, -2**70)", "clip(q, -2**100, 2**1000)", "fmod(q, 2**64)"}) {
    CAPTURE(text);
    CHECK(list<std::uint64_t>(value(text)) == kWords);
  }
  CHECK(list<std::uint64_t>(value("i % 2**64")) ==
        std::vector<std::uint64_t>{std::uint64_t{1} << 63, kTop, 0, 5, kTop >> 1});
  CHECK(list<std::int8_t>(value("i // 2**64")) == std::vector<std::int8_t>{-1, -1, 0, 0, 0});
  CHECK(list<std::int8_t>(value("q // -(2**63 + 5)")) ==
        std::vector<std::int8_t>{0, -1, -1, -1, -2});
  CHECK(list<std::int64_t>(value("clip(i, -2**100, 2**100)")) == kSigned);
  CHECK(list<std::uint64_t>(value("2**1000 >> (q*0 + 990)")) ==
        std::vector<std::uint64_t>(5, 1024));
  CHECK(value("2**1000 // 2**999").item<std::uint8_t>() == 2);
  CHECK(value("(2**1000 + 1) % 2**999").item<std::uint8_t>() == 1);
  CHECK(value("popcount(2**100 - 1)").item<std::uint8_t>() == 100);
  CHECK(value("saturate(10**20, 'int32')").item<std::int32_t>() == 2147483647);
}

TEST_CASE("engine: wide constants, an integer that no dtype holds is an error with a place") {
  for (const char* text : {"10**20", "2**100", "-10**19", "int64(10**20)", "sum(10**20)",
                           "minimum(i, -2**70)", "q[0] * 0 + 1, 2**64"}) {
    CAPTURE(text);
    CHECK(code(text) == tl::ErrorCode::value);
  }
  for (const char* text : {"i + 2**64", "q - 2**65", "i * 2**64", "where(q > 5, 2**64, 0)",
                           "i | 2**70", "2**70 << q", "i**(2**70)", "(2**70)**q"}) {
    CAPTURE(text);
    CHECK(code(text) == tl::ErrorCode::overflow);
  }
  CHECK(code("2**5000") == tl::ErrorCode::limit);
  for (const tl::Promotion p : {tl::Promotion::numpy, tl::Promotion::numexpr}) {
    CHECK(code("i + 2**64", p) == tl::ErrorCode::value);
    CHECK(code("10**20", p) == tl::ErrorCode::value);
  }
  try {
    value("i * 0 + 10**20");
  } catch (const tl::Error& error) {
    CHECK(error.span().end == 14);
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("engine: wide constants, in templates and definitions as in text") {
  const tl::Array scaled = -(tl::lazy(kDoubles) * kTop);
  CHECK(list<double>(scaled)[0] == -18446744073709551616.0);
  tl::Definitions definitions;
  definitions.define("f(x, n=100000000000000000000) = x * n / 10**20");
  tl::Options options;
  options.definitions = &definitions;
  CHECK(list<double>(tl::evaluate("f(x)", {{"x", kDoubles}}, options))[0] == 1.0);
}
