// Leaves and literals of expression templates: what is borrowed, what counts as the same, how
// scalars are held, and the limits.
#include <array>
#include <complex>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "tightloop/lazy.hpp"

namespace tl = tightloop;
using tl::Op;
using tl::detail::flatten;
using tl::detail::Step;

namespace {

// The constant that a C++ scalar becomes beside an expression.
template <class T>
Step literal(T value) {
  const std::array<float, 1> x{};
  return flatten(tl::lazy(x) + value).steps[1];
}

template <class V>
V held(const Step& step) {
  V value;
  std::memcpy(&value, step.value, sizeof value);
  return value;
}

template <class T>
void check_literal(T value, tl::DType dtype) {
  const Step step = literal(value);
  CHECK(step.op == Op::constant);
  CHECK(step.dtype == dtype);
  switch (dtype) {
    case tl::bool_: CHECK(step.value[0] == (value != T(0) ? 1U : 0U)); break;
    case tl::complex128: break;
    case tl::float64:
      if constexpr (std::is_floating_point_v<T>) {
        CHECK(held<double>(step) == static_cast<double>(value));
      }
      break;
    default:
      if constexpr (std::is_integral_v<T>) {
        CHECK(step.value[0] == static_cast<std::uint64_t>(value));
      }
  }
  if (dtype != tl::complex128) CHECK(step.value[1] == 0);
}

}  // namespace

TEST_CASE("api: C++ scalars are the literals of the text") {
  check_literal(true, tl::bool_);
  check_literal(false, tl::bool_);
  check_literal(static_cast<signed char>(-5), tl::int64);
  check_literal('a', tl::int64);
  check_literal(short{-7}, tl::int64);
  check_literal(-1, tl::int64);
  check_literal(1L, tl::int64);
  check_literal(std::numeric_limits<long long>::min(), tl::int64);
  check_literal(static_cast<unsigned char>(200), tl::int64);
  check_literal(7U, tl::int64);
  check_literal(std::numeric_limits<std::uint64_t>::max() / 2, tl::int64);
  check_literal(std::numeric_limits<std::uint64_t>::max() / 2 + 1, tl::uint64);
  check_literal(std::numeric_limits<std::uint64_t>::max(), tl::uint64);
  check_literal(0.1F, tl::float64);
  check_literal(-0.0, tl::float64);
  CHECK(literal(-0.0).value[0] == std::uint64_t{1} << 63);
  check_literal(std::complex<float>(1, 2), tl::complex128);
  check_literal(std::complex<double>(1, 2), tl::complex128);
  CHECK(held<std::complex<double>>(literal(std::complex<float>(1.5F, -2))) ==
        std::complex<double>(1.5, -2));
}

TEST_CASE("api: lazy borrows whatever an argument accepts") {
  std::vector<double> vector(3);
  std::array<std::int16_t, 4> array{};
  const tl::Array owned(tl::complex64, {2, 3});
  const tl::ArrayView view = owned.view();
  const auto check = [](const auto& leaf, const void* data, tl::DType dtype,
                        const tl::Dims& shape) {
    const auto flat = flatten(leaf);
    CHECK(flat.leaf_count == 1);
    CHECK(flat.leaves()[0]->view().data() == data);
    CHECK(flat.leaves()[0]->view().dtype() == dtype);
    CHECK(flat.leaves()[0]->view().shape() == shape);
    CHECK(flat.leaves()[0]->view().readonly());
  };
  check(tl::lazy(vector), vector.data(), tl::float64, {3});
  check(tl::lazy(array), array.data(), tl::int16, {4});
  check(tl::lazy(std::span<double>(vector).first(2)), vector.data(), tl::float64, {2});
  check(tl::lazy(std::span<const double>(vector)), vector.data(), tl::float64, {3});
  check(tl::lazy(owned), owned.data(), tl::complex64, {2, 3});
  check(tl::lazy(view), owned.data(), tl::complex64, {2, 3});
  const auto weak = tl::lazy(2.5F);
  const auto scalar = flatten(weak);
  CHECK(scalar.leaves()[0]->weak());
  CHECK(scalar.leaves()[0]->scalar_dtype() == tl::float64);
}

namespace {

// Mistakes have an overload that says what to write instead.
template <class T>
inline constexpr bool kMeant = !std::is_same_v<T, tl::detail::Mistake>;

template <class T>
concept CanBeLazy = requires(T&& value) {
  requires kMeant<decltype(tl::lazy(std::forward<T>(value)))>;
};

template <class X, class Y>
concept CanAdd = requires(const X& x, const Y& y) {
  requires kMeant<decltype(x + y)>;
};

struct Foreign {};
using Leaf = tl::detail::Leaf;

}  // namespace

TEST_CASE("api: what cannot be a leaf or an operand does not compile") {
  STATIC_REQUIRE(CanBeLazy<std::vector<float>&>);
  STATIC_REQUIRE(CanBeLazy<const std::vector<float>&>);
  STATIC_REQUIRE_FALSE(CanBeLazy<std::vector<float>>);  // would dangle
  STATIC_REQUIRE_FALSE(CanBeLazy<std::array<float, 3>>);
  STATIC_REQUIRE_FALSE(CanBeLazy<tl::Array>);
  STATIC_REQUIRE_FALSE(CanBeLazy<std::vector<bool>&>);
  STATIC_REQUIRE_FALSE(CanBeLazy<Foreign&>);
  STATIC_REQUIRE_FALSE(CanBeLazy<const char(&)[4]>);
  STATIC_REQUIRE(CanBeLazy<int>);
  STATIC_REQUIRE(CanBeLazy<std::complex<float>>);
  STATIC_REQUIRE(CanAdd<Leaf, Leaf>);
  STATIC_REQUIRE(CanAdd<Leaf, int>);
  STATIC_REQUIRE(CanAdd<bool, Leaf>);
  STATIC_REQUIRE_FALSE(CanAdd<Leaf, Foreign>);
  STATIC_REQUIRE_FALSE(CanAdd<Leaf, std::vector<float>>);
  STATIC_REQUIRE_FALSE(CanAdd<Leaf, wchar_t>);
  STATIC_REQUIRE_FALSE(CanAdd<tl::Array, tl::Array>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Leaf, tl::ArrayView>);
  STATIC_REQUIRE(std::is_convertible_v<Leaf, tl::Array>);
  STATIC_REQUIRE(std::is_convertible_v<Leaf, double>);
  STATIC_REQUIRE(std::is_convertible_v<Leaf, std::complex<float>>);
}

TEST_CASE("api: equal leaves are one variable") {
  std::vector<float> x(8);
  std::vector<float> y(8);
  const auto leaves = [](const auto& e) { return flatten(e).leaf_count; };
  CHECK(leaves(tl::lazy(x) * tl::lazy(x)) == 1);
  CHECK(leaves(tl::lazy(x) * tl::lazy(y)) == 2);
  CHECK(leaves(tl::lazy(x) * tl::lazy(std::span(x))) == 1);
  CHECK(leaves(tl::lazy(x) * tl::lazy(std::span(x).first(7))) == 2);
  CHECK(leaves(tl::lazy(x) * tl::lazy(std::span(x).subspan(1))) == 2);
  const auto view = [&](tl::DType dtype, tl::Dims shape, tl::Dims strides,
                        tl::ByteOrder order = tl::ByteOrder::native) {
    return tl::lazy(
        tl::ArrayView(static_cast<const void*>(x.data()), dtype, shape, strides, order));
  };
  CHECK(leaves(tl::lazy(x) + view(tl::float32, {8}, {4})) == 1);
  CHECK(leaves(tl::lazy(x) + view(tl::int32, {8}, {4})) == 2);
  CHECK(leaves(tl::lazy(x) + view(tl::float32, {8}, {0})) == 2);
  CHECK(leaves(tl::lazy(x) + view(tl::float32, {1, 8}, {4, 4})) == 2);
  CHECK(leaves(tl::lazy(x) + view(tl::float32, {8}, {4}, tl::ByteOrder::swapped)) == 2);

  const auto e = tl::lazy(y) - tl::lazy(x) * tl::lazy(y) + tl::lazy(x);
  const auto flat = flatten(e);
  CHECK(flat.leaf_count == 2);
  CHECK(flat.leaves()[0]->view().data() == y.data());
  CHECK(flat.leaves()[1]->view().data() == x.data());
  const Op ops[] = {Op::variable, Op::variable, Op::variable, Op::multiply,
                    Op::subtract, Op::variable, Op::add};
  const int numbers[] = {0, 1, 0, 0, 0, 1, 0};
  REQUIRE(flat.steps.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(flat.steps[i].op == ops[i]);
    CHECK(flat.steps[i].leaf == numbers[i]);
  }
}

TEST_CASE("api: a weak scalar is one variable where it is the same object or expression") {
  const auto leaves = [](const auto& e) { return flatten(e).leaf_count; };
  int s = 3;
  const int same_value = 3;
  CHECK(leaves(tl::lazy(s) * tl::lazy(s)) == 1);
  CHECK(leaves(tl::lazy(s) * tl::lazy(same_value)) == 2);
  const auto weak = tl::lazy(2.5);
  CHECK(leaves(weak * weak + weak) == 1);
  const auto before = tl::lazy(s);
  s = 4;
  const auto product = before * tl::lazy(s);
  const auto both = flatten(product);
  CHECK(both.leaf_count == 2);
  std::int64_t first = 0;
  std::memcpy(&first, both.leaves()[0]->scalar(), sizeof first);
  CHECK(first == 3);
}

TEST_CASE("api: expressions are values that outlive their parts") {
  const std::vector<float> x(4);
  auto build = [&] {
    auto d = tl::lazy(x) - 1;
    auto e = tl::sum(d * d, tl::axis(0));
    return e;
  };
  const auto e = build();
  const auto copy = e;
  const auto a = flatten(e);
  const auto b = flatten(copy);
  CHECK(a.steps.size() == 8);
  CHECK(std::memcmp(a.steps.data(), b.steps.data(), sizeof a.steps) == 0);
  CHECK(a.leaf_count == 1);
  CHECK(a.leaves()[0]->view().data() == x.data());
}

namespace {

// x[0] + ... + x[2^depth - 1], where leaf i is element i of the block.
template <int kDepth>
auto sum_of(const float* block, bool distinct) {
  if constexpr (kDepth == 0) {
    return tl::lazy(tl::ArrayView(block, tl::Dims{1}));
  } else {
    const std::ptrdiff_t half = distinct ? std::ptrdiff_t{1} << (kDepth - 1) : 0;
    return sum_of<kDepth - 1>(block, distinct) + sum_of<kDepth - 1>(block + half, distinct);
  }
}

tl::ErrorCode code_of(void (*call)()) {
  try {
    call();
  } catch (const tl::Error& error) {
    return error.code();
  }
  return tl::ErrorCode::internal;
}

}  // namespace

TEST_CASE("api: at most 255 different leaves") {
  static const float block[256] = {};
  CHECK(code_of([] { flatten(sum_of<8>(block, true)); }) == tl::ErrorCode::limit);
  const auto repeated =
      std::make_unique<decltype(sum_of<8>(block, false))>(sum_of<8>(block, false));
  CHECK(flatten(*repeated).leaf_count == 1);
  const auto sum = sum_of<7>(block, true) + sum_of<6>(block + 128, true) +
                   sum_of<5>(block + 192, true) + sum_of<4>(block + 224, true) +
                   sum_of<3>(block + 240, true) + sum_of<2>(block + 248, true) +
                   sum_of<1>(block + 252, true) + sum_of<0>(block + 254, true);
  const auto most = flatten(sum);
  CHECK(most.leaf_count == 255);
  CHECK(most.leaves()[254]->view().data() == block + 254);
}

TEST_CASE("api: axes") {
  constexpr auto axes = tl::axis(0, -16, 15);
  STATIC_REQUIRE(axes.count == 3);
  STATIC_REQUIRE(axes.all == 0);
  STATIC_REQUIRE(axes.list[1] == -16);
  STATIC_REQUIRE(tl::axis().count == 0);
  CHECK(code_of([] { static_cast<void>(tl::axis(128)); }) == tl::ErrorCode::shape);
  CHECK(code_of([] { static_cast<void>(tl::axis(0, -129L)); }) == tl::ErrorCode::shape);
  CHECK(code_of([] { static_cast<void>(tl::axis(~0ULL - 200)); }) == tl::ErrorCode::shape);
}
