// The precision report against values worked out by hand: what overflows, vanishes and loses digits
// in each dtype, scales of integers, expressions, and the recommendation.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "precision/report.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;
using namespace tightloop::tool;

namespace {

using Folder = io::test::ScratchFolder;

PrecisionRequest untimed() {
  PrecisionRequest out;
  out.seconds = 0;
  return out;
}

/// A request for one file of these elements, without times.
class Examination {
 public:
  template <class T>
  PrecisionReport of(const std::vector<T>& values, Dims shape = {}) {
    if (shape.empty()) shape = Dims{static_cast<std::int64_t>(values.size())};
    const std::string path = folder_.file("x.npy");
    write_npy(path, ArrayView(values.data(), shape));
    return examine(request, {{"x", path}}, {});
  }
  PrecisionRequest request = untimed();

 private:
  Folder folder_;
};

const Row& row(const PrecisionReport& report, DType dtype) {
  for (const Row& r : report.rows) {
    if (r.storage.dtype == dtype) return r;
  }
  throw std::runtime_error("no such row");
}

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

}  // namespace

TEST_CASE("tools: precision counts what happens to values in each dtype") {
  Examination ask;
  // 1e-30 and 1e-6 in float16: zero and subnormal; 1e39 and 1e5: infinite in float32 and in
  // float16.
  const PrecisionReport report = ask.of<double>({1.0, 0.0, 1e-30, 1e-6, 1e5, 1e39, -kInf, kNaN});
  const Extent& x = report.extents.at(0);
  CHECK(x.values == 8);
  CHECK(x.nan == 1);
  CHECK(x.infinite == 1);
  CHECK(x.zero == 1);
  CHECK(x.least == 0);
  CHECK(x.greatest == 1e39);
  CHECK(x.smallest_magnitude == 1e-30);
  CHECK(report.reference.finite == 6);
  CHECK(report.peak == 1e39);

  const Losses& same = row(report, float64).losses;
  CHECK(same.mse == 0);
  CHECK(same.psnr == kInf);
  CHECK(same.compared == 6);
  CHECK(same.overflow + same.underflow + same.subnormal + same.lost == 0);

  const Losses& half = row(report, float16).losses;
  CHECK(half.overflow == 2);
  CHECK(half.result_overflow == 2);
  CHECK(half.underflow == 1);
  CHECK(half.subnormal == 1);
  CHECK(half.lost == 1);
  CHECK(half.compared == 4);
  // Of 1e-6 the nearest multiple of 2^-24 is 17 * 2^-24.
  const double error = std::fabs(17 * std::ldexp(1.0, -24) - 1e-6);
  CHECK(half.max_absolute == error);
  CHECK(half.max_relative == 1);  // 1e-30
  CHECK(half.mse == Approx((error * error + 1e-60) / 4).epsilon(1e-14));

  const Losses& single = row(report, float32).losses;
  CHECK(single.overflow == 1);
  CHECK(single.underflow == 0);
  CHECK(single.max_absolute == std::fabs(double(1e-6F) - 1e-6));
  const Losses& brain = row(report, bfloat16).losses;
  CHECK(brain.overflow == 1);
  CHECK(brain.subnormal == 0);
  CHECK(brain.max_absolute == 1e5 - 99840);  // 195 * 512

  CHECK(row(report, uint8).storage.unfit == "the data have NaN");
  CHECK(row(report, float16).bytes == 16);
}

TEST_CASE("tools: precision scales reals to the range of integers") {
  Examination ask;
  const PrecisionReport report = ask.of<double>({0, 1, 2, 255 * 4, 3.5, 6});
  const Row& bytes = row(report, uint8);
  REQUIRE(bytes.storage.fits());
  const Coding& coding = bytes.storage.codings.at(0);
  CHECK(coding.kind == Coding::Kind::scaled);
  CHECK(coding.scale == 4);
  CHECK(coding.offset == 0);
  CHECK(coding.restored == float32);
  // 0 0 0 1020 4 8: ties of round() go to even.
  CHECK(bytes.losses.max_absolute == 2);
  CHECK(bytes.losses.underflow == 2);
  CHECK(bytes.losses.lost == 2);
  CHECK(bytes.losses.mse == Approx((1 + 4 + 0.25 + 4) / 6.0));
  CHECK(bytes.losses.psnr == Approx(10 * std::log10(1020.0 * 1020 / (9.25 / 6))));
  CHECK(bytes.bytes == 6);
  CHECK(row(report, int8).storage.codings.at(0).offset == 512);

  // A range that is small beside its offset is restored in float64.
  const PrecisionReport far = ask.of<double>({1e9, 1e9 + 1, 1e9 + 2});
  CHECK(row(far, int16).storage.codings.at(0).restored == float64);
  CHECK(row(far, int16).losses.max_absolute <= 2.0 / 65535);
  CHECK(row(far, float32).losses.max_absolute == 2);

  // The peak of integers is exact, where float64 cannot tell them apart.
  const std::int64_t large = std::int64_t{1} << 62;
  CHECK(ask.of<std::int64_t>({large, large + 3}).peak == 3);
  CHECK(ask.of<std::int64_t>({INT64_MIN, INT64_MAX}).peak == 0x1p64);
  const PrecisionReport one = ask.of<double>({0.1, 0.1});
  CHECK(row(one, int8).losses.max_absolute == 0);
  CHECK(std::isnan(row(one, float16).losses.psnr));  // the peak is 0
  const PrecisionReport wide = ask.of<double>({-1.7e308, 1.7e308});
  CHECK(row(wide, uint8).losses.max_relative < 1e-9);
  const PrecisionReport narrow = ask.of<double>({0, 5e-324});
  CHECK(row(narrow, uint8).storage.unfit == "the range is too narrow to divide");
}

TEST_CASE("tools: precision of integers is exact where their range fits") {
  Examination ask;
  const PrecisionReport images = ask.of<std::uint8_t>({0, 7, 255});
  CHECK(images.reference.result.dtype == uint8);
  for (DType dtype : {float64, float32, bfloat16, float16, int16, uint16, int8, uint8}) {
    INFO(name(dtype));
    CHECK(row(images, dtype).losses.max_absolute == 0);
    CHECK(row(images, dtype).losses.compared == 3);
  }
  const Coding& shifted = row(images, int8).storage.codings.at(0);
  CHECK(shifted.kind == Coding::Kind::shifted);
  CHECK(shifted.offset == 128);

  const std::int64_t big = INT64_MAX;
  const PrecisionReport top = ask.of<std::int64_t>({big, big - 255, big - 1});
  CHECK(row(top, uint8).losses.max_absolute == 0);
  CHECK(row(top, int64).losses.max_absolute == 0);
  CHECK(row(top, float64).losses.max_absolute == 256);  // all become 2^63
  CHECK(row(top, float64).losses.mse == Approx((1 + 256.0 * 256 + 4) / 3).epsilon(0.01));
  CHECK_FALSE(row(top, float16).losses.compared > 0);
  CHECK(row(top, float16).losses.overflow == 3);

  const PrecisionReport low = ask.of<std::int64_t>({INT64_MIN, INT64_MIN + 3});
  CHECK(row(low, int8).losses.max_absolute == 0);
  const PrecisionReport high = ask.of<std::uint64_t>({UINT64_MAX, UINT64_MAX - 9});
  CHECK(row(high, uint16).losses.max_absolute == 0);
  CHECK(row(high, float32).losses.max_absolute == 10);
  const PrecisionReport both = ask.of<std::uint64_t>({0, UINT64_MAX});
  CHECK(row(both, uint8).storage.codings.at(0).kind == Coding::Kind::scaled);
}

TEST_CASE("tools: precision of nothing, of NaN alone, and of bools") {
  Examination ask;
  ask.request.tolerance = Tolerance{ToleranceKind::absolute, 1};
  const PrecisionReport empty = ask.of<float>({}, {3, 0});
  CHECK(empty.reference.values == 0);
  CHECK(row(empty, float16).losses.compared == 0);
  CHECK(std::isnan(row(empty, float16).losses.mse));
  CHECK_FALSE(empty.recommendation->dtype.has_value());
  const PrecisionReport nothing = ask.of<double>({kNaN, kNaN});
  CHECK(nothing.extents.at(0).finite() == 0);
  CHECK(std::isnan(row(nothing, float32).losses.max_absolute));
  CHECK(row(nothing, float32).losses.result_overflow == 0);
  CHECK_FALSE(nothing.recommendation->dtype.has_value());

  Folder folder;
  const bool bits[] = {true, false, true};
  write_npy(folder.file("b.npy"), ArrayView(bits, Dims{3}));
  const PrecisionReport report = examine(ask.request, {{"x", folder.file("b.npy")}}, {});
  CHECK(report.extents.at(0).greatest == 1);
  CHECK(row(report, bool_).losses.max_absolute == 0);
  CHECK(row(report, int8).losses.max_absolute == 0);
  CHECK(report.recommendation->dtype == bool_);
}

TEST_CASE("tools: precision follows an expression") {
  Examination ask;
  ask.request.expression = "exp(x)";
  const PrecisionReport report = ask.of<double>({0, 1, 12, 700});
  const Losses& half = row(report, float16).losses;
  CHECK(half.overflow == 0);
  CHECK(half.result_overflow == 2);  // e^12 and e^700
  CHECK(half.compared == 2);
  CHECK(half.max_absolute == Approx(std::fabs(2.71875 - std::exp(1.0))).epsilon(1e-12));
  CHECK(row(report, float32).losses.result_overflow == 1);

  ask.request.expression = "m = mean(x, axis=1); m - min(m)";
  const PrecisionReport rows = ask.of<float>({1, 2, 3, 4096, 4097, 4098}, {2, 3});
  CHECK(rows.reference.result.shape == Dims{2});
  CHECK(rows.reference.greatest == 4095);
  CHECK(row(rows, float16).result == float32);         // means of halves are
  CHECK(row(rows, float16).losses.max_absolute == 1);  // all of the second row is 4096

  ask.request.expression = "x & 3";
  const PrecisionReport bits = ask.of<std::uint8_t>({5, 6});
  CHECK_FALSE(row(bits, float32).storage.fits());
  CHECK(row(bits, float32).storage.unfit.find("does not take it") != std::string::npos);
  CHECK(row(bits, int16).losses.max_absolute == 0);

  ask.request.expression = "x > 0.3";  // 0.3 is rounded up in float16
  const PrecisionReport test = ask.of<double>({0.3, 0.30001, 1});
  CHECK(row(test, float16).losses.max_absolute == 1);
  CHECK(row(test, float16).losses.compared == 3);
}

TEST_CASE("tools: precision of several variables and numbers") {
  Folder folder;
  const std::vector<std::uint8_t> a{1, 2, 3, 200, 100, 50};
  const std::vector<std::uint8_t> b{2, 2, 2};
  write_npy(folder.file("a.npy"), ArrayView(a.data(), Dims{2, 3}));
  write_npy(folder.file("b.npy"), ArrayView(b.data(), Dims{3}));
  PrecisionRequest request = untimed();
  request.expression = "k * sum(abs(a - b), axis=1)";
  const PrecisionReport report = examine(
      request, {{"a", folder.file("a.npy")}, {"k", "0.5"}, {"b", folder.file("b.npy")}}, {});
  CHECK(report.reference.result.dtype == float64);
  CHECK(report.reference.greatest == 172);
  CHECK(report.bytes == 9);
  CHECK(row(report, float16).bytes == 18);
  CHECK(row(report, uint8).losses.max_absolute == 0);
  CHECK_THROWS_AS(examine(request, {{"a", "1"}, {"k", "2"}, {"b", "3"}}, {}), UsageError);
}

TEST_CASE("tools: precision recommends the fewest bytes within the tolerance") {
  Examination ask;
  const std::vector<double> values{-1, -0.3, 0.1, 0.7, 1};
  const auto advice = [&](ToleranceKind kind, double value) {
    ask.request.tolerance = Tolerance{kind, value};
    return *ask.of(values).recommendation;
  };
  CHECK(itemsize(*advice(ToleranceKind::absolute, 1e-2).dtype) == 1);
  CHECK(advice(ToleranceKind::absolute, 1e-3).dtype == float16);  // no scale, unlike int16
  CHECK(advice(ToleranceKind::absolute, 3e-5).dtype == int16);
  CHECK(advice(ToleranceKind::absolute, 1e-6).dtype == float32);
  CHECK(advice(ToleranceKind::absolute, 0).dtype == float64);
  CHECK(advice(ToleranceKind::relative, 1e-3).dtype == float16);
  CHECK(itemsize(*advice(ToleranceKind::psnr, 40).dtype) == 1);
  CHECK(advice(ToleranceKind::psnr, 100).dtype == int16);
  const Recommendation none = advice(ToleranceKind::absolute, -1);
  CHECK_FALSE(none.dtype.has_value());
  CHECK(none.reason.find("No dtype") == 0);
  // float16 is refused for what overflows, however large the tolerance.
  ask.request.tolerance = Tolerance{ToleranceKind::relative, 0.4};
  const PrecisionReport wide = ask.of<double>({1e-3, 1, 1e5});
  CHECK(wide.recommendation->dtype == bfloat16);
  CHECK(wide.recommendation->reason.find("float16 overflows") == std::string::npos);
}

TEST_CASE("tools: precision refuses what it cannot compare") {
  Examination ask;
  const auto message = [&](const std::string& expression) {
    ask.request.expression = expression;
    try {
      ask.of<double>({1, 2});
    } catch (const Error& error) {
      CHECK(error.source() == expression);
      return error.message();
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message("x + y").find("'y'") != std::string::npos);
  CHECK(message("x, -x").find("compares one result") != std::string::npos);
  CHECK(message("x + 1j").find("complex128") != std::string::npos);
  CHECK_THROWS_AS(ask.of<std::complex<float>>({{1, 2}}), Error);
}

TEST_CASE("tools: a sample of the data is its leading part along the slowest axis") {
  Folder folder;
  std::vector<float> values(7 * 100 * 4);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const ArrayView c(values.data(), Dims{7, 100, 4});
  const ArrayView row(values.data(), Dims{100, 4});
  write_npy(folder.file("a.npy"), c);
  write_npy(folder.file("b.npy"), row);
  // The same shape in Fortran order: its slowest axis is the last.
  const std::string header = "{'descr': '>f4', 'fortran_order': True, 'shape': (7, 100, 4), }\n";
  std::string bytes = "\x93NUMPY\x01" + std::string(1, '\0');
  bytes += static_cast<char>(header.size());
  bytes += '\0' + header + std::string(values.size() * sizeof(float), '\0');
  folder.write("f.npy", bytes);

  const Data one({{"x", folder.file("a.npy")}, {"y", folder.file("b.npy")}}, {}, 0);
  const Sample cut = *one.sample(1000);
  CHECK(cut.axis == 0);
  CHECK(cut.taken == 2);
  CHECK(cut.extent == 7);
  CHECK(cut.arrays.at(0).shape() == Dims{2, 100, 4});
  CHECK(cut.arrays.at(1).shape() == Dims{100, 4});
  CHECK(cut.arrays.at(0).values<float>().back() == 799);
  CHECK(one.sample(5000)->axis == -1);
  CHECK_FALSE(one.sample(150).has_value());  // one slab is 400
  const Data fortran({{"x", folder.file("f.npy")}}, {}, 0);
  CHECK(fortran.sample(1500)->arrays.at(0).shape() == Dims{7, 100, 2});
  const Data mixed({{"x", folder.file("a.npy")}, {"y", folder.file("f.npy")}}, {}, 0);
  CHECK_FALSE(mixed.sample(1500).has_value());
}

TEST_CASE("tools: precision counts errors by decade") {
  Examination ask;
  ask.request.plot = "asked-for.svg";
  const PrecisionReport report = ask.of<double>({1, 1000.4, 1e-9, 0});
  const Losses& half = row(report, float16).losses;
  REQUIRE(half.histogram.size() == static_cast<std::size_t>(report.decades.count));
  CHECK(half.exact == 2);
  CHECK(half.below == 0);
  const auto bin = [&](int exponent) {
    return half.histogram.at(static_cast<std::size_t>(exponent - report.decades.lowest));
  };
  CHECK(bin(-1) == 1);  // 1000.4 becomes 1000.5
  CHECK(bin(-9) == 1);  // 1e-9 becomes 0
  CHECK(report_svg(report).find("<svg") == 0);
  CHECK(report_json(report).find("\"histogram_from\":" + std::to_string(report.decades.lowest)) !=
        std::string::npos);
}

TEST_CASE("tools: a precision report fits 100 columns") {
  Examination ask;
  ask.request.tolerance = Tolerance{ToleranceKind::absolute, 1e-4};
  ask.request.seconds = 1e-3;
  std::vector<double> values(6000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<double>(i)) * 1e4;
  const PrecisionReport report = ask.of(values, {20, 300});
  const std::string text = report_text(report);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    INFO(text.substr(begin, end - begin));
    CHECK(end - begin <= 100);
    begin = end + 1;
  }
  CHECK(report.speeds.size() == 2);
  CHECK(report.speeds.back().expression == "mean(x, axis=1)");
  CHECK(report.sample.repeats >= 3);
  CHECK(text.find("exp(x)+log(x**2)") != std::string::npos);
  CHECK(text.find("Recommended: ") != std::string::npos);
}
