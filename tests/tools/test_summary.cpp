// Printed arrays and JSON: brackets, columns, ellipses; the nesting and the special values.
#include <cmath>
#include <complex>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "json_output.hpp"
#include "summary.hpp"

using namespace tightloop;
using namespace tightloop::tool;

namespace {

template <class T>
Array array(const Dims& shape, const std::vector<T>& values) {
  return Array::copy_of(ArrayView(values.data(), shape));
}

Array counting(DType type, const Dims& shape) {
  std::int64_t count = 1;
  for (std::int64_t extent : shape) count *= extent;
  if (type == DType::int64) {
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 0);
    return array(shape, values);
  }
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) / 4;
  return array(shape, values);
}

std::string json_of(const Array& result) {
  const std::string text = json_text(std::span(&result, 1), Stats{}, "jit", std::nullopt);
  const std::size_t begin = text.find('[') + 1;
  return text.substr(begin, text.find(",\"seconds\"") - 1 - begin);
}

}  // namespace

TEST_CASE("tools: arrays print with brackets and aligned columns") {
  CHECK(array_text(array<std::uint8_t>({2, 3}, {1, 20, 3, 4, 5, 255})) ==
        "uint8 (2, 3)\n[[  1  20   3]\n [  4   5 255]]");
  CHECK(array_text(array<std::int32_t>({2}, {-1, 10})) == "int32 (2,)\n[-1 10]");
  CHECK(array_text(array<double>({3}, {1, 2.5, -3.25})) == "float64 (3,)\n[ 1.    2.5  -3.25]");
  CHECK(array_text(array<double>({3}, {1, std::nan(""), -HUGE_VAL})) ==
        "float64 (3,)\n[  1.  nan -inf]");
  CHECK(array_text(array<double>({2}, {1e-5, 1})) == "float64 (2,)\n[1.e-05 1.e+00]");
  CHECK(array_text(array<double>({2}, {1e300, 1.5e-10})) == "float64 (2,)\n[1.0e+300 1.5e-010]");
  CHECK(array_text(array<double>({1}, {1.0 / 3})) == "float64 (1,)\n[0.33333333]");
  CHECK(array_text(array<float>({1}, {0.1F})) == "float32 (1,)\n[0.1]");
  CHECK(array_text(array<std::complex<double>>({2}, {{1, 2}, {-0.5, -1.25}})) ==
        "complex128 (2,)\n[ 1. +2.j   -0.5-1.25j]");
  const bool bits[] = {true, false};
  CHECK(array_text(Array::copy_of(ArrayView(bits, Dims{2}))) == "bool (2,)\n[ True False]");
  CHECK(array_text(Array(DType::int8, {3, 0})) == "int8 (3, 0)\n[]");
  CHECK(array_text(array<float>({}, {0.5F})) == "0.5");
}

// What NumPy 2.4 prints; tests/peers compares many more.
TEST_CASE("tools: the notation of reals follows their type, as NumPy's") {
  const auto repr = [](const Array& a) { return array_repr(a, a.shape()); };
  CHECK(repr(array<float>({2}, {999999, 1000})) == "array([999999.,   1000.], dtype=float32)");
  CHECK(repr(array<float>({2}, {1000000, 1000})) == "array([1.e+06, 1.e+03], dtype=float32)");
  CHECK(repr(array<float>({1}, {1e-4F})) == "array([0.0001], dtype=float32)");
  CHECK(repr(array<double>({1}, {99999999})) == "array([99999999.])");
  CHECK(repr(array<double>({1}, {1e8})) == "array([1.e+08])");
  // Digits past the shortest are those of the value.
  CHECK(repr(array<float>({2}, {1.1e-5F, 1.2345678e-5F})) ==
        "array([1.1000000e-05, 1.2345678e-05], dtype=float32)");
  CHECK(repr(array<std::uint8_t>({2, 0}, {})) == "array([], shape=(2, 0), dtype=uint8)");
  const Array three = array<double>({3}, {0.0004, 0.0006, 1.25});
  CHECK(array_repr(three, Dims{3}, 3) == "array([4.00e-04, 6.00e-04, 1.25e+00])");
  const Array two = array<double>({2}, {0.004, 0.25});
  CHECK(array_repr(two, Dims{2}, 1) == "array([0. , 0.2])");
}

TEST_CASE("tools: long rows wrap and blocks are set apart") {
  CHECK(array_text(counting(DType::int64, {30})) ==
        "int64 (30,)\n"
        "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
        " 24 25 26 27 28 29]");
  CHECK(array_text(counting(DType::int64, {2, 2, 2})) ==
        "int64 (2, 2, 2)\n[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]");
  CHECK(array_text(counting(DType::int64, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}))
            .ends_with("\n" + std::string(16, '[') + "0" + std::string(16, ']')));
}

TEST_CASE("tools: more than a thousand elements are summarised") {
  CHECK(array_text(counting(DType::int64, {1000})).find("...") == std::string::npos);
  CHECK(array_text(counting(DType::int64, {1001})) ==
        "int64 (1001,)\n[   0    1    2 ...  998  999 1000]");
  CHECK(array_text(counting(DType::int64, {200, 10})) ==
        "int64 (200, 10)\n"
        "[[   0    1    2 ...    7    8    9]\n"
        " [  10   11   12 ...   17   18   19]\n"
        " [  20   21   22 ...   27   28   29]\n"
        " ...\n"
        " [1970 1971 1972 ... 1977 1978 1979]\n"
        " [1980 1981 1982 ... 1987 1988 1989]\n"
        " [1990 1991 1992 ... 1997 1998 1999]]");
}

TEST_CASE("tools: JSON values are nested lists, exact, with strings where JSON has no number") {
  CHECK(json_of(array<std::uint64_t>({2, 1}, {18446744073709551615U, 0})) ==
        R"({"dtype":"uint64","shape":[2,1],"value":[[18446744073709551615],[0]]})");
  CHECK(json_of(array<std::int64_t>({}, {INT64_MIN})) ==
        R"({"dtype":"int64","shape":[],"value":-9223372036854775808})");
  CHECK(json_of(array<double>({5}, {0.1, -0.0, std::nan(""), HUGE_VAL, -HUGE_VAL})) ==
        R"({"dtype":"float64","shape":[5],"value":[0.1,-0.0,"nan","inf","-inf"]})");
  CHECK(json_of(array<float>({1}, {0.1F})) == R"({"dtype":"float32","shape":[1],"value":[0.1]})");
  CHECK(json_of(array<float16_t>({2}, {{0x3555}, {0x7e00}})) ==
        R"({"dtype":"float16","shape":[2],"value":[0.3333,"nan"]})");
  CHECK(json_of(array<std::complex<float>>({1}, {{1, -HUGE_VALF}})) ==
        R"({"dtype":"complex64","shape":[1],"value":[[1.0,"-inf"]]})");
  CHECK(json_of(array<std::int8_t>({2}, {-1, 5})) ==
        R"({"dtype":"int8","shape":[2],"value":[-1,5]})");
  const bool bit = true;
  CHECK(json_of(Array::copy_of(ArrayView(&bit, Dims{}))) ==
        R"({"dtype":"bool","shape":[],"value":true})");
}

TEST_CASE("tools: JSON leaves out the values of large arrays") {
  CHECK(json_of(Array(DType::int8, {2, 0, 3})) ==
        R"({"dtype":"int8","shape":[2,0,3],"value":[[],[]]})");
  CHECK(json_of(counting(DType::int64, {10'000})).find("9999]") != std::string::npos);
  CHECK(json_of(counting(DType::int64, {73, 137})) ==
        R"({"dtype":"int64","shape":[73,137],"value":null,"elided":true})");
  CHECK(json_of(Array(DType::int8, {1'000'000'000'000, 0})) ==
        R"({"dtype":"int8","shape":[1000000000000,0],"value":null,"elided":true})");
}

TEST_CASE("tools: JSON carries the statistics") {
  Stats stats;
  stats.parse_seconds = 0.5;
  stats.run_seconds = 0.25;
  stats.peak_extra_bytes = 65536;
  CHECK(json_text({}, stats, "reference", std::nullopt) ==
        R"({"results":[],"seconds":{"parse":0.5,"type":0.0,"plan":0.0,"compile":0.0,"run":0.25},)"
        R"("peak_extra_bytes":65536,"backend":"reference"})");
  CHECK(json_text({}, Stats{}, "jit", Timing{7, 0.125, 2})
            .ends_with(
                R"("timing":{"repeats":7,"median_seconds":0.125,"gigabytes_per_second":2.0}})"));
}
