// The 8-bit floats against the definition of OCP's OFP8: every code, and rounding by a search for
// the nearest of all values.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "catch.hpp"
#include "types/half.hpp"

using namespace tightloop;

namespace {

struct E4M3 {
  using Element = float8_e4m3fn_t;
  static constexpr int fraction_bits = 3, bias = 7;
  static constexpr int largest = 0x7e, overflow = 0x7f, nan = 0x7f;
  static bool is_nan(int code) { return code == 0x7f; }
  static bool is_infinite(int) { return false; }
};
struct E5M2 {
  using Element = float8_e5m2_t;
  static constexpr int fraction_bits = 2, bias = 15;
  static constexpr int largest = 0x7b, overflow = 0x7c, nan = 0x7e;
  static bool is_nan(int code) { return code > 0x7c; }
  static bool is_infinite(int code) { return code == 0x7c; }
};

/// The value of a code without sign as its fields say, whatever the format makes of it.
template <class F>
long double value_of(int code) {
  const int exponent = code >> F::fraction_bits;
  const int fraction = code & ((1 << F::fraction_bits) - 1);
  const int whole = exponent == 0 ? fraction : fraction + (1 << F::fraction_bits);
  return std::ldexp(static_cast<long double>(whole),
                    std::max(exponent, 1) - F::bias - F::fraction_bits);
}

/// The nearest code, of two as near the even one; where that is past the largest value, what stands
/// for overflow.
template <class F>
int nearest(long double x) {
  const int sign = std::signbit(x) ? 0x80 : 0;
  if (std::isnan(x)) return sign | F::nan;
  const long double size = std::fabs(x);
  if (size >= value_of<F>(F::largest + 1)) return sign | F::overflow;
  int best = 0;
  for (int code = 1; code <= F::largest + 1; ++code) {
    const long double distance = std::fabs(value_of<F>(code) - size);
    const long double least = std::fabs(value_of<F>(best) - size);
    if (distance < least || (distance == least && code % 2 == 0)) best = code;
  }
  return sign | (best > F::largest ? F::overflow : best);
}

template <class F, class T>
bool rounds_right(T x) {
  return round_to_half<typename F::Element>(x).bits == nearest<F>(static_cast<long double>(x));
}

template <class F>
void check_decoding() {
  using H = typename F::Element;
  for (int bits = 0; bits < 256; ++bits) {
    const int code = bits & 0x7f;
    const H held{static_cast<std::uint8_t>(bits)};
    const float x = to_float(held);
    CAPTURE(bits, x);
    CHECK(std::signbit(x) == (bits > 0x7f));
    if (F::is_nan(code)) {
      CHECK(std::isnan(x));
      CHECK(round_to_half<H>(x).bits == ((bits & 0x80) | F::nan));
    } else if (F::is_infinite(code)) {
      CHECK(std::isinf(x));
      CHECK(round_to_half<H>(x) == held);
    } else {
      CHECK(static_cast<long double>(std::fabs(x)) == value_of<F>(code));
      CHECK(to_double(held) == static_cast<double>(x));
      CHECK(round_to_half<H>(x) == held);
    }
  }
}

template <class F>
void check_rounding() {
  std::vector<double> doubles = {0.0, -0.0, HUGE_VAL, -HUGE_VAL, 1e300, 5e-324, 1e-40};
  for (int code = 0; code <= F::largest + 2; ++code) {
    const auto at = static_cast<double>(value_of<F>(code));
    const auto middle = static_cast<double>((value_of<F>(code) + value_of<F>(code + 1)) / 2);
    for (double x : {at, middle}) {
      for (double y : {x, std::nextafter(x, 0.0), std::nextafter(x, HUGE_VAL)}) {
        doubles.push_back(y);
        doubles.push_back(-y);
      }
      const auto f = static_cast<float>(x);
      doubles.push_back(static_cast<double>(std::nextafter(f, 0.0F)));
      doubles.push_back(static_cast<double>(std::nextafter(f, HUGE_VALF)));
    }
  }
  std::mt19937_64 random(80);
  for (int i = 0; i < 20000; ++i) {
    const auto f = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(f)) doubles.push_back(static_cast<double>(f));
    doubles.push_back(
        std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 40) - 72));
  }
  long wrong = 0;
  for (double x : doubles) {
    wrong += rounds_right<F>(x) ? 0 : 1;
    wrong += rounds_right<F>(static_cast<float>(x)) ? 0 : 1;
  }
  for (std::int64_t n = -70000; n <= 70000; n += 7) wrong += rounds_right<F>(n) ? 0 : 1;
  for (std::int64_t n = -520; n <= 520; ++n) wrong += rounds_right<F>(n) ? 0 : 1;
  wrong += rounds_right<F>(std::numeric_limits<std::int64_t>::min()) ? 0 : 1;
  wrong += rounds_right<F>(std::numeric_limits<std::uint64_t>::max()) ? 0 : 1;
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("types: every code of the 8-bit floats has the value that OFP8 says") {
  check_decoding<E4M3>();
  check_decoding<E5M2>();
}

TEST_CASE("types: numbers round to the nearest 8-bit float, ties to even") {
  check_rounding<E4M3>();
  check_rounding<E5M2>();
}

TEST_CASE("types: the ends of the 8-bit floats, and their one NaN of each sign") {
  const auto e4 = [](float x) { return int{round_to_half<float8_e4m3fn_t>(x).bits}; };
  const auto e5 = [](float x) { return int{round_to_half<float8_e5m2_t>(x).bits}; };
  CHECK(largest_finite(float8_e4m3fn) == 448);
  CHECK(largest_finite(float8_e5m2) == 57344);
  CHECK(least_normal(float8_e4m3fn) == 0x1p-6);
  CHECK(least_positive(float8_e4m3fn) == 0x1p-9);
  CHECK(least_normal(float8_e5m2) == 0x1p-14);
  CHECK(least_positive(float8_e5m2) == 0x1p-16);
  CHECK(e4(464) == 0x7e);
  CHECK(e4(std::nextafter(464.0F, 500.0F)) == 0x7f);
  CHECK(e4(-1e9F) == 0xff);
  CHECK(e4(HUGE_VALF) == 0x7f);
  CHECK(e5(61439) == 0x7b);
  CHECK(e5(61440) == 0x7c);
  CHECK(e5(-HUGE_VALF) == 0xfc);
  for (std::uint32_t bits : {0x7fc00000U, 0x7fa00000U, 0x7fe00001U, 0x7f800001U}) {
    CHECK(e4(std::bit_cast<float>(bits)) == 0x7f);
    CHECK(e5(std::bit_cast<float>(bits)) == 0x7e);
    CHECK(e5(std::bit_cast<float>(bits | 0x80000000U)) == 0xfe);
  }
}
