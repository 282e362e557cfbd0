// The evaluator on typed graphs built by hand: the exact promotion's shape of work, broadcasting,
// reductions at several depths, layouts of inputs and destinations, empty arrays, overflow.
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <numeric>

#include "catch.hpp"
#include "reference/typed_builder.hpp"
#include "types/half.hpp"

using namespace tightloop;
using namespace tightloop::reference;

namespace {

const std::uint8_t kA[] = {3, 252, 89};
const std::uint8_t kB[] = {10, 255, 19};

template <class T>
std::vector<T> counting(std::size_t n, T first = T{}) {
  std::vector<T> v(n);
  std::iota(v.begin(), v.end(), first);
  return v;
}

}  // namespace

TEST_CASE("reference: sum of absolute differences of bytes") {
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(kA, {3}));
  const NodeId b = g.array(ArrayView(kB, {3}));
  const NodeId narrow = g.op(Op::absdiff, uint8, {a, b});
  const NodeId wide =
      g.op(Op::subtract, int16, {g.op(Op::cast, int16, {a}), g.op(Op::cast, int16, {b})});
  const NodeId absolute = g.op(Op::cast, uint8, {g.op(Op::abs, uint16, {wide})});
  CHECK(g.values<std::uint8_t>(narrow) == std::vector<std::uint8_t>{7, 3, 70});
  CHECK(g.values<std::uint8_t>(absolute) == std::vector<std::uint8_t>{7, 3, 70});
  CHECK(g.value<std::uint64_t>(g.reduce(Op::sum, uint64, narrow)) == 80);
  CHECK(g.value<std::uint64_t>(g.reduce(Op::sum, uint64, absolute)) == 80);
  const NodeId signed_sum = g.reduce(Op::sum, int64, wide);
  CHECK(g.value<std::int64_t>(signed_sum) == -7 - 3 + 70);
}

TEST_CASE("reference: operands broadcast, weak scalars and constants too") {
  const auto row = counting<double>(3, 1);
  const std::vector<double> column{10, 20};
  TypedBuilder g;
  const NodeId x = g.array(ArrayView(row.data(), {3}));
  const NodeId y = g.array(ArrayView(column.data(), {2, 1}));
  const NodeId sum = g.op(Op::add, float64, {x, y});
  const NodeId scaled = g.op(Op::multiply, float64, {sum, g.weak(2.0)});
  const NodeId moved = g.op(Op::subtract, float64, {g.constant(1.0), scaled});
  CHECK(g.values<double>(moved) == std::vector<double>{-21, -23, -25, -41, -43, -45});
}

TEST_CASE("reference: a long array passes through many blocks") {
  const auto x = counting<std::int32_t>(10'000);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {100, 100}));
  const NodeId twice = g.op(Op::add, int32, {a, a});
  const auto values = g.values<std::int32_t>(twice);
  CHECK(values[0] == 0);
  CHECK(values[257] == 514);
  CHECK(values[9999] == 19998);
  CHECK(g.value<std::int64_t>(g.reduce(Op::sum, int64, twice)) == 99'990'000);
  CHECK(g.value<std::int32_t>(g.reduce(Op::max, int32, twice)) == 19998);
}

TEST_CASE("reference: reductions over any axes") {
  const auto x = counting<std::int16_t>(24);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3, 4}));
  using V = std::vector<std::int64_t>;
  CHECK(g.values<std::int64_t>(g.reduce(Op::sum, int64, a, {2})) == V{6, 22, 38, 54, 70, 86});
  CHECK(g.values<std::int64_t>(g.reduce(Op::sum, int64, a, {0})) ==
        V{12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34});
  CHECK(g.values<std::int64_t>(g.reduce(Op::sum, int64, a, {1})) ==
        V{12, 15, 18, 21, 48, 51, 54, 57});
  CHECK(g.values<std::int64_t>(g.reduce(Op::sum, int64, a, {0, -1})) == V{60, 92, 124});
  CHECK(g.values<std::int64_t>(g.reduce(Op::sum, int64, a, {-2, -1})) == V{66, 210});
  CHECK(g.values<std::int16_t>(g.reduce(Op::min, int16, a, {1})) ==
        std::vector<std::int16_t>{0, 1, 2, 3, 12, 13, 14, 15});
  const NodeId kept = g.reduce(Op::max, int16, a, {1}, true);
  CHECK(g.evaluate({kept})[0].shape() == Dims{2, 1, 4});
  CHECK(g.values<std::int64_t>(g.reduce(Op::prod, int64, a, {2}))[1] == 4 * 5 * 6 * 7);
}

TEST_CASE("reference: many results of a reduction pass through several tiles") {
  const auto x = counting<std::uint32_t>(3000);
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {1000, 3}));
  const NodeId rows = g.reduce(Op::sum, uint64, a, {1});
  const NodeId columns = g.reduce(Op::sum, uint64, g.transpose(a), {0});
  const auto by_row = g.values<std::uint64_t>(rows);
  CHECK(by_row == g.values<std::uint64_t>(columns));
  CHECK(by_row[999] == 2997 + 2998 + 2999);
  CHECK(by_row[256] == 768 + 769 + 770);
}

TEST_CASE("reference: reductions of reductions, with the mean of each level") {
  const std::vector<double> x{1, 2, 3, 4, 5, 9};
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3}));
  const NodeId sum = g.reduce(Op::sum, float64, a, {1}, true);
  const NodeId mean = g.op(Op::divide, float64, {sum, g.op(Op::extent, float64, {sum})});
  const NodeId centred = g.op(Op::subtract, float64, {a, mean});
  const NodeId squares = g.reduce(Op::sum, float64, g.op(Op::square, float64, {centred}), {1});
  const NodeId largest = g.reduce(Op::max, float64, squares);
  const NodeId scaled = g.op(Op::divide, float64, {squares, largest});
  CHECK(g.values<double>(squares) == std::vector<double>{2, 14});
  CHECK(g.values<double>(scaled) == std::vector<double>{2.0 / 14, 1});
  CHECK(g.value<double>(g.op(Op::extent, float64, {largest})) == 2);
  const auto both = g.evaluate({mean, scaled, largest});
  CHECK(both[0].shape() == Dims{2, 1});
  CHECK(both[0].values<double>()[1] == 6);
  CHECK(both[2].item<double>() == 14);
}

TEST_CASE("reference: float sums keep what cancels") {
  const std::vector<double> x{1e100, 1.0, -1e100, 1e-30, -0.5};
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {5}));
  CHECK(g.value<double>(g.reduce(Op::sum, float64, a)) == 0.5);
  const std::vector<float> zeros{-0.0F, -0.0F};
  const NodeId z = g.array(ArrayView(zeros.data(), {2}));
  CHECK(std::signbit(g.value<double>(g.reduce(Op::sum, float64, z))));
  const std::vector<double> infinite{HUGE_VAL, 1, 2};
  const NodeId i = g.array(ArrayView(infinite.data(), {3}));
  CHECK(g.value<double>(g.reduce(Op::sum, float64, i)) == HUGE_VAL);
  const std::vector<double> undefined{HUGE_VAL, 1, -HUGE_VAL};
  const NodeId u = g.array(ArrayView(undefined.data(), {3}));
  CHECK(std::isnan(g.value<double>(g.reduce(Op::sum, float64, u))));
  CHECK(g.value<double>(g.reduce(Op::prod, float64, i)) == HUGE_VAL);
}

TEST_CASE("reference: min and max propagate NaN and order zeros") {
  const std::vector<float> x{1, std::nanf(""), -3};
  const std::vector<float> z{0.0F, -0.0F};
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {3}));
  const NodeId b = g.array(ArrayView(z.data(), {2}));
  CHECK(std::isnan(g.value<float>(g.reduce(Op::min, float32, a))));
  CHECK(std::isnan(g.value<float>(g.reduce(Op::max, float32, a))));
  CHECK(std::signbit(g.value<float>(g.reduce(Op::min, float32, b))));
  CHECK(!std::signbit(g.value<float>(g.reduce(Op::max, float32, b))));
  const NodeId infinite = g.constant(HUGE_VALF);
  CHECK(g.value<float>(g.reduce(Op::min, float32, infinite)) == HUGE_VALF);
}

TEST_CASE("reference: complex sums and products, any and all") {
  using C = std::complex<float>;
  const std::vector<C> x{{1, 2}, {3, -1}, {HUGE_VALF, 0}};
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2}));
  const NodeId all = g.array(ArrayView(x.data() + 2, {1}));
  CHECK(g.value<std::complex<double>>(g.reduce(Op::sum, complex128, a)) ==
        std::complex<double>(4, 1));
  CHECK(g.value<std::complex<double>>(g.reduce(Op::prod, complex128, a)) ==
        std::complex<double>(5, 5));
  CHECK(g.value<std::complex<double>>(g.reduce(Op::prod, complex128, all)) ==
        std::complex<double>(HUGE_VAL, 0));
  const NodeId truth = g.op(Op::cast, bool_, {g.op(Op::imag, float32, {a})});
  CHECK(g.value<bool>(g.reduce(Op::all, bool_, truth)));
  const NodeId large = g.op(Op::greater, bool_, {g.op(Op::real, float32, {a}), g.constant(2.0F)});
  CHECK(!g.value<bool>(g.reduce(Op::all, bool_, large)));
  CHECK(g.value<bool>(g.reduce(Op::any, bool_, large)));
  CHECK(g.value<std::uint64_t>(g.reduce(Op::sum, uint64, large)) == 1);
  CHECK(g.value<bool>(g.reduce(Op::max, bool_, large)));
}

TEST_CASE("reference: half types are stored once and computed as float32") {
  std::vector<float16_t> x{round_to_half<float16_t>(300.0F), round_to_half<float16_t>(0.1F)};
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2}));
  const NodeId root = g.op(Op::sqrt, float16, {g.op(Op::square, float16, {a})});
  CHECK(to_float(g.values<float16_t>(root)[0]) == 300.0F);
  const NodeId rounded = g.op(Op::round_half, float16, {g.op(Op::square, float32, {a})});
  CHECK(to_float(g.values<float16_t>(rounded)[0]) == HUGE_VALF);
  const NodeId clipped = g.op(Op::saturate, bfloat16, {g.op(Op::exp, float32, {a})});
  CHECK(g.values<bfloat16_t>(clipped)[0].bits == half_max<bfloat16_t>.bits);
}

TEST_CASE("reference: inputs of any layout and byte order") {
  // Elements 2, 1, 0 of a byte-swapped int32 array at an odd address.
  std::vector<unsigned char> memory(1 + 12);
  for (unsigned i = 0; i < 3; ++i) memory[1 + 4 * i + 3] = static_cast<unsigned char>(i + 1);
  TypedBuilder g;
  const NodeId a = g.array(
      ArrayView(static_cast<const void*>(memory.data() + 9), int32, {3}, {-4}, ByteOrder::swapped));
  CHECK(g.values<std::int32_t>(a) == std::vector<std::int32_t>{3, 2, 1});
  const double one = 1.5;
  const NodeId same = g.array(ArrayView(static_cast<const void*>(&one), float64, {2, 2}, {0, 0}));
  CHECK(g.value<double>(g.reduce(Op::sum, float64, same)) == 6);
  const std::complex<double> z(1, 2);
  unsigned char bytes[16];
  for (int i = 0; i < 8; ++i) {
    bytes[i] = reinterpret_cast<const unsigned char*>(&z)[7 - i];
    bytes[8 + i] = reinterpret_cast<const unsigned char*>(&z)[15 - i];
  }
  const NodeId c =
      g.array(ArrayView(static_cast<const void*>(bytes), complex128, {}, {}, ByteOrder::swapped));
  CHECK(g.value<std::complex<double>>(c) == z);
}

TEST_CASE("reference: destinations of any layout and byte order") {
  const std::vector<float> x{1, 2, 3, 4};
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(x.data(), {2, 2}));
  g.graph.results = {a, a};
  std::vector<float> reversed(4);
  std::vector<unsigned char> swapped(1 + 16);
  const ArrayView outs[] = {
      ArrayView(static_cast<void*>(reversed.data() + 3), float32, {2, 2}, {-4, -8}),
      ArrayView(static_cast<void*>(swapped.data() + 1), float32, {2, 2}, {8, 4},
                ByteOrder::swapped)};
  CHECK(!evaluate(g.graph, g.shapes(), g.inputs, outs));
  CHECK(reversed == std::vector<float>{4, 2, 3, 1});
  CHECK(swapped[1] == 0x3f);
  CHECK(swapped[2] == 0x80);
  const ArrayView wrong[] = {outs[0], ArrayView(reversed.data(), {4})};
  CHECK_THROWS_AS(evaluate(g.graph, g.shapes(), g.inputs, wrong), Error);
}

TEST_CASE("reference: empty arrays and reductions of nothing") {
  const float none = 0;
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(&none, {0, 3}));
  const NodeId truth = g.op(Op::cast, bool_, {a});
  CHECK(g.values<float>(g.op(Op::negative, float32, {a})).empty());
  CHECK(g.value<double>(g.reduce(Op::sum, float64, a)) == 0);
  CHECK(!std::signbit(g.value<double>(g.reduce(Op::sum, float64, a))));
  CHECK(g.values<double>(g.reduce(Op::prod, float64, a, {0})) == std::vector<double>{1, 1, 1});
  CHECK(!g.value<bool>(g.reduce(Op::any, bool_, truth)));
  CHECK(g.value<bool>(g.reduce(Op::all, bool_, truth)));
  CHECK(g.values<double>(g.reduce(Op::sum, float64, a, {1})).empty());
  CHECK(g.value<std::uint64_t>(g.reduce(Op::prod, uint64, truth)) == 1);
  const NodeId sum = g.reduce(Op::sum, float64, a);
  CHECK(g.value<double>(g.op(Op::extent, float64, {sum})) == 0);
}

TEST_CASE("reference: overflow is located at its first element in C order") {
  constexpr std::int64_t big = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> x{1, 2, big, 4, big, 6};
  TypedBuilder g;
  g.graph.check_overflow = true;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3}));
  const NodeId sum = g.wrapping(Op::add, int64, {a, g.constant(std::int64_t{1})});
  const NodeId twice = g.wrapping(Op::add, int64, {sum, sum});
  g.evaluate({twice});
  REQUIRE(g.overflow);
  CHECK(g.overflow->node == sum);
  CHECK(g.overflow->index == Dims{0, 2});
  // Seen backwards, the first element in the node's own order is still the one reported.
  g.evaluate({g.slice(sum, {range({}, {}, -1), range({}, {}, -1)})});
  REQUIRE(g.overflow);
  CHECK(g.overflow->index == Dims{0, 2});
  // Elements that no result sees do not count.
  g.evaluate({g.slice(sum, {at(1), range({}, {})})});
  REQUIRE(g.overflow);
  CHECK(g.overflow->index == Dims{1, 1});
  g.evaluate({g.slice(sum, {range({}, {}), at(0)})});
  CHECK(!g.overflow);
  g.graph.check_overflow = false;
  g.evaluate({twice});
  CHECK(!g.overflow);
}

TEST_CASE("reference: overflow of reductions is that of the exact result") {
  constexpr std::int64_t big = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> x{big, 1, -2, big, big, 0};
  const std::vector<std::int64_t> y{std::int64_t{1} << 62, -2, big, 0};
  TypedBuilder g;
  g.graph.check_overflow = true;
  const NodeId a = g.array(ArrayView(x.data(), {2, 3}));
  CHECK(g.values<std::int64_t>(g.reduce(Op::sum, int64, a, {1}))[0] == big - 1);
  REQUIRE(g.overflow);
  CHECK(g.overflow->index == Dims{1});
  const NodeId p = g.array(ArrayView(y.data(), {2}));
  CHECK(g.value<std::int64_t>(g.reduce(Op::prod, int64, p)) ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(!g.overflow);
  const NodeId q = g.array(ArrayView(y.data(), {3}));
  g.evaluate({g.reduce(Op::prod, int64, q)});
  REQUIRE(g.overflow);
  CHECK(g.overflow->index == Dims{});
  const NodeId r = g.array(ArrayView(y.data(), {4}));
  CHECK(g.value<std::int64_t>(g.reduce(Op::prod, int64, r)) == 0);
  CHECK(!g.overflow);
}

TEST_CASE("reference: a graph that is not well typed is our bug, not a crash") {
  const float x = 1;
  TypedBuilder g;
  const NodeId a = g.array(ArrayView(&x, {}));
  const NodeId b = g.constant(1.0);
  CHECK_THROWS_AS(g.evaluate({g.op(Op::add, float64, {a, b})}), Error);
  CHECK_THROWS_AS(g.evaluate({g.op(Op::bit_and, float32, {a, a})}), Error);
  CHECK_THROWS_AS(g.evaluate({g.op(Op::add, float64, {a, a})}), Error);
  CHECK_THROWS_AS(g.evaluate({g.reduce(Op::sum, float32, a)}), Error);
  CHECK_THROWS_AS(g.evaluate({g.op(Op::where, float32, {a, a, a})}), Error);
}
