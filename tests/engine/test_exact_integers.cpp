// Integers past 64 bits: exact where they are compared, averaged or turned to float, an error where
// they have to be stored; against integers of 128 bits.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

__extension__ using Int = __int128;

template <class T>
std::vector<T> samples() {
  using L = std::numeric_limits<T>;
  std::vector<T> out{L::min(), L::max(), 0, 1, 2, 3, 1000003};
  out.push_back(static_cast<T>(L::max() - 1));
  out.push_back(static_cast<T>(L::max() / 2 + 1));
  out.push_back(static_cast<T>(L::max() / 3));
  out.push_back(static_cast<T>((std::uint64_t{1} << 53) + 1));
  if (std::is_signed_v<T>) {
    out.push_back(static_cast<T>(-1));
    out.push_back(static_cast<T>(L::min() + 1));
    out.push_back(static_cast<T>(L::min() / 5));
  }
  return out;
}

/// Every pair of samples, as two arrays.
template <class A, class B>
struct Pairs {
  std::vector<A> a;
  std::vector<B> b;
  Pairs() {
    for (A x : samples<A>()) {
      for (B y : samples<B>()) {
        a.push_back(x);
        b.push_back(y);
      }
    }
  }
};

struct Exact {
  const char* text;
  double (*value)(Int a, Int b);
};

constexpr Int kTwo64 = Int{1} << 64;

// Comparisons give 0 or 1; what a conversion gives is rounded once.
const Exact kExact[] = {
    {"a - b > 0", [](Int a, Int b) -> double { return a > b; }},
    {"0 <= b - a", [](Int a, Int b) -> double { return b >= a; }},
    {"a - b == -1", [](Int a, Int b) -> double { return a - b == -1; }},
    {"a + b != a", [](Int, Int b) -> double { return b != 0; }},
    {"a + b < 7", [](Int a, Int b) -> double { return a + b < 7; }},
    {"a - b + a >= b - 3", [](Int a, Int b) -> double { return 2 * a - b >= b - 3; }},
    {"-a < b", [](Int a, Int b) -> double { return -a < b; }},
    {"(a - b) * 3 > a + b", [](Int a, Int b) -> double { return (a - b) * 3 > a + b; }},
    {"maximum(a - b, 5) > a", [](Int a, Int b) -> double { return std::max<Int>(a - b, 5) > a; }},
    {"signbit(a - b)", [](Int a, Int b) -> double { return a < b; }},
    {"sign(a - b)", [](Int a, Int b) -> double { return a < b   ? -1
                                                        : a > b ? 1
                                                                : 0; }},
    {"bool(a - b)", [](Int a, Int b) -> double { return a != b; }},
    {"float64(a - b)", [](Int a, Int b) { return static_cast<double>(a - b); }},
    {"(a + b) * 0.5", [](Int a, Int b) { return static_cast<double>(a + b) * 0.5; }},
    {"(a - b - b - b) / 1", [](Int a, Int b) { return static_cast<double>(a - 3 * b); }},
    {"sqrt(abs(a - b))",
     [](Int a, Int b) { return std::sqrt(static_cast<double>(a < b ? b - a : a - b)); }},
    {"where(a > b, a - b, b - a) * 1.0",
     [](Int a, Int b) { return static_cast<double>(a < b ? b - a : a - b); }},
    {"float64(float32(a - b))",
     [](Int a, Int b) { return static_cast<double>(static_cast<float>(a - b)); }},
    {"((a + b) // 2**20) * 1.0", [](Int a, Int b) { return static_cast<double>((a + b) >> 20); }},
    {"((a + b) % 4096) * 1.0", [](Int a, Int b) { return static_cast<double>((a + b) & 4095); }},
    {"saturate(a - b, 'int8') * 1.0",
     [](Int a, Int b) {
       return static_cast<double>(std::min<Int>(std::max<Int>(a - b, -128), 127));
     }},
};

template <class A, class B>
void check_exact(const std::vector<Exact>& rows) {
  const Pairs<A, B> p;
  for (const Exact& row : rows) {
    const tl::Array got =
        tl::evaluate("float64(" + std::string(row.text) + ")", {{"a", p.a}, {"b", p.b}});
    for (std::size_t i = 0; i < p.a.size(); ++i) {
      const double want = row.value(p.a[i], p.b[i]);
      INFO(row.text << " of " << p.a[i] << " and " << p.b[i]);
      REQUIRE(got.values<double>()[i] == want);
    }
  }
}

std::vector<Exact> all_rows() {
  return {std::begin(kExact), std::end(kExact)};
}

/// The text of the error of an evaluation; empty where there is none.
template <class A, class B>
std::string refusal(const char* text, const std::vector<A>& a, const std::vector<B>& b,
                    const tl::Options& options = {}) {
  try {
    tl::evaluate(text, {{"a", a}, {"b", b}}, options);
  } catch (const tl::Error& e) {
    CHECK(e.code() == tl::ErrorCode::overflow);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("engine: integers past 64 bits are exact where they are compared or turned to float") {
  check_exact<std::uint64_t, std::uint64_t>(all_rows());
  check_exact<std::int64_t, std::int64_t>(all_rows());
  check_exact<std::uint64_t, std::int64_t>(all_rows());
  check_exact<std::int64_t, std::uint64_t>(all_rows());
  check_exact<std::int64_t, std::int32_t>(all_rows());
  check_exact<std::uint32_t, std::uint64_t>(all_rows());
}

TEST_CASE("engine: products of 64-bit integers are exact where two words hold them") {
  const std::vector<Exact> rows = {
      {"float64(a * b)", [](Int a, Int b) { return static_cast<double>(a * b); }},
      {"a * b == b * (a + 1) - b", [](Int, Int) -> double { return 1; }},
      {"a * b > 10**19",
       [](Int a, Int b) -> double { return a * b > Int{1000000000} * 10000000000; }},
      {"a * a > b", [](Int a, Int b) -> double { return a * a > b; }},
      {"(a * b + a) * 0.5", [](Int a, Int b) { return static_cast<double>(a * b + a) * 0.5; }},
  };
  check_exact<std::int64_t, std::int32_t>(rows);
  check_exact<std::int32_t, std::uint64_t>({rows[0], rows[2], rows[4]});
  const std::vector<Exact> wide = {rows[0], rows[3]};
  check_exact<std::int64_t, std::int64_t>(wide);
}

TEST_CASE("engine: an integer that 64 bits cannot hold is an error that names the first") {
  const std::vector<std::uint64_t> q{5, 7, ~std::uint64_t{0}, 9, ~std::uint64_t{0}};
  const std::vector<std::uint64_t> o{1, 8, 0, 0, 0};
  CHECK(refusal("2 * 0 + (a - b)", q, o).find("'a - b' at index (2,)") != std::string::npos);
  CHECK(refusal("a - 1", q, o).find("'a - 1' at index (2,)") != std::string::npos);
  CHECK(refusal("a + a", q, o) != "");
  CHECK(refusal("sum(a)", q, o).find("'sum(a)'") != std::string::npos);
  CHECK(refusal("where(a < b, a - b, b - b)", q, o) == "");
  CHECK(refusal("abs(a - b)", q, o) == "");
  CHECK(refusal("max(a - b) > 2", q, o) == "");
  CHECK(refusal("mean(a + a) + sum(a)/5", q, o) == "");
  tl::Options options;
  options.overflow = tl::Overflow::wrap;
  CHECK(refusal("a + a", q, o, options) == "");
  options.overflow = tl::Overflow::by_promotion;
  options.promotion = tl::Promotion::numpy;
  CHECK(refusal("a + a", q, o, options) == "");
  options.overflow = tl::Overflow::check;
  CHECK(refusal("a + a", q, o, options) != "");
}

TEST_CASE("engine: the check of integers holds in every entry point") {
  const std::vector<std::int64_t> x{1, 2, INT64_MAX, 4};
  std::vector<std::int64_t> out(4);
  CHECK_THROWS_AS(tl::evaluate_all("x + 1, x - 1", {{"x", x}}), tl::Error);
  CHECK_THROWS_AS(tl::evaluate_into(out, "x + 1", {{"x", x}}), tl::Error);
  CHECK_THROWS_AS((tl::lazy(x) + 1).eval(), tl::Error);
  CHECK_THROWS_AS(tl::assign(out, tl::lazy(x) * 2), tl::Error);
  const tl::Function f = tl::compile("x + 1", {{"x", tl::int64}});
  for (int i = 0; i < 3; ++i) {
    CHECK_THROWS_AS(f({x}), tl::Error);
    CHECK_THROWS_AS(tl::evaluate("x + 1", {{"x", x}}), tl::Error);
  }
  tl::Options wrap;
  wrap.overflow = tl::Overflow::wrap;
  CHECK(tl::evaluate("x + 1", {{"x", x}}, wrap).values<std::int64_t>()[2] == INT64_MIN);
  // In place, what was there is there.
  std::vector<std::int64_t> y = x;
  CHECK_THROWS_AS(tl::evaluate_into(y, "y + 1", {{"y", y}}), tl::Error);
  CHECK(y == x);
}

TEST_CASE("engine: sums of 64-bit integers, exact whatever their size") {
  for (std::size_t n : {3u, 64u, 1000u, 40000u}) {
    std::vector<std::int64_t> x;
    std::vector<std::uint64_t> u, v;
    Int sum = 0, sum_u = 0, difference = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t r = i * 0x9e3779b97f4a7c15u ^ (i << 7);
      x.push_back(static_cast<std::int64_t>(i % 3 == 0 ? r | std::uint64_t{1} << 63 : r));
      u.push_back(r | std::uint64_t{1} << 62);
      v.push_back(r * r + i);
      sum += x.back();
      sum_u += u.back();
      difference += Int{u.back()} - Int{v.back()};
    }
    const auto real = [&](const char* text) {
      return tl::evaluate(text, {{"x", x}, {"u", u}, {"v", v}}).item<double>();
    };
    const auto count = static_cast<double>(n);
    INFO(n);
    CHECK(real("mean(x)") == static_cast<double>(sum) / count);
    CHECK(real("mean(u)") == static_cast<double>(sum_u) / count);
    CHECK(real("mean(u - v)") == static_cast<double>(difference) / count);
    CHECK(real("sum(u) * 1.0") == static_cast<double>(sum_u));
    CHECK(real("sum(u - v) / 1") == static_cast<double>(difference));
    CHECK(real("float64(sum(u) > 2**64)") == (sum_u > kTwo64 ? 1 : 0));
    CHECK(real("float64(max(u - v) - min(u - v) >= 0)") == 1);
    CHECK(real("sum(u - v, where=u > v) * 1.0 - sum(v - u, where=v > u)") ==
          Approx(static_cast<double>(difference)));
  }
}

TEST_CASE("engine: extremes of integers past 64 bits") {
  const Pairs<std::uint64_t, std::int64_t> p;
  Int most = Int{p.a[0]} - p.b[0], least = most;
  for (std::size_t i = 0; i < p.a.size(); ++i) {
    most = std::max<Int>(most, Int{p.a[i]} - p.b[i]);
    least = std::min<Int>(least, Int{p.a[i]} - p.b[i]);
  }
  const auto real = [&](const char* text) {
    return tl::evaluate(text, {{"a", p.a}, {"b", p.b}}).item<double>();
  };
  CHECK(real("max(a - b) * 1.0") == static_cast<double>(most));
  CHECK(real("min(a - b) * 1.0") == static_cast<double>(least));
  CHECK(real("ptp(a - b) * 1.0") == static_cast<double>(most - least));
  CHECK(real("max(a - b, axis=0, keepdims=True)[0] * 1.0") == static_cast<double>(most));
}

TEST_CASE("engine: contractions of 32-bit and 64-bit integers are exact, or an error") {
  const std::vector<std::int32_t> small(300, INT32_MIN);
  const auto real = [&](const char* text, const auto& x, const auto& y) {
    return tl::evaluate(text, {{"x", x}, {"y", y}}).template item<double>();
  };
  const double exact = std::ldexp(300, 62);
  CHECK(real("dot(x, y) * 1.0", small, small) == exact);
  CHECK(real("dot(x, y) / 3", small, small) == exact / 3);
  CHECK(refusal("dot(a, b)", small, small) != "");
  const std::vector<std::int32_t> two(1, INT32_MIN);
  CHECK(tl::evaluate("dot(x, x)", {{"x", two}}).item<std::int64_t>() == std::int64_t{1} << 62);
  std::vector<std::int64_t> x, y;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < 500; ++i) {
    x.push_back((i * 2654435761) % 100003 - 50000);
    y.push_back((i * 40503) % 3000017 - 1000000);
    sum += x.back() * y.back();
  }
  CHECK(tl::evaluate("dot(x, y)", {{"x", x}, {"y", y}}).item<std::int64_t>() == sum);
  x = {INT64_MAX, 3};
  y = {2, 1};
  CHECK(refusal("dot(a, b)", x, y).find("'dot(a, b)'") != std::string::npos);
  CHECK(real("dot(x, y) * 0.5", x, y) == static_cast<double>(Int{INT64_MAX} * 2 + 3) * 0.5);
  // Terms past 64 bits, a sum within.
  x = {INT64_MAX, INT64_MIN + 1, 7};
  y = {2, 2, 3};
  CHECK(tl::evaluate("dot(x, y)", {{"x", x}, {"y", y}}).item<std::int64_t>() == 21);
  const std::vector<std::uint64_t> u{~std::uint64_t{0}, 1};
  CHECK(refusal("dot(a, b)", u, std::vector<std::uint64_t>{1, 1}) != "");
  CHECK(refusal("dot(a, b)", u, std::vector<std::uint64_t>{1, 0}) == "");
  const tl::Array table = tl::evaluate("reshape(x, 2, 2) @ reshape(x, 2, 2)",
                                       {{"x", std::vector<std::int64_t>{1, -2, 3, 1 << 30}}});
  CHECK(table.values<std::int64_t>()[0] == -5);
  CHECK(table.values<std::int64_t>()[3] == (std::int64_t{1} << 60) - 6);
  CHECK(tl::evaluate("dot(x, x)", {{"x", std::vector<std::int64_t>()}}).item<std::int64_t>() == 0);
}
