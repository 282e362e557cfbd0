// What the library tells of an expression without evaluating it: types, parts, code.
#include <cstdint>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

const std::vector<std::uint8_t> kBytes(12, 3);

ArrayView matrix() {
  return {kBytes.data(), Dims{3, 4}};
}

/// Part by text; fails where there is none.
Part find(const std::vector<Part>& list, const std::string& text) {
  for (const Part& part : list) {
    if (part.text == text) return part;
  }
  FAIL("no part is " + text);
  return {};
}

}  // namespace

TEST_CASE("api: results have types before they are evaluated") {
  const std::string text = "d = a - 1; d, sum(d, axis=0), mean(a) * 2.0, 3, a[1:, ::2] > 1";
  const auto types = result_types(text, {{"a", matrix()}});
  const auto results = evaluate_all(text, {{"a", matrix()}});
  REQUIRE(types.size() == results.size());
  for (std::size_t i = 0; i < types.size(); ++i) {
    CHECK(types[i].dtype == results[i].dtype());
    CHECK(types[i].shape == results[i].shape());
    CHECK(types[i].constant == (i == 3));
  }
  Options numpy;
  numpy.promotion = Promotion::numpy;
  CHECK(result_types("a - 1", {{"a", matrix()}}, numpy)[0].dtype == uint8);
}

TEST_CASE("api: what cannot be evaluated has no type") {
  const std::vector<double> x(5);
  try {
    result_types("a + x", {{"a", matrix()}, {"x", x}});
    FAIL("shapes that do not fit were accepted");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::shape);
    CHECK(e.source() == "a + x");
  }
  CHECK_THROWS_AS(result_types("a +", {{"a", matrix()}}), Error);
  CHECK_THROWS_AS(parts("b", {{"a", matrix()}}), Error);
  CHECK_THROWS_AS(kernel_code("b", CodeForm::ir), Error);
}

TEST_CASE("api: parts have dtypes, shapes and ranges") {
  const auto list = parts("d = a - 7; sum(abs(d), axis=-1), d", {{"a", matrix()}});
  const Part a = find(list, "a");
  CHECK(a.dtype == uint8);
  CHECK(a.shape == Dims{3, 4});
  CHECK(a.lowest == "0");
  CHECK(a.highest == "255");
  CHECK(a.results.empty());
  const Part d = find(list, "a - 7");
  CHECK(d.dtype == int16);
  CHECK(d.lowest == "-7");
  CHECK(d.highest == "248");
  CHECK(d.results == std::vector<int>{1});
  CHECK(d.span == Span{4, 9});
  const Part sum = find(list, "sum(abs(a - 7), axis=-1)");
  CHECK(sum.dtype == uint64);
  CHECK(sum.shape == Dims{3});
  CHECK(sum.highest == "18446744073709551615");
  CHECK(sum.results == std::vector<int>{0});
  CHECK(find(list, "7").constant);
  CHECK(find(parts("x * 2.0", {{"x", std::vector<float>(3)}}), "x * 2.0").lowest.empty());
  CHECK(find(parts("-9223372036854775807 - 1"), "-9223372036854775807 - 1").lowest ==
        "-9223372036854775808");
}

TEST_CASE("api: kernels are shown as IR and as assembly") {
  if (cache_info().backend != "jit") {
    CHECK_THROWS_AS(kernel_code("1 + 1", CodeForm::ir), Error);
    return;
  }
  const std::vector<float> x(100);
  const std::string text = "(x - mean(x)) @ x";
  const std::string ir = kernel_code(text, CodeForm::ir, {{"x", x}});
  CHECK(ir.find("; stage 0\n") == 0);
  CHECK(ir.find("define ") != std::string::npos);
  CHECK(ir.find("; stage 1") != std::string::npos);
  const std::string assembly = kernel_code("x + 1", CodeForm::assembly, {{"x", x}});
  CHECK(assembly.find("# stage 0\n") == 0);
  CHECK(assembly.find("ret") != std::string::npos);
}
