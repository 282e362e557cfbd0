// Conversions between lanes at every boundary: wrapping, truncation, saturation, single rounding.
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>

#include "catch.hpp"
#include "ops/lanes.hpp"
#include "types/half.hpp"

using namespace tightloop;
using namespace tightloop::ops;

namespace {
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
}  // namespace

template <class T>
void check_floats_to_integers_truncate_and_saturate() {
  using L = std::numeric_limits<T>;
  const double above = std::ldexp(1.0, L::digits);
  const double below = L::is_signed ? -above : 0.0;
  const bool narrow = sizeof(T) <= 4;  // then doubles hold every value
  CHECK(cast_lane<T>(kNan) == 0);
  CHECK(cast_lane<T>(std::nanf("")) == 0);
  CHECK(cast_lane<T>(kInf) == L::max());
  CHECK(cast_lane<T>(-kInf) == L::min());
  CHECK(cast_lane<T>(HUGE_VALF) == L::max());
  CHECK(cast_lane<T>(-HUGE_VALF) == L::min());
  CHECK(cast_lane<T>(above) == L::max());
  CHECK(cast_lane<T>(static_cast<float>(above)) == L::max());
  CHECK(cast_lane<T>(std::nextafter(above, 0.0)) ==
        (narrow ? L::max() : static_cast<T>(std::nextafter(above, 0.0))));
  CHECK(cast_lane<T>(below) == L::min());
  CHECK(cast_lane<T>(below - 0.75) == L::min());
  CHECK(cast_lane<T>(below * 2 - 1) == L::min());
  CHECK(cast_lane<T>(0.99) == 0);
  CHECK(cast_lane<T>(-0.99) == 0);
  CHECK(cast_lane<T>(1.99F) == 1);
  CHECK(cast_lane<T>(-1.99F) == (L::is_signed ? static_cast<T>(-1) : T{0}));
  CHECK(saturate_lane<T>(kNan) == 0);
  CHECK(saturate_lane<T>(1e300) == L::max());
  CHECK(saturate_lane<T>(-1e300) == L::min());
  CHECK(saturate_lane<T>(std::numeric_limits<std::int64_t>::min()) == L::min());
  CHECK(saturate_lane<T>(std::numeric_limits<std::uint64_t>::max()) == L::max());
  CHECK(saturate_lane<T>(true) == 1);
}

TEST_CASE("ops: floats to integers truncate and saturate") {
  check_floats_to_integers_truncate_and_saturate<std::int8_t>();
  check_floats_to_integers_truncate_and_saturate<std::int16_t>();
  check_floats_to_integers_truncate_and_saturate<std::int32_t>();
  check_floats_to_integers_truncate_and_saturate<std::int64_t>();
  check_floats_to_integers_truncate_and_saturate<std::uint8_t>();
  check_floats_to_integers_truncate_and_saturate<std::uint16_t>();
  check_floats_to_integers_truncate_and_saturate<std::uint32_t>();
  check_floats_to_integers_truncate_and_saturate<std::uint64_t>();
}

TEST_CASE("ops: integers wrap between types") {
  CHECK(cast_lane<std::int8_t>(std::int64_t{128}) == -128);
  CHECK(cast_lane<std::uint8_t>(std::int8_t{-1}) == 255);
  CHECK(cast_lane<std::uint64_t>(std::int8_t{-1}) == std::numeric_limits<std::uint64_t>::max());
  CHECK(cast_lane<std::int64_t>(std::uint8_t{255}) == 255);
  CHECK(cast_lane<std::int32_t>(true) == 1);
  const LaneKernel kernel = find_cast(DType::uint64, DType::int64);
  const std::uint64_t values[] = {1, std::uint64_t{1} << 63, 5, ~std::uint64_t{0}};
  const void* args[] = {values};
  REQUIRE(kernel.overflow != nullptr);
  CHECK(kernel.overflow(args, 0, 4) == 1);
  CHECK(kernel.overflow(args, 2, 4) == 3);
  CHECK(kernel.overflow(args, 2, 3) == 3);
}

TEST_CASE("ops: 64-bit integers to floats round once") {
  // Rounding to float64 first would lose the last bit and make a tie of it.
  CHECK(cast_lane<float>(std::int64_t{0x1000001'00000001}) == 0x1.000002p56F);
  CHECK(cast_lane<float>(std::uint64_t{0x8000008'000000001U}) == 0x1.000002p67F / 16);
  CHECK(cast_lane<float>(std::uint64_t{0xffffffff'ffffffffU}) == 0x1p64F);
  CHECK(cast_lane<double>(std::uint64_t{0xffffffff'fffffbffU}) == 0x1.fffffffffffffp63);
  CHECK(cast_lane<double>(std::numeric_limits<std::int64_t>::max()) == 0x1p63);
  CHECK(cast_lane<float>(1.0 + 0x1p-24) == 1.0F);
  CHECK(cast_lane<float>(1.0 + 0x1.8p-24) == 1.0F + 0x1p-23F);
  CHECK(cast_lane<float>(1e300) == HUGE_VALF);
}

TEST_CASE("ops: casts to bool test for non-zero") {
  CHECK(cast_lane<bool>(kNan));
  CHECK(cast_lane<bool>(5e-324));
  CHECK(!cast_lane<bool>(-0.0));
  CHECK(cast_lane<bool>(std::int64_t{256}));
  CHECK(cast_lane<bool>(std::complex<float>(0, 1)));
  CHECK(cast_lane<bool>(std::complex<double>(0, kNan)));
  CHECK(!cast_lane<bool>(std::complex<double>(-0.0, 0)));
  CHECK(saturate_lane<bool>(-3.5));
  CHECK(saturate_lane<bool>(std::uint8_t{200}));
}

TEST_CASE("ops: complex casts") {
  using C = std::complex<double>;
  CHECK(cast_lane<double>(C(1.5, 9)) == 1.5);
  CHECK(cast_lane<std::int8_t>(C(300, 9)) == 127);
  CHECK(cast_lane<C>(-2.5F) == C(-2.5, 0));
  CHECK(!std::signbit(cast_lane<C>(-2.5F).imag()));
  CHECK(cast_lane<std::complex<float>>(std::uint8_t{7}) == std::complex<float>(7, 0));
  CHECK(cast_lane<std::complex<float>>(C(1e300, 0.1)) == std::complex<float>(HUGE_VALF, 0.1F));
}

TEST_CASE("ops: rounding to half types is one rounding from any lane") {
  const double trap = 1.0 + 0x1p-11 + 0x1p-40;  // through float32 this would be a tie
  CHECK(round_half_lane(trap, DType::float16) == 1.0F + 0x1p-10F);
  CHECK(round_half_lane(static_cast<float>(trap), DType::float16) == 1.0F);
  CHECK(round_half_lane(65520.0, DType::float16) == HUGE_VALF);
  CHECK(round_half_lane(65519.0F, DType::float16) == 65504.0F);
  CHECK(std::isnan(round_half_lane(kNan, DType::bfloat16)));
  CHECK(round_half_lane(true, DType::bfloat16) == 1.0F);
  CHECK(round_half_lane(std::int8_t{-128}, DType::bfloat16) == -128.0F);
  CHECK(round_half_lane(std::int64_t{0x1010000'00000001}, DType::bfloat16) == 0x1.02p56F);
  CHECK(round_half_lane(std::uint64_t{0xffffffff'ffffffffU}, DType::bfloat16) == 0x1p64F);
}

TEST_CASE("ops: saturation to floats keeps values finite and NaN") {
  CHECK(saturate_lane<float>(kInf, DType::float16) == 65504.0F);
  CHECK(saturate_lane<float>(-65519.5, DType::float16) == -65504.0F);
  CHECK(saturate_lane<float>(std::int64_t{-70000}, DType::float16) == -65504.0F);
  CHECK(saturate_lane<float>(std::uint64_t{70000}, DType::float16) == 65504.0F);
  CHECK(saturate_lane<float>(2049.0F, DType::float16) == 2048.0F);
  CHECK(saturate_lane<float>(std::numeric_limits<float>::max(), DType::bfloat16) ==
        to_float(half_max<bfloat16_t>));
  CHECK(saturate_lane<float>(-1e300, DType::bfloat16) == -to_float(half_max<bfloat16_t>));
  CHECK(saturate_lane<float>(std::numeric_limits<std::uint64_t>::max(), DType::bfloat16) ==
        0x1p64F);
  CHECK(std::isnan(saturate_lane<float>(kNan, DType::float16)));
  CHECK(std::isnan(saturate_lane<float>(kNan)));
  CHECK(saturate_lane<float>(1e39) == std::numeric_limits<float>::max());
  CHECK(saturate_lane<float>(-kInf) == -std::numeric_limits<float>::max());
  CHECK(saturate_lane<float>(-HUGE_VALF) == -std::numeric_limits<float>::max());
  CHECK(saturate_lane<double>(HUGE_VALF) == std::numeric_limits<double>::max());
  CHECK(saturate_lane<double>(-kInf) == -std::numeric_limits<double>::max());
  CHECK(saturate_lane<double>(std::int8_t{-5}) == -5.0);
}

TEST_CASE("ops: conversions without a meaning are not found") {
  CHECK(find_round_half(DType::complex64, DType::float16).run == nullptr);
  CHECK(find_round_half(DType::float64, DType::float32).run == nullptr);
  CHECK(find_saturate(DType::complex64, DType::int8).run == nullptr);
  CHECK(find_saturate(DType::float64, DType::complex64).run == nullptr);
}
