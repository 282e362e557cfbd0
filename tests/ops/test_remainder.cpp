// Exact remainders of floats against the C library's, over all exponents, subnormal numbers and
// special values.
#include "ops/remainder.hpp"

#include <limits>
#include <random>

#include "catch.hpp"

using tightloop::exact_fmod;

namespace {

template <class T, class Bits>
void check(T x, T y, int& differ) {
  const T got = exact_fmod(x, y), want = std::fmod(x, y);
  const bool both_nan = std::isnan(got) && std::isnan(want);
  if (both_nan || std::bit_cast<Bits>(got) == std::bit_cast<Bits>(want)) return;
  if (differ++ == 0) UNSCOPED_INFO("fmod(" << x << ", " << y << ") is " << got << ", not " << want);
}

template <class T, class Bits>
void check_random(int exponent_at, Bits exponents) {
  std::mt19937_64 random(5);
  int differ = 0;
  for (int i = 0; i < 60'000; ++i) {
    auto a = static_cast<Bits>(random()), b = static_cast<Bits>(random());
    // Near exponents, divisors of few digits, subnormal numbers.
    const Bits field = exponents << exponent_at;
    if (i % 3 == 1) {
      const Bits near = ((a >> exponent_at) & exponents) - static_cast<Bits>(random() % 70);
      b = (b & ~field) | ((near & exponents) << exponent_at);
    }
    if (i % 7 == 0) b &= ~Bits{0} << (random() % static_cast<unsigned>(exponent_at));
    if (i % 11 == 0) b &= ~field;
    if (i % 13 == 0) a &= ~field;
    check<T, Bits>(std::bit_cast<T>(a), std::bit_cast<T>(b), differ);
  }
  CHECK(differ == 0);
}

template <class T, class Bits>
void check_special() {
  using L = std::numeric_limits<T>;
  const T values[] = {0,
                      1,
                      2,
                      3,
                      static_cast<T>(0.1),
                      L::min(),
                      L::max(),
                      L::infinity(),
                      L::quiet_NaN(),
                      L::denorm_min(),
                      L::epsilon(),
                      static_cast<T>(1e30)};
  int differ = 0;
  for (T x : values) {
    for (T y : values) {
      for (T sx : {T{1}, T{-1}}) {
        for (T sy : {T{1}, T{-1}}) check<T, Bits>(sx * x, sy * y, differ);
      }
    }
  }
  CHECK(differ == 0);
}

}  // namespace

TEST_CASE("ops: remainders of floats are exact") {
  check_special<double, std::uint64_t>();
  check_special<float, std::uint32_t>();
  check_random<double, std::uint64_t>(52, 0x7ff);
  check_random<float, std::uint32_t>(23, 0xff);
}
