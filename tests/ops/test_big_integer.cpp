// Wide integers against 128-bit arithmetic, identities at large sizes, and roundings.
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "catch.hpp"
#include "ops/big_integer.hpp"

using tightloop::BigInteger;
using tightloop::int128;

namespace {

int128 sample(std::mt19937_64& random) {
  const int bits = static_cast<int>(random() % 62);
  const auto value = static_cast<int128>(random() >> (63 - bits));
  return (random() & 1) != 0 ? -value : value;
}

int128 floored(int128 x, int128 y) {
  const int128 q = x / y;
  return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

BigInteger wide(std::mt19937_64& random, int limbs) {
  BigInteger value;
  for (int i = 0; i < limbs; ++i) {
    const std::uint64_t word = random() % 4 == 0 ? ~std::uint64_t{0} : random();
    value = (value << 64) + BigInteger(static_cast<int128>(random() % 5 == 0 ? 0 : word));
  }
  return (random() & 1) != 0 ? -value : value;
}

}  // namespace

TEST_CASE("ops: wide integers do what 128 bits do") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const int128 x = sample(random), y = sample(random);
    const BigInteger a(x), b(y);
    const int n = static_cast<int>(random() % 60);
    REQUIRE((a + b) == BigInteger(x + y));
    REQUIRE((a - b) == BigInteger(x - y));
    REQUIRE((a * b) == BigInteger(x * y));
    REQUIRE((a & b) == BigInteger(x & y));
    REQUIRE((a | b) == BigInteger(x | y));
    REQUIRE((a ^ b) == BigInteger(x ^ y));
    REQUIRE(~a == BigInteger(~x));
    REQUIRE((a << n) == BigInteger(x * (static_cast<int128>(1) << n)));
    REQUIRE((a >> n) == BigInteger(x >> n));
    REQUIRE((a < b) == (x < y));
    REQUIRE(a.narrow() == x);
    REQUIRE(a.low_word() == static_cast<std::uint64_t>(x));
    REQUIRE(a.to_double() == static_cast<double>(static_cast<std::int64_t>(x)));
    REQUIRE(a.to_float() == static_cast<float>(static_cast<std::int64_t>(x)));
    if (y != 0) REQUIRE(floor_divide(a, b) == BigInteger(floored(x, y)));
    const bool held =
        std::abs(static_cast<double>(x)) < 9e15 && std::abs(static_cast<double>(y)) < 9e15;
    if (y != 0 && held) {
      REQUIRE(true_divide(a, b) == static_cast<double>(x) / static_cast<double>(y));
    }
  }
}

TEST_CASE("ops: quotients and digits of wide integers come back") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 3000; ++i) {
    const BigInteger x = wide(random, static_cast<int>(random() % 20));
    const BigInteger y = wide(random, static_cast<int>(random() % 8));
    if (!y.is_zero()) {
      const BigInteger q = floor_divide(x, y), r = x - q * y;
      REQUIRE((r.is_zero() || r.is_negative() == y.is_negative()));
      REQUIRE((y.is_negative() ? r > y : r < y));
    }
    const std::string digits = x.to_string();
    const bool negative = digits.front() == '-';
    const BigInteger read = *BigInteger::parse(digits.substr(negative ? 1 : 0), 10);
    REQUIRE((negative ? -read : read) == x);
    REQUIRE(((x & y) + (x | y)) == x + y);
    const int n = static_cast<int>(random() % 200);
    REQUIRE(((x << n) >> n) == x);
    REQUIRE((x >> n) == (n == 0 ? x : floor_divide(x, BigInteger(1) << n)));
  }
}

TEST_CASE("ops: wide integers round once, to the nearest even") {
  const BigInteger one(1);
  CHECK((one << 1023).to_double() == std::ldexp(1.0, 1023));
  CHECK(std::isinf((one << 1024).to_double()));
  CHECK(((one << 1024) - one).to_double() == std::numeric_limits<double>::infinity());
  CHECK(((one << 1024) - (one << 970) - one).to_double() == std::numeric_limits<double>::max());
  CHECK(((one << 100) + (one << 47)).to_double() == std::ldexp(1.0, 100));
  CHECK(((one << 100) + (one << 47) + one).to_double() ==
        std::ldexp(1.0, 100) + std::ldexp(1.0, 48));
  CHECK(((one << 100) + (one << 76) + one).to_float() ==
        std::ldexp(1.0F, 100) + std::ldexp(1.0F, 77));
  CHECK((-(one << 128)).to_float() == -std::numeric_limits<float>::infinity());
  CHECK(BigInteger::parse("1" + std::string(44, '0'), 10)->to_double() == 1e44);
  CHECK(BigInteger::parse("1" + std::string(44, '0'), 10)->to_string() ==
        "1" + std::string(44, '0'));
  CHECK(true_divide(one << 1100, one << 1000) == std::ldexp(1.0, 100));
  CHECK(true_divide(one, one << 1074) == std::numeric_limits<double>::denorm_min());
  CHECK(true_divide(one, one << 1075) == 0.0);
  CHECK(true_divide(BigInteger(-3), one << 1075) == -2 * std::numeric_limits<double>::denorm_min());
  CHECK(true_divide(BigInteger(1), BigInteger(3)) == 1.0 / 3);
  CHECK_FALSE(BigInteger::parse("12a", 10));
  CHECK(BigInteger::parse("fF", 16) == BigInteger(255));
}
