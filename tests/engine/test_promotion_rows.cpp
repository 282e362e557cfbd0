// Every row of the language's promotion table, as text and as templates. (The program's rows are in
// tests/tools.)
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

TEST_CASE("engine: every row of the promotion table, as text and as templates") {
  const std::vector<std::uint8_t> a{0, 255, 3, 200, 255}, b{255, 0, 10, 200, 255};
  const std::vector<std::int64_t> big{INT64_MAX, 1, -5, 0, INT64_MIN};
  const auto u = tl::lazy(a), v = tl::lazy(b);
  const auto w = tl::lazy(big);
  tl::Options wrap;
  wrap.overflow = tl::Overflow::wrap;
  struct Row {
    const char* text;
    tl::Array templated;
    tl::DType dtype;
    std::vector<std::int64_t> values;
  };
  const std::vector<Row> rows = {
      {"a - b", (u - v).eval(), tl::int16, {-255, 255, -7, 0, 0}},
      {"abs(a - b)", tl::abs(u - v).eval(), tl::uint8, {255, 255, 7, 0, 0}},
      {"a + b", (u + v).eval(), tl::uint16, {255, 255, 13, 400, 510}},
      {"a * b", (u * v).eval(), tl::uint16, {0, 0, 30, 40000, 65025}},
      {"(a - b)**2", tl::pow(u - v, 2).eval(), tl::uint16, {65025, 65025, 49, 0, 0}},
      {"a // 2", tl::floor_divide(u, 2).eval(), tl::uint8, {0, 127, 1, 100, 127}},
      {"a + 1000", (u + 1000).eval(), tl::uint16, {1000, 1255, 1003, 1200, 1255}},
      {"a > b", (u > v).eval(), tl::bool_, {0, 1, 0, 0, 0}},
      {"sum(abs(a - b))", tl::sum(tl::abs(u - v)).eval(), tl::uint64, {517}},
      {"c + c", (w + w).eval(wrap), tl::int64, {-2, 2, -10, 0, 0}},
  };
  for (const Row& row : rows) {
    const tl::Array text = tl::evaluate(row.text, {{"a", a}, {"b", b}, {"c", big}}, wrap);
    for (const tl::Array* r : {&text, &row.templated}) {
      INFO(row.text << (r == &text ? " as text" : " as a template"));
      CHECK(r->dtype() == row.dtype);
      REQUIRE(r->size() == static_cast<std::int64_t>(row.values.size()));
      const tl::Array wide = tl::evaluate("int64(x)", {{"x", *r}});
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        CHECK(wide.values<std::int64_t>()[i] == row.values[i]);
      }
    }
  }
  CHECK_THROWS_AS((w + w).eval(), tl::Error);
}
