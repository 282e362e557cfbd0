// Conversions between all dtypes: what they count as lost, against rules written in exact
// arithmetic, and what they write.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "conversion.hpp"
#include "tightloop/evaluate.hpp"

using namespace tightloop;
using namespace tightloop::tool;

namespace {

/// Elements in memory as a source; counts what is read.
class MemorySource final : public Source {
 public:
  MemorySource(const void* elements, DType dtype, const Dims& shape, bool fortran_order = false,
               ByteOrder order = ByteOrder::native)
      : Source("memory", dtype, shape, fortran_order, order),
        at_(static_cast<const char*>(elements)) {}
  bool rewindable() const override { return false; }
  void read(void* into, std::size_t count) override {
    std::memcpy(into, at_, count);
    at_ += count;
  }
  void seek(std::uint64_t) override {}

 private:
  const char* at_;
};

using Real = long double;  // holds every int64, uint64 and float64 exactly

const std::vector<Real>& interesting() {
  static const std::vector<Real> list = [] {
    std::vector<Real> out = {0,     0.5L,  1,     1.5L,   2,     65503,  65504,  65519,
                             65520, 65535, 1e30L, 1e300L, 1e-9L, 1e-40L, 1e-300L};
    for (const int bits : {-14, -15, -24, -25, -126, -127, -133, -149, -150, -1074}) {
      for (const Real x : {1.0L, 1.0009765625L, 1.5L, 0.9990234375L}) {
        out.push_back(static_cast<double>(std::ldexp(x, bits)));
      }
    }
    for (const int bits : {7, 8, 15, 16, 31, 32, 63, 64}) {
      const Real power = std::ldexp(1.0L, bits);
      for (const Real x : {power - 1, power - 0.5L, power, power + 1}) out.push_back(x);
    }
    for (const Real edge : {std::ldexp(1.0L, 128) - std::ldexp(1.0L, 103),
                            std::ldexp(1.0L, 128) - std::ldexp(1.0L, 104),
                            std::ldexp(1.0L, 128) - std::ldexp(1.0L, 119),
                            std::ldexp(1.0L, 128) - std::ldexp(1.0L, 120)}) {
      out.push_back(edge);
    }
    for (std::size_t i = out.size(); i-- > 0;) out.push_back(-out[i]);
    out.push_back(std::numeric_limits<Real>::infinity());
    out.push_back(-std::numeric_limits<Real>::infinity());
    out.push_back(std::numeric_limits<Real>::quiet_NaN());
    return out;
  }();
  return list;
}

struct IntegerRange {
  Real low;
  Real high;
};

IntegerRange range_of(DType t) {
  const int bits = static_cast<int>(8 * itemsize(t));
  if (is_unsigned_int(t)) return {0, std::ldexp(1.0L, bits) - 1};
  return {-std::ldexp(1.0L, bits - 1), std::ldexp(1.0L, bits - 1) - 1};
}

/// The least magnitude that rounds to infinity, or past the one that rounds to NaN.
Real infinite_from(DType t) {
  switch (t) {
    case DType::float16: return 65520;
    case DType::float8_e4m3fn: return std::nextafter(464.0L, 500.0L);
    case DType::float8_e5m2: return 61440;
    case DType::bfloat16: return std::ldexp(1.0L, 128) - std::ldexp(1.0L, 119);
    case DType::float32: return std::ldexp(1.0L, 128) - std::ldexp(1.0L, 103);
    default: return std::ldexp(1.0L, 1024) - std::ldexp(1.0L, 970);
  }
}

/// The values that a dtype holds of those that are interesting, as an array of it and as they are.
struct Sample {
  Array array;
  std::vector<Real> values;
};

Sample sample_of(DType t) {
  std::vector<double> doubles;
  Sample out;
  for (const Real x : interesting()) {
    if (is_bool(t) && x != 0 && x != 1) continue;
    if (is_integer(t) && !(x == std::trunc(x) && x >= range_of(t).low && x <= range_of(t).high)) {
      continue;
    }
    if (is_float(t) && std::isfinite(x) && std::fabs(x) >= infinite_from(t)) continue;
    out.values.push_back(x);
  }
  // Integers go by their own types: float64 does not hold all of them.
  const auto count = static_cast<std::int64_t>(out.values.size());
  const auto converted = [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> raw;
    for (const Real x : out.values) raw.push_back(static_cast<T>(x));
    return evaluate("astype(x, '" + std::string(name(t)) + "')",
                    {{"x", ArrayView(raw.data(), Dims{count})}});
  };
  if (is_float(t) || is_bool(t)) {
    out.array = converted(0.0);
  } else {
    out.array = is_unsigned_int(t) ? converted(std::uint64_t{0}) : converted(std::int64_t{0});
  }
  if (!is_float(t)) return out;
  const Array exact = evaluate("float64(x)", {{"x", out.array}});
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] = exact.values<double>()[i];
  return out;
}

struct Counts {
  std::int64_t range = 0;
  std::int64_t nan = 0;
  std::int64_t fraction = 0;
  std::int64_t truth = 0;
  std::int64_t zero = 0;
  std::int64_t digits = 0;
};

/// The exponents of the least normal and the least subnormal number.
std::pair<int, int> least_exponents(DType t) {
  switch (t) {
    case DType::float16: return {-14, -24};
    case DType::bfloat16: return {-126, -133};
    case DType::float8_e4m3fn: return {-6, -9};
    case DType::float8_e5m2: return {-14, -16};
    case DType::float32: return {-126, -149};
    default: return {-1022, -1074};
  }
}

Counts wanted(const std::vector<Real>& values, DType from, DType to) {
  Counts out;
  if (from == to) return out;
  for (const Real x : values) {
    if (is_bool(to)) {
      out.truth += x != 0 && x != 1 ? 1 : 0;
    } else if (is_float(to)) {
      const bool holds = std::isinf(x) && to != DType::float8_e4m3fn;
      out.range += !holds && std::fabs(x) >= infinite_from(to) ? 1 : 0;
      const auto [normal, least] = least_exponents(to);
      const Real steps = std::ldexp(std::fabs(x), -least);
      if (x == 0 || !(std::fabs(x) < std::ldexp(1.0L, normal))) continue;
      out.zero += steps <= 0.5L ? 1 : 0;
      out.digits += steps > 0.5L && std::trunc(steps) != steps ? 1 : 0;
    } else if (std::isnan(x)) {
      ++out.nan;
    } else {
      out.range += std::trunc(x) < range_of(to).low || std::trunc(x) > range_of(to).high ? 1 : 0;
      out.fraction += std::trunc(x) != x ? 1 : 0;
    }
  }
  return out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("tools: a conversion counts exactly what its dtype cannot hold") {
  for (const DType from : {DType::int16, DType::uint64, DType::int64, DType::float16,
                           DType::float32, DType::float64}) {
    for (int j = 0; j < kDTypeCount; ++j) {
      const auto to = static_cast<DType>(j);
      if (is_complex(to)) continue;
      const Sample sample = sample_of(from);
      MemorySource source(sample.array.view().data(), from, sample.array.shape());
      std::string bytes;
      const std::vector<Loss> losses =
          convert(source, {to, false}, [&](const void* elements, std::size_t count) {
            bytes.append(static_cast<const char*>(elements), count);
          });
      Counts got;
      for (const Loss& loss : losses) {
        (contains(loss.what, "range") || contains(loss.what, "large") ? got.range
         : contains(loss.what, "NaN")                                 ? got.nan
         : contains(loss.what, "fraction")                            ? got.fraction
         : contains(loss.what, "which would be 0")                    ? got.zero
         : contains(loss.what, "fewer digits")                        ? got.digits
                                                                      : got.truth) += loss.count;
      }
      const Counts right = wanted(sample.values, from, to);
      INFO(name(from) << " to " << name(to));
      CHECK(got.range == right.range);
      CHECK(got.nan == right.nan);
      CHECK(got.fraction == right.fraction);
      CHECK(got.truth == right.truth);
      CHECK(got.zero == right.zero);
      CHECK(got.digits == right.digits);
      const Array cast =
          evaluate("astype(x, '" + std::string(name(to)) + "')", {{"x", sample.array}});
      CHECK(std::memcmp(bytes.data(), cast.view().data(), bytes.size()) == 0);
    }
  }
}

TEST_CASE("tools: the first lost element is found in any block, order and byte order") {
  const std::int64_t rows = 1500;
  const std::int64_t columns = 1000;
  Array x(DType::float64, Dims{rows, columns});  // three blocks
  auto* values = x.data<double>();
  for (std::int64_t i = 0; i < rows * columns; ++i) values[i] = static_cast<double>(i % 100);
  values[1'200'345] = -1e9;
  values[1'400'000] = 2.5;
  values[1'400'001] = std::nan("");
  for (const bool fortran : {false, true}) {
    MemorySource source(values, DType::float64, x.shape(), fortran);
    std::size_t taken = 0;
    const auto losses =
        convert(source, {DType::int16, false}, [&](const void*, std::size_t n) { taken += n; });
    CHECK(taken == 2 * 1'500'000);
    REQUIRE(losses.size() == 3);
    CHECK(losses[0].count == 1);
    CHECK(losses[0].value == "-1000000000.0");
    const std::vector<std::int64_t> index =
        fortran ? std::vector<std::int64_t>{1'200'345 % rows, 1'200'345 / rows}
                : std::vector<std::int64_t>{1200, 345};
    CHECK(losses[0].index == index);
    CHECK(losses[1].value == "nan");
    CHECK(losses[2].value == "2.5");
  }
  const unsigned char big[6] = {0x01, 0x00, 0x00, 0x05, 0xff, 0xff};
  MemorySource swapped(big, DType::uint16, Dims{3}, false, ByteOrder::swapped);
  std::string bytes;
  const auto losses = convert(swapped, {DType::uint8, true}, [&](const void* e, std::size_t n) {
    bytes.assign(static_cast<const char*>(e), n);
  });
  CHECK(bytes == "\xff\x05\xff");
  REQUIRE(losses.size() == 1);
  CHECK(losses[0].count == 2);
  CHECK(losses[0].value == "256");
  CHECK(losses[0].clipped);
}

TEST_CASE(
    "tools: parts of complex numbers that vanish are counted, and so is rounding to integers") {
  const std::vector<std::complex<double>> z = {{1e-300, 1}, {1, 1e-46}, {1, 1e-40}, {0, 0}};
  MemorySource source(z.data(), DType::complex128, Dims{4});
  const auto losses = convert(source, {DType::complex64}, [](const void*, std::size_t) {});
  REQUIRE(losses.size() == 5);
  CHECK(losses[1].count == 1);
  CHECK(losses[1].index == std::vector<std::int64_t>{0});
  CHECK(losses[3].count == 1);
  CHECK(losses[3].index == std::vector<std::int64_t>{1});
  CHECK(losses[4].count == 1);
  const std::vector<double> x = {0.5, 1.5, -2.5, 255.4, 255.5, -0.5, std::nan("")};
  MemorySource fractions(x.data(), DType::float64, Dims{7});
  std::vector<std::uint8_t> bytes(7);
  const auto rounded =
      convert(fractions, {DType::uint8, false, true},
              [&](const void* e, std::size_t n) { std::memcpy(bytes.data(), e, n); });
  REQUIRE(rounded.size() == 2);
  CHECK(rounded[0].count == 2);  // -2 and 256
  CHECK(rounded[1].count == 1);
  CHECK(bytes[0] == 0);
  CHECK(bytes[1] == 2);
  CHECK(bytes[3] == 255);
  CHECK(bytes[5] == 0);
}

TEST_CASE("tools: saturating clips finite values and keeps infinities") {
  const std::vector<double> x = {1e6, -1e6, HUGE_VAL, -HUGE_VAL, std::nan(""), 0.1};
  MemorySource source(x.data(), DType::float64, Dims{6});
  std::vector<std::uint16_t> bits(6);
  convert(source, {DType::float16, true},
          [&](const void* e, std::size_t n) { std::memcpy(bits.data(), e, n); });
  CHECK(bits[0] == 0x7bff);
  CHECK(bits[1] == 0xfbff);
  CHECK(bits[2] == 0x7c00);
  CHECK(bits[3] == 0xfc00);
  CHECK((bits[4] & 0x7fff) > 0x7c00);
  CHECK(bits[5] == 0x2e66);
}

TEST_CASE("tools: saturating reals to complex clips to the range of a part") {
  const std::vector<double> x = {1e300, -1e300, HUGE_VAL, 0.5};
  MemorySource source(x.data(), DType::float64, Dims{4});
  std::vector<std::complex<float>> z(4);
  convert(source, {DType::complex64, true},
          [&](const void* e, std::size_t n) { std::memcpy(z.data(), e, n); });
  constexpr float kMost = std::numeric_limits<float>::max();
  CHECK(z == std::vector<std::complex<float>>{{kMost, 0}, {-kMost, 0}, {HUGE_VALF, 0}, {0.5F, 0}});
  const std::vector<std::uint8_t> bytes = {0, 255};
  MemorySource whole(bytes.data(), DType::uint8, Dims{2});
  convert(whole, {DType::complex64, true},
          [&](const void* e, std::size_t n) { std::memcpy(z.data(), e, n); });
  CHECK(z[1] == std::complex<float>(255, 0));
}

TEST_CASE("tools: complex numbers lose their imaginary part only unasked") {
  const std::vector<std::complex<double>> z = {{1, 0}, {2, 3}, {1e300, 0}, {5, std::nan("")}};
  MemorySource source(z.data(), DType::complex128, Dims{4});
  const auto losses = convert(source, {DType::float32, false}, [](const void*, std::size_t) {});
  REQUIRE(losses.size() == 4);
  CHECK(losses[0].count == 2);
  CHECK(losses[0].index == std::vector<std::int64_t>{1});
  CHECK(losses[0].value == "(2+3j)");
  CHECK(losses[1].count == 1);
  MemorySource again(z.data(), DType::complex128, Dims{4});
  const auto narrowed = convert(again, {DType::complex64, false}, [](const void*, std::size_t) {});
  REQUIRE(narrowed.size() == 5);
  CHECK(narrowed[0].count == 1);
}
