// Integer meanings: all pairs of 8-bit operands against plain arithmetic in int, and hand-worked
// values at the edges of the wider types.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "catch.hpp"
#include "ops/lanes.hpp"

using namespace tightloop;
using namespace tightloop::ops;

namespace {

int floor_div(int x, int y) {
  return y == 0 ? 0 : (x - ((x % y) + y) % y) / y;
}
int floor_mod(int x, int y) {
  return y == 0 ? 0 : ((x % y) + y) % y;
}

// The exact power, or what stands for it past the range of an int.
long long small_power(int x, int n) {
  if (n < 0) return x == 1 ? 1 : x == -1 ? (n % 2 == 0 ? 1 : -1) : 0;
  long long power = 1;
  for (int i = 0; i < n && std::llabs(power) < 100'000; ++i) power *= x;
  return power;
}

template <class T>
bool outside(long long x) {
  return x < std::numeric_limits<T>::min() || x > std::numeric_limits<T>::max();
}

template <class T>
int shifted_exactly(int x, int n) {
  return n < 0 || n >= 8 ? 0 : x * (1 << n);
}

template <class T>
struct Mismatches {
  long count = 0;
  void expect(Op op, long long exact, T x, T y) {
    count += apply<T>(op, x, y) != static_cast<T>(exact);
    count += overflows(op, x, y) != outside<T>(exact);
  }
  void expect_bool(Op op, bool wanted, T x, T y) { count += apply<bool>(op, x, y) != wanted; }
};

template <class T>
long count_pair_mismatches() {
  Mismatches<T> m;
  constexpr int lo = std::numeric_limits<T>::min(), hi = std::numeric_limits<T>::max();
  for (int a = lo; a <= hi; ++a) {
    for (int b = lo; b <= hi; ++b) {
      const auto x = static_cast<T>(a);
      const auto y = static_cast<T>(b);
      m.expect(Op::add, a + b, x, y);
      m.expect(Op::subtract, a - b, x, y);
      m.expect(Op::multiply, a * b, x, y);
      m.expect(Op::floor_divide, floor_div(a, b), x, y);
      m.expect(Op::mod, floor_mod(a, b), x, y);
      m.expect(Op::shift_left, shifted_exactly<T>(a, b), x, y);
      m.expect(Op::shift_right, b < 0 || b >= 8 ? (a < 0 ? -1 : 0) : a >> b, x, y);
      m.expect(Op::bit_and, a & b, x, y);
      m.expect(Op::bit_or, a | b, x, y);
      m.expect(Op::bit_xor, a ^ b, x, y);
      m.expect(Op::minimum, std::min(a, b), x, y);
      m.expect(Op::maximum, std::max(a, b), x, y);
      m.expect(Op::fmin, std::min(a, b), x, y);
      m.expect(Op::fmax, std::max(a, b), x, y);
      m.expect_bool(Op::less, a < b, x, y);
      m.expect_bool(Op::less_equal, a <= b, x, y);
      m.expect_bool(Op::greater, a > b, x, y);
      m.expect_bool(Op::greater_equal, a >= b, x, y);
      m.expect_bool(Op::equal, a == b, x, y);
      m.expect_bool(Op::not_equal, a != b, x, y);
      m.count += apply<std::uint8_t>(Op::absdiff, x, y) != std::abs(a - b);
      if (b <= 16) {
        const long long power = small_power(a, b);
        m.count += overflows(Op::pow, x, y) != outside<T>(power);
        if (!outside<T>(power)) m.count += apply<T>(Op::pow, x, y) != static_cast<T>(power);
      }
    }
  }
  return m.count;
}

template <class T>
long count_single_mismatches() {
  long count = 0;
  for (int a = std::numeric_limits<T>::min(); a <= std::numeric_limits<T>::max(); ++a) {
    const auto x = static_cast<T>(a);
    count += apply<T>(Op::negative, x) != static_cast<T>(-a);
    count += overflows(Op::negative, x) != outside<T>(-a);
    count += apply<T>(Op::square, x) != static_cast<T>(a * a);
    count += overflows(Op::square, x) != outside<T>(a * a);
    count += apply<std::uint8_t>(Op::abs, x) != std::abs(a);
    count += apply<T>(Op::sign, x) != (a > 0) - (a < 0);
    count += apply<T>(Op::invert, x) != static_cast<T>(~a);
    count += apply<bool>(Op::signbit, x) != (a < 0);
    for (Op same : {Op::positive, Op::floor, Op::ceil, Op::trunc, Op::round, Op::real, Op::conj}) {
      count += apply<T>(same, x) != x;
    }
    count += apply<T>(Op::imag, x) != 0;
    count += apply<bool>(Op::isnan, x) || apply<bool>(Op::isinf, x);
    count += !apply<bool>(Op::isfinite, x);
    for (int b = -300; b <= 300; b += 25) {
      const auto y = static_cast<T>(b);
      const auto z = static_cast<T>(b / 3);
      count += apply<T>(Op::fma, x, y, z) != static_cast<T>(a * y + z);
      count += overflows(Op::fma, x, y, z) != outside<T>(a * y + z);
      const T clipped = std::min(std::max(x, y), z);
      count += apply<T>(Op::clip, x, y, z) != clipped;
    }
  }
  return count;
}

}  // namespace

TEST_CASE("ops: 8-bit integers agree with plain arithmetic for all operands") {
  CHECK(count_pair_mismatches<std::int8_t>() == 0);
  CHECK(count_pair_mismatches<std::uint8_t>() == 0);
  CHECK(count_single_mismatches<std::int8_t>() == 0);
  CHECK(count_single_mismatches<std::uint8_t>() == 0);
}

template <class T>
void check_signed_integers_at_their_edges() {
  constexpr T lowest = std::numeric_limits<T>::min();
  constexpr T largest = std::numeric_limits<T>::max();
  constexpr T minus = -1;
  constexpr T width = sizeof(T) * 8;
  CHECK(apply<T>(Op::floor_divide, lowest, minus) == lowest);
  CHECK(overflows(Op::floor_divide, lowest, minus));
  CHECK(apply<T>(Op::mod, lowest, minus) == 0);
  CHECK(apply<T>(Op::floor_divide, lowest, T{0}) == 0);
  CHECK(apply<T>(Op::mod, largest, T{0}) == 0);
  CHECK(apply<T>(Op::floor_divide, T{-7}, T{2}) == -4);
  CHECK(apply<T>(Op::floor_divide, T{7}, T{-2}) == -4);
  CHECK(apply<T>(Op::mod, T{-7}, T{3}) == 2);
  CHECK(apply<T>(Op::mod, T{7}, T{-3}) == -2);
  CHECK(apply<T>(Op::add, largest, T{1}) == lowest);
  CHECK(apply<T>(Op::subtract, lowest, T{1}) == largest);
  CHECK(apply<T>(Op::multiply, lowest, minus) == lowest);
  CHECK(overflows(Op::multiply, lowest, minus));
  CHECK(apply<T>(Op::negative, lowest) == lowest);
  CHECK(overflows(Op::negative, lowest));
  using U = std::make_unsigned_t<T>;
  CHECK(apply<U>(Op::abs, lowest) == static_cast<U>(U{1} << (width - 1)));
  CHECK(apply<U>(Op::absdiff, lowest, largest) == std::numeric_limits<U>::max());
  CHECK(apply<T>(Op::shift_left, T{1}, static_cast<T>(width - 1)) == lowest);
  CHECK(overflows(Op::shift_left, T{1}, static_cast<T>(width - 1)));
  CHECK(apply<T>(Op::shift_left, T{1}, width) == 0);
  CHECK(!overflows(Op::shift_left, T{1}, width));
  CHECK(apply<T>(Op::shift_left, T{1}, minus) == 0);
  CHECK(apply<T>(Op::shift_right, lowest, width) == -1);
  CHECK(apply<T>(Op::shift_right, lowest, minus) == -1);
  CHECK(apply<T>(Op::shift_right, largest, minus) == 0);
  CHECK(apply<T>(Op::pow, T{0}, minus) == 0);
  CHECK(apply<T>(Op::pow, T{0}, T{0}) == 1);
  CHECK(apply<T>(Op::pow, T{1}, lowest) == 1);
  CHECK(apply<T>(Op::pow, minus, minus) == -1);
  CHECK(apply<T>(Op::pow, minus, lowest) == 1);
  CHECK(apply<T>(Op::pow, T{2}, minus) == 0);
  CHECK(apply<T>(Op::pow, T{-2}, static_cast<T>(width - 1)) == lowest);
  CHECK(!overflows(Op::pow, T{-2}, static_cast<T>(width - 1)));
  CHECK(apply<T>(Op::pow, T{2}, static_cast<T>(width - 1)) == lowest);
  CHECK(overflows(Op::pow, T{2}, static_cast<T>(width - 1)));
  CHECK(!overflows(Op::pow, T{0}, largest));
  CHECK(!overflows(Op::pow, minus, largest));
}

TEST_CASE("ops: signed integers at their edges") {
  check_signed_integers_at_their_edges<std::int8_t>();
  check_signed_integers_at_their_edges<std::int16_t>();
  check_signed_integers_at_their_edges<std::int32_t>();
  check_signed_integers_at_their_edges<std::int64_t>();
}

template <class T>
void check_unsigned_integers_at_their_edges() {
  constexpr T largest = std::numeric_limits<T>::max();
  constexpr T width = sizeof(T) * 8;
  CHECK(apply<T>(Op::multiply, largest, largest) == 1);
  CHECK(overflows(Op::multiply, largest, largest));
  CHECK(apply<T>(Op::square, largest) == 1);
  CHECK(apply<T>(Op::subtract, T{0}, T{1}) == largest);
  CHECK(apply<T>(Op::negative, T{1}) == largest);
  CHECK(!overflows(Op::negative, T{0}));
  CHECK(apply<T>(Op::fma, largest, largest, largest) == 0);
  CHECK(overflows(Op::fma, largest, largest, largest));
  CHECK(!overflows(Op::fma, largest, T{1}, T{0}));
  CHECK(apply<T>(Op::shift_left, largest, width) == 0);
  CHECK(apply<T>(Op::shift_right, largest, width) == 0);
  CHECK(apply<T>(Op::shift_right, largest, static_cast<T>(width - 1)) == 1);
  CHECK(apply<T>(Op::absdiff, T{0}, largest) == largest);
  CHECK(apply<T>(Op::floor_divide, largest, T{0}) == 0);
  CHECK(apply<T>(Op::mod, largest, T{10}) == largest % 10);
}

TEST_CASE("ops: unsigned integers at their edges") {
  check_unsigned_integers_at_their_edges<std::uint8_t>();
  check_unsigned_integers_at_their_edges<std::uint16_t>();
  check_unsigned_integers_at_their_edges<std::uint32_t>();
  check_unsigned_integers_at_their_edges<std::uint64_t>();
}

TEST_CASE("ops: 64-bit fused multiply-add is checked beyond 64 bits") {
  constexpr auto big = std::int64_t{1} << 32;
  CHECK(overflows(Op::fma, big, big, std::int64_t{-1}));
  CHECK(!overflows(Op::fma, big, std::int64_t{1} << 30, -big));
  constexpr auto half = std::int64_t{1} << 31;
  CHECK(!overflows(Op::fma, half, big, std::int64_t{-1}));
  CHECK(overflows(Op::fma, half, big, std::int64_t{0}));
}

TEST_CASE("ops: bools") {
  for (bool x : {false, true}) {
    CHECK(apply<bool>(Op::logical_not, x) == !x);
    CHECK(apply<bool>(Op::invert, x) == !x);
    for (bool y : {false, true}) {
      CHECK(apply<bool>(Op::logical_and, x, y) == (x && y));
      CHECK(apply<bool>(Op::bit_and, x, y) == (x && y));
      CHECK(apply<bool>(Op::logical_or, x, y) == (x || y));
      CHECK(apply<bool>(Op::bit_or, x, y) == (x || y));
      CHECK(apply<bool>(Op::logical_xor, x, y) == (x != y));
      CHECK(apply<bool>(Op::bit_xor, x, y) == (x != y));
      CHECK(apply<bool>(Op::minimum, x, y) == (x && y));
      CHECK(apply<bool>(Op::maximum, x, y) == (x || y));
      CHECK(apply<bool>(Op::less, x, y) == (!x && y));
      CHECK(apply<bool>(Op::where, x, y, !y) == (x ? y : !y));
    }
  }
}

TEST_CASE("ops: every element-wise row of the op table has a meaning") {
  for (int i = 0; i < kTableOps; ++i) {
    const auto op = static_cast<Op>(i);
    INFO(id(op));
    const bool composed = info(op).lowering == Lowering::composed;
    CHECK(has_meaning(op) == (info(op).kind == OpKind::elementwise && !composed));
    const bool math = info(op).lowering == Lowering::math;
    CHECK((!math || find_kernel(op, DType::float64).run != nullptr));
    if (!info(op).accepts_complex) CHECK(find_kernel(op, DType::complex128).run == nullptr);
  }
  CHECK(!has_meaning(Op::variable));
}
