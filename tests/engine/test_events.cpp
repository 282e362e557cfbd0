// Floating-point events: which operation signals which kind, where it says so, and that nobody who
// does not ask gets another result.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;
using K = tl::EventKind;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

std::string index_of(const tl::Event& event) {
  std::string out;
  for (std::int64_t i : event.index) out += (out.empty() ? "" : ",") + std::to_string(i);
  return out;
}

/// "divide a / b @2; overflow ..."
std::string events_of(const std::string& text, tl::BindingsView vars, tl::Options options = {}) {
  std::vector<tl::Event> events;
  options.events = &events;
  tl::evaluate_all(text, vars, options);
  std::string out;
  for (const tl::Event& event : events) {
    out += (out.empty() ? "" : "; ") + std::string(tl::to_string(event.kind)) + " " +
           event.expression + " @" + index_of(event);
  }
  return out;
}

}  // namespace

TEST_CASE("engine: events name the kind, the operation and the first element") {
  const std::vector<double> a{1, 2, 0, 0, 5, -1, 1e300, 1e-300, kInf};
  const std::vector<double> b{1, 2, 3, 0, 0, 4, 1e300, 1e-300, kInf};
  const std::vector<float> f{1, 3e38f, 1e-38f, -4, 2, 2, 2, 2, 0};
  const std::vector<std::int32_t> i{1, 2, 0, 4, 5, 6, 7, 8, 9};
  const std::vector<tl::Binding> list{{"a", a}, {"b", b}, {"f", f}, {"i", i}};
  const tl::Bindings vars(list);
  struct Row {
    const char* text;
    const char* events;
  };
  const std::vector<Row> rows = {
      {"a + b", ""},
      {"a - b", "invalid a - b @8"},
      {"a / b", "divide a / b @4; invalid a / b @3"},
      {"a * b", "overflow a * b @6; underflow a * b @7"},
      {"sqrt(a)", "invalid sqrt(a) @5"},
      {"log(a)", "divide log(a) @2; invalid log(a) @5"},
      {"exp(a)", "overflow exp(a) @6"},
      {"f * f", "overflow f * f @1; underflow f * f @2"},
      {"float32(a)", "overflow float32(a) @6; underflow float32(a) @7"},
      {"float16(f)", "overflow float16(f) @1; underflow float16(f) @2"},
      {"int8(f)", "invalid int8(f) @1"},
      {"saturate(f, 'int8')", ""},
      {"5 // i", "divide 5 // i @2"},
      {"5 % i", "divide 5 % i @2"},
      {"i // 3", ""},
      {"a // b", "divide a // b @4; invalid a // b @3"},
      {"where(b != 0, a, 0)", ""},
      {"minimum(a, b) < b", ""},
      {"sum(a / b)", "divide a / b @4; invalid a / b @3"},
      {"1 / 0 + a", "divide 1 / 0 @"},
      {"a * 1e300 * 1e300", "overflow a * 1e+300 @6"},
      {"sum(where(a < inf, 1.7e308, 0))", "overflow sum(where(a < inf, 1.7e+308, 0)) @"},
      {"prod(where(a < inf, 1e-300, 1))", "underflow prod(where(a < inf, 1e-300, 1)) @"},
      {"mean(a[0:0])", "invalid mean(a[0:0]) @"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(events_of(row.text, vars) == row.events);
  }
}

TEST_CASE("engine: events of half types come from the rounding, which happens once") {
  const std::vector<float> wide{300, 1, 200};
  const tl::Array h = tl::evaluate("float16(x)", {{"x", wide}});
  CHECK(events_of("sqrt(h**2)", {{"h", h}}) == "");
  CHECK(events_of("h**2", {{"h", h}}) == "overflow h**2 @0");
  tl::Options numpy;
  numpy.promotion = tl::Promotion::numpy;
  CHECK(events_of("sqrt(h**2)", {{"h", h}}, numpy) == "overflow h**2 @0");
}

TEST_CASE("engine: lanes past the end signal nothing, whatever the size") {
  for (std::size_t n : {1, 7, 8, 15, 16, 17, 31, 33, 63, 65, 1000}) {
    std::vector<double> x(n, 2.0), y(n, 4.0);
    CHECK(events_of("x / y + log(x)", {{"x", x}, {"y", y}}) == "");
    CHECK(events_of("sum(1 / x), max(x / y)", {{"x", x}, {"y", y}}) == "");
    x[n - 1] = 0;
    INFO(n);
    CHECK(events_of("y / x", {{"x", x}, {"y", y}}) == "divide y / x @" + std::to_string(n - 1));
    CHECK(events_of("sum(y / x)", {{"x", x}, {"y", y}}) ==
          "divide y / x @" + std::to_string(n - 1));
  }
}

TEST_CASE("engine: kinds that are to be raised are errors with a place") {
  const std::vector<double> a{1, 0, 4}, b{2, 0, 0};
  tl::Options options;
  options.raise = {K::invalid};
  try {
    tl::evaluate("a + a / b", {{"a", a}, {"b", b}}, options);
    FAIL("no error");
  } catch (const tl::Error& e) {
    CHECK(e.code() == tl::ErrorCode::arithmetic);
    CHECK(std::string(e.what()) == "invalid value in 'a / b' at index (1,)");
    CHECK(e.span() == tl::Span{4, 9});
  }
  options.raise = {K::overflow};
  CHECK(tl::evaluate("a / b", {{"a", a}, {"b", b}}, options).size() == 3);
  options.raise = tl::EventSet::all();
  CHECK_THROWS_AS((tl::lazy(a) / tl::lazy(b)).eval(options), tl::Error);
  CHECK_THROWS_AS(tl::compile("a / b", {{"a", tl::float64}, {"b", tl::float64}}, options)({a, b}),
                  tl::Error);
  CHECK_THROWS_AS(tl::evaluate("1 / 0", {}, options), tl::Error);
}

TEST_CASE("engine: looking for events changes no result and is forgotten afterwards") {
  const std::vector<double> a{1, -0.0, 4, 1e308}, b{2, 0, 0, 1e308};
  std::vector<tl::Event> events{{K::invalid, "old", {}, {}}};
  tl::Options options;
  options.events = &events;
  for (const char* text :
       {"a + b", "a / b", "sum(a)", "sum(a * b)", "-a", "prod(a, keepdims=True)"}) {
    INFO(text);
    const tl::Array plain = tl::evaluate(text, {{"a", a}, {"b", b}});
    const tl::Array watched = tl::evaluate(text, {{"a", a}, {"b", b}}, options);
    REQUIRE(plain.dtype() == watched.dtype());
    REQUIRE(plain.size() == watched.size());
    const auto bytes = static_cast<std::size_t>(plain.size()) * tl::itemsize(plain.dtype());
    CHECK(std::memcmp(plain.data(), watched.data(), bytes) == 0);
  }
  tl::evaluate("a - a", {{"a", a}}, options);
  CHECK(events.empty());
  std::vector<double> own = a;
  events_of("a + 1", {{"a", own}});
  tl::evaluate_into(own, "1 / a", {{"a", own}}, options);  // looks at the inputs as they were
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == K::divide);
  CHECK(index_of(events[0]) == "1");
  CHECK(events[1].kind == K::underflow);
  CHECK(index_of(events[1]) == "3");
}
