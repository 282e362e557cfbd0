// Sizes, lengths and ranks as values, axes in any order, decimals: by every back end, in streams
// and in large shapes.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

Array shaped(const Dims& shape, DType dtype) {
  Array out(dtype, shape);
  auto* at = static_cast<std::uint8_t*>(out.data());
  for (std::size_t i = 0; i < static_cast<std::size_t>(out.size()) * itemsize(dtype); ++i) {
    at[i] = static_cast<std::uint8_t>(i % 2);
  }
  return out;
}

}  // namespace

TEST_CASE("engine: sizes are int64 numbers, whatever the elements hold") {
  for (int t = 0; t < kDTypeCount; ++t) {
    const Array x = shaped({3, 4, 5}, static_cast<DType>(t));
    INFO(name(x.dtype()));
    const std::vector<Array> all = evaluate_all(
        "x.size, len(x), x.ndim, x.shape[0], x.shape[-1], size(x, (0, 2)), x[1:, 0].size, "
        "x.T.shape[0], (x[0] == x[0]).ndim",
        {{"x", x}});
    const std::int64_t wanted[] = {60, 3, 3, 3, 5, 15, 10, 5, 2};
    REQUIRE(all.size() == 9);
    for (std::size_t i = 0; i < all.size(); ++i) {
      INFO(i);
      CHECK(all[i].dtype() == DType::int64);
      CHECK(all[i].shape() == Dims{});
      CHECK(all[i].item<std::int64_t>() == wanted[i]);
    }
  }
  const Array x = shaped({3, 4}, DType::float32);
  CHECK(evaluate("x / x.size", {{"x", x}}).dtype() == DType::float32);
  CHECK(evaluate("sum(x) / x.size - mean(x)", {{"x", x}}).item<double>() == 0);
  CHECK(evaluate("x.sum(axis=0) / len(x)", {{"x", x}}).shape() == Dims{4});
  CHECK(evaluate("size(3) + ndim(3)", {}).item<std::int64_t>() == 1);
  CHECK(evaluate("x.size", {{"x", shaped({0, 7}, DType::int8)}}).item<std::int64_t>() == 0);
  const std::uint8_t byte = 1;
  const ArrayView huge(&byte, DType::uint8, {std::int64_t{1} << 40, 3}, {0, 0});
  CHECK(evaluate("x.size", {{"x", huge}}).item<std::int64_t>() == std::int64_t{3} << 40);
  CHECK_THROWS_WITH(evaluate("len(x)", {{"x", 3}}), Catch::Contains("axis 0 is out of range"));
}

TEST_CASE("engine: one text sees the sizes of each call") {
  for (const Dims& shape : {Dims{4}, Dims{2, 3}, Dims{5, 1, 2}}) {
    Array x(DType::float64, shape);
    for (std::int64_t i = 0; i < x.size(); ++i) x.data<double>()[i] = 2;
    const Array y = evaluate("sum(x) / x.size + x.ndim", {{"x", x}});
    CHECK(y.item<double>() == 2 + shape.size());
  }
}

TEST_CASE("engine: axes in any order are a view") {
  Array x(DType::int32, {2, 3, 4});
  for (std::int32_t i = 0; i < 24; ++i) x.data<std::int32_t>()[static_cast<std::size_t>(i)] = i;
  const Array y = evaluate("transpose(x, (1, 0, 2)) + 0", {{"x", x}});
  REQUIRE(y.shape() == Dims{3, 2, 4});
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t k = 0; k < 4; ++k) {
        CHECK(y.data<std::int32_t>()[(i * 2 + j) * 4 + k] ==
              static_cast<std::int32_t>((j * 3 + i) * 4 + k));
      }
    }
  }
  CHECK(evaluate("sum(x.transpose(2, 0, 1)[3], axis=1)", {{"x", x}}).shape() == Dims{2});
  CHECK(
      evaluate("all(transpose(transpose(x, (2, 0, 1)), (1, 2, 0)) == x)", {{"x", x}}).item<bool>());
  CHECK_THROWS_WITH(evaluate("transpose(x, (0, 1))", {{"x", x}}), Catch::Contains("names 2 axes"));
  CHECK_THROWS_WITH(evaluate("transpose(x, (0, 1, 1))", {{"x", x}}), Catch::Contains("twice"));
  CHECK_THROWS_WITH(evaluate("transpose(x, (0, 1, 3))", {{"x", x}}),
                    Catch::Contains("out of range"));
}

TEST_CASE("engine: rounding to decimals") {
  const auto rounded = [](double x, const std::string& decimals) {
    return evaluate("round(x, " + decimals + ")", {{"x", x}}).item<double>();
  };
  CHECK(rounded(2.675, "1") == 2.7);
  CHECK(rounded(-1.25, "1") == -1.2);
  CHECK(rounded(1234.5, "-2") == 1200);
  CHECK(rounded(1e300, "10") == 1e300);
  CHECK(std::isinf(rounded(HUGE_VAL, "2")));
  CHECK(std::isnan(rounded(std::nan(""), "2")));
  CHECK(rounded(0.1, "300") == 0.1);
  const Array x = evaluate("float32(broadcast_to(0.126, (3,)))", {});
  CHECK(evaluate("round(x, 2)", {{"x", x}}).dtype() == DType::float32);
  CHECK(evaluate("round(x, 2)", {{"x", x}}).values<float>()[2] == 0.13F);
}
