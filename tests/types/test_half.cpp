// Half conversions against exact arithmetic in long double: all patterns, both sides of every
// rounding boundary, values that two roundings would get wrong, integers.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "catch.hpp"
#include "types/half.hpp"

using namespace tightloop;

namespace {

template <class H>
bool is_nan_pattern(std::uint16_t bits) {
  return (bits & 0x7fffU) > half_format<H>.infinity();
}

// The value of a finite pattern, from the definition of the format.
template <class H>
long double value_of(std::uint16_t bits) {
  constexpr BinaryFormat f = half_format<H>;
  const int exponent = (bits & 0x7fff) >> f.fraction_bits;
  const auto fraction = static_cast<long double>(bits & f.fraction_mask());
  const long double hidden = exponent == 0 ? 0 : std::ldexp(1.0L, f.fraction_bits);
  const int scale = (exponent == 0 ? 1 : exponent) - f.bias() - f.fraction_bits;
  const long double magnitude = std::ldexp(hidden + fraction, scale);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

// Rounds by the definition: the nearest multiple of the quantum, ties to even.
template <class H>
std::uint16_t rounded(long double x) {
  constexpr BinaryFormat f = half_format<H>;
  const auto sign = static_cast<std::uint16_t>(std::signbit(x) ? 0x8000 : 0);
  const long double magnitude = std::fabs(x);
  const int lowest = 1 - f.bias();
  if (magnitude == 0) return sign;
  const auto infinity = static_cast<std::uint16_t>(sign | f.infinity());
  if (std::isinf(x)) return infinity;
  const int binade = std::max(std::ilogb(magnitude), lowest);
  if (binade > f.bias()) return infinity;
  const long double quanta = std::nearbyint(std::ldexp(magnitude, f.fraction_bits - binade));
  const auto bits = (static_cast<std::uint64_t>(binade - lowest) << f.fraction_bits) +
                    static_cast<std::uint64_t>(quanta);
  return static_cast<std::uint16_t>(sign | std::min(bits, f.infinity()));
}

template <class H>
long count_round_trip_failures() {
  long failures = 0;
  for (unsigned pattern = 0; pattern < 65536; ++pattern) {
    const auto bits = static_cast<std::uint16_t>(pattern);
    const H half{bits};
    auto expected = bits;
    if (is_nan_pattern<H>(bits)) {
      expected = static_cast<std::uint16_t>(bits | half_format<H>.quiet_bit());
      failures += !std::isnan(to_float(half)) || !std::isnan(to_double(half));
      failures += std::signbit(to_float(half)) != ((bits & 0x8000) != 0);
    } else if ((bits & 0x7fffU) == half_format<H>.infinity()) {
      failures += !std::isinf(to_float(half)) || !std::isinf(to_double(half));
    } else {
      failures += static_cast<long double>(to_float(half)) != value_of<H>(bits);
      failures += static_cast<long double>(to_double(half)) != value_of<H>(bits);
      failures += std::signbit(to_float(half)) != ((bits & 0x8000) != 0);
    }
    failures += round_to_half<H>(to_float(half)).bits != expected;
    failures += round_to_half<H>(to_double(half)).bits != expected;
  }
  return failures;
}

// Every midpoint of neighbours, and the floats and doubles just beside it. A double just beside a
// midpoint becomes the midpoint when it is rounded to float first.
template <class H>
long count_boundary_failures() {
  long failures = 0;
  const auto infinity = static_cast<std::uint16_t>(half_format<H>.infinity());
  for (std::uint16_t low = 0; low < infinity; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const long double step =
        low + 1 == infinity ? value_of<H>(low) - value_of<H>(static_cast<std::uint16_t>(low - 1))
                            : value_of<H>(high) - value_of<H>(low);
    const auto middle = static_cast<double>(value_of<H>(low) + step / 2);
    const auto even = (low & 1) == 0 ? low : high;
    failures += round_to_half<H>(middle).bits != even;
    failures += round_to_half<H>(std::nextafter(middle, 0.0)).bits != low;
    failures += round_to_half<H>(std::nextafter(middle, HUGE_VAL)).bits != high;
    failures += round_to_half<H>(-std::nextafter(middle, HUGE_VAL)).bits != (high | 0x8000);
    const auto single = static_cast<float>(middle);
    failures += round_to_half<H>(single).bits != even;
    failures += round_to_half<H>(-single).bits != (even | 0x8000);
    failures += round_to_half<H>(std::nextafter(single, 0.0F)).bits != low;
    failures += round_to_half<H>(std::nextafter(single, HUGE_VALF)).bits != high;
  }
  return failures;
}

template <class H>
long count_random_failures(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  long failures = 0;
  for (int i = 0; i < 500'000; ++i) {
    const std::uint64_t bits = random();
    const auto single = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isnan(single)) failures += round_to_half<H>(single).bits != rounded<H>(single);
    const double wide = std::bit_cast<double>(random());
    if (!std::isnan(wide)) failures += round_to_half<H>(wide).bits != rounded<H>(wide);
    const double near =
        std::ldexp(static_cast<double>(bits >> 11), static_cast<int>(bits & 63) - 90);
    failures += round_to_half<H>(near).bits != rounded<H>(near);
    const std::uint64_t count = random() >> (bits & 63);
    const auto whole = static_cast<std::int64_t>(count);
    failures += round_to_half<H>(count).bits != rounded<H>(static_cast<long double>(count));
    failures += round_to_half<H>(whole).bits != rounded<H>(static_cast<long double>(whole));
    failures += round_to_half<H>(-whole).bits != rounded<H>(static_cast<long double>(-whole));
  }
  return failures;
}

}  // namespace

TEST_CASE("types: all half patterns convert exactly and come back") {
  CHECK(count_round_trip_failures<float16_t>() == 0);
  CHECK(count_round_trip_failures<bfloat16_t>() == 0);
}

TEST_CASE("types: halves round to nearest even at every boundary") {
  CHECK(count_boundary_failures<float16_t>() == 0);
  CHECK(count_boundary_failures<bfloat16_t>() == 0);
}

TEST_CASE("types: halves of random numbers and integers are rounded once") {
  const std::uint64_t seed = 20240607;
  CAPTURE(seed);
  CHECK(count_random_failures<float16_t>(seed) == 0);
  CHECK(count_random_failures<bfloat16_t>(seed) == 0);
}

TEST_CASE("types: landmarks of the half types") {
  CHECK(round_to_half<float16_t>(1.0F).bits == 0x3c00);
  CHECK(round_to_half<float16_t>(-0.0).bits == 0x8000);
  CHECK(half_max<float16_t>.bits == 0x7bff);
  CHECK(to_float(half_max<float16_t>) == 65504.0F);
  CHECK(to_double(float16_t{0x0001}) == 0x1p-24);
  CHECK(to_double(bfloat16_t{0x0001}) == 0x1p-133);
  CHECK(round_to_half<float16_t>(65519.99F).bits == 0x7bff);
  CHECK(round_to_half<float16_t>(65520.0F).bits == 0x7c00);
  CHECK(round_to_half<float16_t>(std::int64_t{-65520}).bits == 0xfc00);
  CHECK(round_to_half<float16_t>(0x1p-25).bits == 0);
  CHECK(round_to_half<float16_t>(std::nextafter(0x1p-25, 1.0)).bits == 1);
  CHECK(round_to_half<float16_t>(5e-324).bits == 0);
  CHECK(round_to_half<float16_t>(std::numeric_limits<double>::max()).bits == 0x7c00);
  CHECK(round_to_half<bfloat16_t>(std::numeric_limits<float>::max()).bits == 0x7f80);
  CHECK(round_to_half<bfloat16_t>(std::numeric_limits<std::uint64_t>::max()).bits == 0x5f80);
  CHECK(round_to_half<bfloat16_t>(std::numeric_limits<std::int64_t>::min()).bits == 0xdf00);
  CHECK(round_to_half<float16_t>(std::int64_t{2049}).bits == 0x6800);
  CHECK(round_to_half<float16_t>(std::uint64_t{2051}).bits == 0x6802);
}

TEST_CASE("types: NaN stays a quiet NaN with its sign") {
  const auto signalling = std::bit_cast<float>(std::uint32_t{0xff800001});
  CHECK(round_to_half<float16_t>(signalling).bits == 0xfe00);
  CHECK(round_to_half<bfloat16_t>(signalling).bits == 0xffc0);
  const auto low_payload = std::bit_cast<double>(std::uint64_t{0x7ff0000000000001});
  CHECK(round_to_half<float16_t>(low_payload).bits == 0x7e00);
  CHECK(round_to_half<bfloat16_t>(low_payload).bits == 0x7fc0);
  CHECK(std::bit_cast<std::uint32_t>(to_float(float16_t{0x7c01})) == 0x7fc02000);
  CHECK(std::bit_cast<std::uint32_t>(to_float(bfloat16_t{0xff81})) == 0xffc10000);
}
