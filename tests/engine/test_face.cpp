// The public face as a user meets it, through both front ends and both engines.
#include <algorithm>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

TEST_CASE("engine: uint8 images subtract without wrapping") {
  const std::vector<std::uint8_t> a{3, 252, 89}, b{10, 255, 19};
  const tl::Array d = tl::evaluate("abs(a - b)", {{"a", a}, {"b", b}});
  CHECK(d.dtype() == tl::uint8);
  CHECK(
      std::vector<std::uint8_t>(d.values<std::uint8_t>().begin(), d.values<std::uint8_t>().end()) ==
      std::vector<std::uint8_t>{7, 3, 70});
  CHECK(tl::evaluate("sum(abs(a - b))", {{"a", a}, {"b", b}}).item<std::uint64_t>() == 80);
  const std::uint64_t s = tl::sum(tl::abs(tl::lazy(a) - tl::lazy(b)));
  CHECK(s == 80);
}

TEST_CASE("engine: a stack against one frame, reduced over an axis tuple") {
  std::vector<std::uint8_t> a(6 * 30 * 50), b(30 * 50);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<std::uint8_t>(i * 7 + i / 11);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<std::uint8_t>(i * 13);
  const tl::ArrayView stack(a.data(), {6, 30, 50}), frame(b.data(), {30, 50});
  const tl::Array c = tl::evaluate("sum(abs(a - b), axis=(-2, -1))", {{"a", stack}, {"b", frame}});
  REQUIRE(c.shape() == tl::Dims{6});
  for (std::size_t f = 0; f < 6; ++f) {
    std::uint64_t want = 0;
    for (std::size_t i = 0; i < 1500; ++i) {
      want += static_cast<std::uint64_t>(std::abs(int(a[f * 1500 + i]) - int(b[i])));
    }
    CHECK(c.values<std::uint64_t>()[f] == want);
  }
}

TEST_CASE("engine: rows that share a large operand advance together and give the same numbers") {
  // 150,001 elements: blocks with a tail; 21 rows: two groups of 8 and single ones.
  const std::int64_t rows = 21, columns = 150001;
  std::vector<std::int16_t> a(static_cast<std::size_t>(rows * columns)), b(150001);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<std::int16_t>(i * 40503);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<std::int16_t>(i * 30011);
  const tl::ArrayView as(a.data(), {rows, columns});
  const auto [sums, least, any] =
      tl::evaluate_all<3>("sum(abs(a - b), axis=1), min(a ^ b, axis=1), any(a == b + 1, axis=1)",
                          {{"a", as}, {"b", b}});
  tl::Options check;
  check.overflow = tl::Overflow::check;
  const tl::Array only = tl::evaluate("sum(abs(a - b), axis=1)", {{"a", as}, {"b", b}}, check);
  const tl::Array bytes =
      tl::evaluate("sum(absdiff(uint8(a), uint8(b)), axis=1)", {{"a", as}, {"b", b}});
  for (std::int64_t r = 0; r < rows; ++r) {
    std::uint64_t sum = 0, narrow = 0;
    std::int16_t smallest = INT16_MAX;
    bool found = false;
    for (std::int64_t c = 0; c < columns; ++c) {
      const int x = a[static_cast<std::size_t>(r * columns + c)],
                y = b[static_cast<std::size_t>(c)];
      sum += static_cast<std::uint64_t>(std::abs(x - y));
      narrow += static_cast<std::uint64_t>(std::abs((x & 255) - (y & 255)));
      smallest = std::min(smallest, static_cast<std::int16_t>(x ^ y));
      found = found || x == y + 1;
    }
    const auto i = static_cast<std::size_t>(r);
    CHECK(sums.values<std::uint64_t>()[i] == sum);
    CHECK(only.values<std::uint64_t>()[i] == sum);
    CHECK(bytes.values<std::uint64_t>()[i] == narrow);
    CHECK(least.values<std::int16_t>()[i] == smallest);
    CHECK(any.values<bool>()[i] == found);
  }
}

TEST_CASE("engine: several results come from one pass") {
  std::vector<float> x(1000), y(1000);
  std::iota(x.begin(), x.end(), 1.0F);
  const auto [mse, worst] =
      tl::evaluate_all<2>("d = x - y; mean(d*d), max(abs(d))", {{"x", x}, {"y", y}});
  CHECK(mse.dtype() == tl::float32);
  CHECK(mse.item<float>() == Approx(333833.5));
  CHECK(worst.item<float>() == 1000);
  tl::Stats stats;
  tl::Options options;
  options.stats = &stats;
  tl::evaluate_all("d = x - y; mean(d*d), max(abs(d)), mean(d)", {{"x", x}, {"y", y}}, options);
  CHECK(stats.stages == 1);
  CHECK_THROWS_AS(tl::evaluate("x, y", {{"x", x}, {"y", y}}), tl::Error);
  CHECK_THROWS_AS((tl::evaluate_all<3>("x, y", {{"x", x}, {"y", y}})), tl::Error);
}

TEST_CASE("engine: errors name the culprit and carry the text") {
  const std::vector<std::uint8_t> a{1};
  tl::Options o;
  o.threads = 2;
  o.promotion = tl::Promotion::numpy;
  o.fp = tl::Fp::fast;
  try {
    tl::evaluate("sum(aa)", {{"a", a}}, o);
    FAIL("no error");
  } catch (const tl::Error& e) {
    CHECK(e.code() == tl::ErrorCode::name);
    CHECK(e.span() == tl::Span{4, 6});
    CHECK(std::string(e.what()) == "unknown variable 'aa'; did you mean 'a'?");
    CHECK(e.source() == "sum(aa)");
    CHECK(e.picture().find("^~") != std::string::npos);
  }
  const std::vector<float> x(3), y(4);
  try {
    tl::evaluate("1 + (x - y)", {{"x", x}, {"y", y}});
    FAIL("no error");
  } catch (const tl::Error& e) {
    CHECK(e.code() == tl::ErrorCode::shape);
    CHECK(std::string(e.what()).find("(3,) and (4,)") != std::string::npos);
    CHECK(e.source() == "1 + (x - y)");
  }
  CHECK_THROWS_AS(tl::evaluate("x", {{"x", x}, {"x", y}}), tl::Error);
  CHECK_THROWS_AS(tl::evaluate("min(x)", {{"x", std::vector<float>()}}), tl::Error);
  CHECK_THROWS_AS(tl::evaluate("sum(broadcast_to(1, (2147483648, 2147483648)))"), tl::Error);
  tl::Options negative;
  negative.threads = -1;
  CHECK_THROWS_AS(tl::evaluate("x", {{"x", x}}, negative), tl::Error);
}

TEST_CASE(
    "engine: integers past 64 bits are an error that names the sub-expression and the first") {
  const std::vector<std::int64_t> a{1, INT64_MAX, 3, INT64_MAX};
  const std::vector<std::int64_t> b{1, 0, INT64_MAX, 1};
  tl::Options wrap;
  wrap.overflow = tl::Overflow::wrap;
  CHECK(tl::evaluate("a + b", {{"a", a}, {"b", b}}, wrap).values<std::int64_t>()[3] == INT64_MIN);
  const tl::Options check;
  try {
    tl::evaluate("2 * 0 + (a + b)", {{"a", a}, {"b", b}}, check);
    FAIL("no error");
  } catch (const tl::Error& e) {
    CHECK(e.code() == tl::ErrorCode::overflow);
    CHECK(std::string(e.what()).find("'a + b' at index (2,)") != std::string::npos);
  }
  // Partial sums pass 64 bits, the total does not.
  const std::vector<std::int64_t> fits{INT64_MAX, INT64_MAX, -INT64_MAX, -INT64_MAX, 5};
  CHECK(tl::evaluate("sum(x)", {{"x", fits}}, check).item<std::int64_t>() == 5);
  CHECK_THROWS_AS(tl::evaluate("sum(a)", {{"a", a}}, check), tl::Error);
  CHECK_THROWS_AS(tl::evaluate("prod(a)", {{"a", a}}, check), tl::Error);
}

TEST_CASE("engine: compiled functions") {
  const std::vector<double> x{1, 2, 3}, y{10, 20, 30};
  std::vector<double> out(3);
  const tl::Function f = tl::compile("2*x + 3*y", {{"x", tl::float64}, {"y", tl::float64}});
  CHECK(f.results() == 1);
  f.into(out, {x, y});
  CHECK(out == std::vector<double>{32, 64, 96});
  CHECK(f({x, y}).values<double>()[2] == 96);
  f.into(out, {x, 1});
  CHECK(out == std::vector<double>{5, 7, 9});
  CHECK_THROWS_AS(f({x}), tl::Error);
  CHECK_THROWS_AS(f({x, std::vector<float>(3)}), tl::Error);
  const tl::Function g = tl::compile("x * n", {{"x", tl::uint8}, {"n", tl::weak(tl::int64)}});
  const std::vector<std::uint8_t> u{1, 2};
  CHECK(g({u, 1000}).dtype() == tl::int64);
  CHECK(g({u, 1000}).values<std::int64_t>()[1] == 2000);
  CHECK_THROWS_AS(g({u, 1.5}), tl::Error);
  CHECK_THROWS_AS(tl::compile("x + z", {{"x", tl::float64}}), tl::Error);
  std::vector<float> narrow(3);
  f.into(narrow, {x, y});  // float64 to float32 is same_kind
  CHECK(narrow[1] == 64);
  std::vector<std::int32_t> integers(3);
  CHECK_THROWS_AS(f.into(integers, {x, y}), tl::Error);
}

TEST_CASE("engine: destinations may overlap the inputs in any way") {
  std::vector<std::int32_t> v(5000);
  const auto reset = [&] { std::iota(v.begin(), v.end(), 0); };
  const tl::ArrayView all(v.data(), {5000});
  reset();
  tl::evaluate_into(all, "x * 2", {{"x", all}}, {});
  CHECK(v[4999] == 9998);
  reset();
  const tl::ArrayView front(v.data(), {4999}), back(v.data() + 1, {4999});
  tl::evaluate_into(back, "x + 1", {{"x", front}});
  CHECK(v[0] == 0);
  CHECK(v[4999] == 4999);
  CHECK(v[2500] == 2500);
  reset();
  tl::evaluate_into(all, "x[::-1]", {{"x", all}});
  CHECK(v[0] == 4999);
  CHECK(v[4999] == 0);
  reset();
  tl::evaluate_into(tl::ArrayView(v.data() + 7, tl::Dims{}), "sum(x)", {{"x", all}});
  CHECK(v[7] == 4999 * 5000 / 2);
  const tl::ArrayView square(v.data(), {50, 50});
  reset();
  tl::evaluate_into(square, "x.T + 0", {{"x", square}});
  CHECK(v[1] == 50);
  CHECK(v[50] == 1);
  CHECK_THROWS_AS(tl::evaluate_into(all.as_const(), "x", {{"x", all}}), tl::Error);
  CHECK_THROWS_AS(tl::evaluate_into(all, "x[:3]", {{"x", all}}), tl::Error);
}

TEST_CASE("engine: a vector receives a result of any shape in C order; results broadcast") {
  const std::vector<std::int16_t> v{1, 2, 3, 4, 5, 6};
  const tl::ArrayView x(v.data(), {2, 3});
  std::vector<std::int16_t> out(6);
  tl::evaluate_into(out, "x.T", {{"x", x}});
  CHECK(out == std::vector<std::int16_t>{1, 4, 2, 5, 3, 6});
  tl::evaluate_into(tl::ArrayView(out.data(), {2, 3}), "max(x, axis=0)", {{"x", x}});
  CHECK(out == std::vector<std::int16_t>{4, 5, 6, 4, 5, 6});
  std::vector<std::int16_t> wrong(5);
  CHECK_THROWS_AS(tl::evaluate_into(wrong, "x.T", {{"x", x}}), tl::Error);
}

TEST_CASE("engine: empty and 0-d arrays") {
  const std::vector<float> none;
  CHECK(tl::evaluate("x + 1", {{"x", none}}).shape() == tl::Dims{0});
  CHECK(tl::evaluate("sum(x)", {{"x", none}}).item<float>() == 0);
  CHECK_FALSE(std::signbit(tl::evaluate("sum(x)", {{"x", none}}).item<float>()));
  CHECK(tl::evaluate("prod(x)", {{"x", none}}).item<float>() == 1);
  CHECK(std::isnan(tl::evaluate("mean(x)", {{"x", none}}).item<float>()));
  CHECK(tl::evaluate("all(x)", {{"x", none}}).item<bool>());
  const tl::ArrayView wide(none.data(), {3, 0});
  CHECK(tl::evaluate("sum(x, axis=1)", {{"x", wide}}).shape() == tl::Dims{3});
  CHECK(tl::evaluate("sum(x, axis=0)", {{"x", wide}}).shape() == tl::Dims{0});
  CHECK(tl::evaluate("max(x, axis=0)", {{"x", wide}}).shape() == tl::Dims{0});
  CHECK_THROWS_AS(tl::evaluate("max(x, axis=1)", {{"x", wide}}), tl::Error);
  const float one = 2.5F;
  CHECK(tl::evaluate("x * 2", {{"x", tl::ArrayView(&one, tl::Dims{})}}).item<float>() == 5);
  CHECK(tl::evaluate("2 + 3").dtype() == tl::uint8);
  CHECK(tl::evaluate("2 + 3").item<int>() == 5);
}
