// Views inside expressions: slices, transposes, reshapes that no strides can express, and graphs
// that see one operand along very many paths.
#include <limits>
#include <numeric>

#include "catch.hpp"
#include "reference/typed_builder.hpp"

using namespace tightloop;
using namespace tightloop::reference;

namespace {

using Ints = std::vector<std::int32_t>;

Ints counting(std::size_t n) {
  Ints v(n);
  std::iota(v.begin(), v.end(), 0);
  return v;
}

}  // namespace

TEST_CASE("reference: slices with negative steps, indices and new axes") {
  const Ints x = counting(12);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {3, 4}));
  CHECK(g.values<std::int32_t>(g.slice(a, {range({}, {}, -1), range(3, 0, -2)})) ==
        Ints{11, 9, 7, 5, 3, 1});
  CHECK(g.values<std::int32_t>(g.slice(a, {at(-1)})) == Ints{8, 9, 10, 11});
  CHECK(g.value<std::int32_t>(g.slice(a, {at(1), at(2)})) == 6);
  const NodeId column = g.slice(a, {ellipsis(), at(0), new_axis()});
  CHECK(g.evaluate({column})[0].shape() == Dims{3, 1});
  const NodeId table = g.op(Op::subtract, int32, {g.slice(a, {at(0)}), column});
  CHECK(g.values<std::int32_t>(table) == Ints{0, 1, 2, 3, -4, -3, -2, -1, -8, -7, -6, -5});
  CHECK(g.values<std::int32_t>(g.slice(a, {range(2, 2)})).empty());
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  CHECK(g.values<std::int32_t>(g.slice(a, {range(1, far, far), range(-far, far, far)})) == Ints{4});
}

TEST_CASE("reference: views of computed values see the computed values") {
  const Ints x = counting(6);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3}));
  const NodeId b = g.op(Op::multiply, int32, {a, a});
  CHECK(g.values<std::int32_t>(g.transpose(b)) == Ints{0, 9, 1, 16, 4, 25});
  const NodeId difference =
      g.op(Op::subtract, int32,
           {g.slice(b, {ellipsis(), range(1, {})}), g.slice(b, {ellipsis(), range({}, -1)})});
  CHECK(g.values<std::int32_t>(difference) == Ints{1, 3, 7, 9});
  const NodeId wide = g.broadcast_to(g.slice(b, {range({}, {}), range(0, 1)}), {2, 2, 2});
  CHECK(g.values<std::int32_t>(wide) == Ints{0, 0, 9, 9, 0, 0, 9, 9});
  const NodeId sums = g.reduce(Op::sum, int64, b, {1});
  const NodeId backwards = g.slice(sums, {range({}, {}, -1)});
  CHECK(g.values<std::int64_t>(backwards) == std::vector<std::int64_t>{50, 5});
}

TEST_CASE("reference: reshapes that no strides can express") {
  const Ints x = counting(6);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3}));
  const NodeId t = g.transpose(a);
  const NodeId flat = g.reshape(t, {6});
  CHECK(g.values<std::int32_t>(flat) == Ints{0, 3, 1, 4, 2, 5});
  const NodeId mixed = g.reshape(g.op(Op::add, int32, {t, t}), {2, -1});
  CHECK(g.values<std::int32_t>(mixed) == Ints{0, 6, 2, 8, 4, 10});
  const NodeId again = g.transpose(g.reshape(g.transpose(mixed), {2, 3}));
  // mixed is [[0, 6, 2], [8, 4, 10]]; transposed and read as [[0, 8, 6], [4, 2, 10]].
  CHECK(g.values<std::int32_t>(again) == Ints{0, 4, 8, 2, 6, 10});
}

TEST_CASE("reference: reshapes there and back, and unit axes") {
  const Ints x = counting(24);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3, 4}));
  const NodeId t = g.transpose(a);
  const NodeId there = g.reshape(g.reshape(t, {24}), {4, 3, 2});
  const NodeId zero = g.op(Op::subtract, int32, {there, t});
  CHECK(g.values<std::int32_t>(zero) == Ints(24, 0));
  const NodeId unit = g.reshape(t, {4, 1, 3, 2, 1});
  CHECK(g.values<std::int32_t>(unit) == g.values<std::int32_t>(t));
  const NodeId groups = g.reduce(Op::sum, int64, g.reshape(t, {6, 4}), {1});
  CHECK(g.values<std::int64_t>(groups) ==
        std::vector<std::int64_t>{0 + 12 + 4 + 16, 8 + 20 + 1 + 13, 5 + 17 + 9 + 21,
                                  2 + 14 + 6 + 18, 10 + 22 + 3 + 15, 7 + 19 + 11 + 23});
}

TEST_CASE("reference: repeated differences share their shifted operands") {
  // The 20th difference of 2^i is 2^i; without sharing there would be a million paths.
  std::vector<std::int64_t> x(40);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::int64_t{1} << i;
  TypedBuilder g;
  NodeId d = g.array(ArrayView(x.data(), {40}));
  for (int i = 0; i < 20; ++i) {
    d = g.op(Op::subtract, int64, {g.slice(d, {range(1, {})}), g.slice(d, {range({}, -1)})});
  }
  const auto values = g.values<std::int64_t>(d);
  REQUIRE(values.size() == 20);
  CHECK(values[0] == 1);
  CHECK(values[19] == std::int64_t{1} << 19);
}

TEST_CASE("reference: long chains of views and operations need no recursion") {
  const Ints x = counting(4);
  TypedBuilder g;
  NodeId n = g.array(ArrayView(x.data(), {2, 2}));
  const NodeId first = n;
  for (int i = 0; i < 10'000; ++i) n = g.transpose(n);
  for (int i = 0; i < 10'000; ++i) n = g.op(Op::add, int32, {n, first});
  CHECK(g.values<std::int32_t>(n) == Ints{0, 10'001, 20'002, 30'003});
}

TEST_CASE("reference: an expression with too many paths is refused") {
  // Each level adds a shift by another power of two: 2^24 different shifts in all.
  const std::int32_t one = 1;
  TypedBuilder g;
  NodeId n =
      g.array(ArrayView(static_cast<const void*>(&one), int32, {std::int64_t{1} << 25}, {0}));
  for (int i = 0; i < 24; ++i) {
    const std::int64_t shift = std::int64_t{1} << i;
    n = g.op(Op::add, int32, {g.slice(n, {range(shift, {})}), g.slice(n, {range({}, -shift)})});
  }
  bool refused = false;
  try {
    g.evaluate({g.slice(n, {range(0, 1)})});
  } catch (const Error& e) {
    refused = e.code() == ErrorCode::limit;
  }
  CHECK(refused);
}
