// Shapes from any range of integers, arrays of vectors, std::array as a destination.
#include <array>
#include <cstdint>
#include <list>
#include <span>
#include <tightloop/tightloop.hpp>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace tl = tightloop;

namespace {

double value_of(const char* text, tl::BindingsView vars) {
  return tl::evaluate(text, vars).item<double>();
}

/// The members of std::extents that are asked for.
struct TwoExtents {
  using index_type = unsigned;
  using rank_type = std::size_t;
  static constexpr rank_type rank() { return 2; }
  index_type extent(rank_type i) const { return i == 0 ? 2 : 3; }
};

}  // namespace

TEST_CASE("api: shapes of any range of integers, views with strides, arrays of vectors") {
  double data[6] = {0, 1, 2, 3, 4, 5};
  const std::vector<int> ints = {2, 3};
  const std::vector<std::size_t> sizes = {2, 3};
  const std::list<short> shorts = {2, 3};
  const std::array<unsigned, 2> array = {2, 3};
  const std::span<const int> span = ints;
  const int plain[2] = {2, 3};
  const tl::Dims want = {2, 3};
  CHECK((tl::Dims(ints) == want && tl::Dims(sizes) == want && tl::Dims(shorts) == want &&
         tl::Dims(array) == want && tl::Dims(span) == want && tl::Dims(plain) == want &&
         tl::Dims(shorts.begin(), shorts.end()) == want && tl::Dims(plain, plain + 2) == want));
  CHECK((tl::Dims(TwoExtents()) == want && tl::ArrayView(data, TwoExtents()).shape() == want));
  CHECK((tl::Dims(ints.begin() + 1, ints.end()) == tl::Dims{3} && tl::Dims(span.first(0)).empty()));
  const tl::ArrayView by_range(data, sizes);
  const tl::ArrayView transposed(data, {3, 2}, {8, 24});
  CHECK((by_range.shape() == want && transposed.strides() == tl::Dims{8, 24}));
  CHECK(value_of("x[1, 0] * 10 + y[0, 1]", {{"x", by_range}, {"y", transposed}}) == 33);
  const tl::Array flat(std::vector<float>{1, 2, 3, 4});
  const tl::Array square(std::vector<float>{1, 2, 3, 4}, {2, 2});
  CHECK((flat.shape() == tl::Dims{4} && square.values<float>()[3] == 4));
  std::vector<double> moved = {1, 2};
  const double* at = moved.data();
  const tl::Array taken(std::move(moved));
  CHECK(taken.data<double>() == at);
}

TEST_CASE("api: shapes that no array has are errors") {
  const auto code_of = [](auto make) {
    try {
      make();
    } catch (const tl::Error& e) {
      return e.code();
    }
    return tl::ErrorCode::internal;
  };
  const std::vector<float> three = {1, 2, 3};
  CHECK(code_of([&] { tl::Array(three, {2, 2}); }) == tl::ErrorCode::shape);
  // An unsigned extent does not become a negative one, which a message would show.
  const std::vector<std::uint64_t> huge = {~std::uint64_t{0}};
  CHECK(tl::Dims(huge)[0] == INT64_MAX);
  CHECK(code_of([&] { tl::Array(tl::float64, huge); }) == tl::ErrorCode::shape);
  const std::vector<int> negative = {-1};
  CHECK(code_of([&] { tl::Array(tl::float64, negative); }) == tl::ErrorCode::shape);
  const std::vector<int> many(17, 1);
  CHECK(code_of([&] { tl::Array(tl::float64, many); }) == tl::ErrorCode::limit);
}

TEST_CASE("api: a std::array is a destination") {
  const std::vector<double> x = {1, 2, 3};
  std::array<double, 3> out = {};
  tl::evaluate_into(out, "x + 1", {{"x", x}});
  CHECK(out[2] == 4);
  tl::assign(out, tl::lazy(x) * 3);
  CHECK(out[2] == 9);
}
