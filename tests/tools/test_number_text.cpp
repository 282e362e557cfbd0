// Printed numbers: shortest decimals that read back as the same element, in Python's spelling.
#include <charconv>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "catch.hpp"
#include "number_text.hpp"

using namespace tightloop;
using namespace tightloop::tool;

namespace {

double parse(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template <class T>
std::string text_of(T value) {
  return element_text(dtype_of<T>, &value);
}

/// Returns the magnitude with these bits, or the power of two after the largest.
double half(bool bfloat, int bits) {
  const int mantissa = bfloat ? 7 : 10;
  const int bias = bfloat ? 127 : 15;
  const int exponent = bits >> mantissa;
  const double fraction = bits & ((1 << mantissa) - 1);
  if (exponent == 0) return std::ldexp(fraction, 1 - bias - mantissa);
  return std::ldexp(fraction + (1 << mantissa), exponent - bias - mantissa);
}

/// Rounds to nearest even by search among the finite magnitudes.
int nearest_half(bool bfloat, double value) {
  int low = 0;
  int high = bfloat ? 0x7f80 : 0x7c00;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (half(bfloat, middle) <= value ? low : high) = middle;
  }
  const double middle = (half(bfloat, low) + half(bfloat, low + 1)) / 2;
  if (value == middle) return low % 2 == 0 ? low : low + 1;
  return value < middle ? low : low + 1;
}

}  // namespace

TEST_CASE("tools: reals are spelled as Python spells them") {
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(1.0) == "1.0");
  CHECK(text_of(-0.0) == "-0.0");
  CHECK(text_of(100000.0) == "100000.0");
  CHECK(text_of(1e15) == "1000000000000000.0");
  CHECK(text_of(1e16) == "1e+16");
  CHECK(text_of(123456789012345680.0) == "1.2345678901234568e+17");
  CHECK(text_of(0.0001) == "0.0001");
  CHECK(text_of(0.00001) == "1e-05");
  CHECK(text_of(5e-324) == "5e-324");
  CHECK(text_of(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(text_of(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(text_of(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(text_of(std::nan("")) == "nan");
  CHECK(text_of(0.1F) == "0.1");
  CHECK(text_of(16777216.0F) == "16777216.0");
  CHECK(text_of(3.4028235e38F) == "3.4028235e+38");
}

TEST_CASE("tools: integers, bools and complex numbers") {
  CHECK(text_of(std::int8_t{-128}) == "-128");
  CHECK(text_of(std::uint8_t{255}) == "255");
  CHECK(text_of(std::int16_t{-32768}) == "-32768");
  CHECK(text_of(std::uint16_t{65535}) == "65535");
  CHECK(text_of(std::numeric_limits<std::int32_t>::min()) == "-2147483648");
  CHECK(text_of(std::numeric_limits<std::uint32_t>::max()) == "4294967295");
  CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(text_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(text_of(true) == "True");
  CHECK(text_of(false) == "False");
  CHECK(text_of(std::complex<double>(1, 2)) == "(1+2j)");
  CHECK(text_of(std::complex<float>(0.1F, -2.5F)) == "(0.1-2.5j)");
  CHECK(text_of(std::complex<double>(-0.0, -0.0)) == "(-0-0j)");
  CHECK(text_of(std::complex<double>(std::nan(""), HUGE_VAL)) == "(nan+infj)");
}

TEST_CASE("tools: every finite half reads back, in few digits") {
  for (const bool bfloat : {false, true}) {
    const DType type = bfloat ? DType::bfloat16 : DType::float16;
    const int infinity = bfloat ? 0x7f80 : 0x7c00;
    for (int bits = 0; bits < 0x8000; ++bits) {
      const auto element = static_cast<std::uint16_t>(bits);
      const double value = load_real(type, &element);
      if (bits == infinity) {
        REQUIRE(element_text(type, &element) == "inf");
        continue;
      }
      if (bits > infinity) {
        REQUIRE(element_text(type, &element) == "nan");
        continue;
      }
      REQUIRE(value == half(bfloat, bits));
      const std::string text = element_text(type, &element);
      CAPTURE(bfloat, bits, text);
      REQUIRE(nearest_half(bfloat, parse(text)) == bits);
      REQUIRE(shortest(value, type).digits.size() <= 5);
      const auto negative = static_cast<std::uint16_t>(bits | 0x8000);
      REQUIRE(element_text(type, &negative) == "-" + text);
    }
  }
  const std::uint16_t third = 0x3555;
  CHECK(element_text(DType::float16, &third) == "0.3333");
  const std::uint16_t largest = 0x7bff;
  CHECK(element_text(DType::float16, &largest) == "65500.0");
  const std::uint16_t smallest = 1;
  CHECK(element_text(DType::float16, &smallest) == "6e-08");
}

TEST_CASE("tools: random float32 and float64 read back") {
  constexpr unsigned kSeed = 77;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double wide = 0;
    std::memcpy(&wide, &bits, sizeof wide);
    if (std::isfinite(wide)) REQUIRE(parse(text_of(wide)) == wide);
    float narrow = 0;
    std::memcpy(&narrow, &bits, sizeof narrow);
    if (std::isfinite(narrow)) REQUIRE(static_cast<float>(parse(text_of(narrow))) == narrow);
  }
}
