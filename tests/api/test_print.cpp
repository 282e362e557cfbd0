// Arrays as text: numbers, brackets, what is left out of large arrays, and streams.
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <sstream>
#include <tightloop/print.hpp>
#include <vector>

#include "catch.hpp"

namespace tl = tightloop;

namespace {

template <class T>
std::string text_of(const std::vector<T>& v, const tl::Dims& shape) {
  return to_text(tl::ArrayView(v.data(), shape));
}
template <class T>
std::string text_of(T value) {
  return to_text(tl::ArrayView(&value, {}));
}

}  // namespace

TEST_CASE("api: numbers of every dtype are printed with the digits that give them back") {
  CHECK(text_of(true) == "true");
  CHECK(text_of(std::int8_t{-128}) == "-128");
  CHECK(text_of(std::uint8_t{200}) == "200");
  CHECK(text_of(std::int16_t{-32768}) == "-32768");
  CHECK(text_of(std::uint16_t{65535}) == "65535");
  CHECK(text_of(std::int32_t{-7}) == "-7");
  CHECK(text_of(std::uint32_t{4294967295U}) == "4294967295");
  CHECK(text_of(INT64_MIN) == "-9223372036854775808");
  CHECK(text_of(UINT64_MAX) == "18446744073709551615");
  CHECK(text_of(tl::float16_t{0x2e66}) == "0.1");
  CHECK(text_of(tl::float16_t{0x7c00}) == "inf");
  CHECK(text_of(tl::float16_t{0x0001}) == "6e-08");
  CHECK(text_of(tl::bfloat16_t{0x3dcd}) == "0.1");
  CHECK(text_of(0.1F) == "0.1");
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(-0.0) == "-0");
  CHECK(text_of(HUGE_VAL) == "inf");
  CHECK(text_of(std::complex<float>(1, -2)) == "(1-2j)");
  CHECK(text_of(std::complex<double>(0.5, 2)) == "(0.5+2j)");
}

TEST_CASE("api: brackets are nested as dimensions are") {
  const std::vector<int> v = {0, 1, 2, 3, 4, 5, 6, 7};
  CHECK(text_of(v, {8}) == "[0, 1, 2, 3, 4, 5, 6, 7]");
  CHECK(text_of(v, {2, 4}) == "[[0, 1, 2, 3],\n [4, 5, 6, 7]]");
  CHECK(text_of(v, {2, 2, 2}) == "[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]");
  CHECK(text_of(v, {0}) == "[]");
  CHECK(text_of(v, {2, 0}) == "[[],\n []]");
  const tl::ArrayView turned(static_cast<const void*>(v.data() + 7), tl::int32, {2, 4}, {-4, -8});
  CHECK(to_text(turned) == "[[7, 5, 3, 1],\n [6, 4, 2, 0]]");
  const std::vector<std::uint16_t> big = {0x0100, 0x0200};
  CHECK(to_text(tl::ArrayView(static_cast<const void*>(big.data()), tl::uint16, {2}, {2},
                              tl::ByteOrder::swapped)) == "[1, 2]");
  CHECK_THROWS_AS(to_text(tl::ArrayView(static_cast<const void*>(nullptr), tl::int8, {3})),
                  tl::Error);
}

TEST_CASE("api: of large arrays the edges are printed") {
  std::vector<int> v(1001);
  for (int i = 0; i < 1001; ++i) v[static_cast<std::size_t>(i)] = i;
  CHECK(text_of(v, {1001}) == "[0, 1, 2, ..., 998, 999, 1000]");
  CHECK(text_of(v, {7, 143}).substr(0, 33) == "[[0, 1, 2, ..., 140, 141, 142],\n ");
  v.resize(1000);
  CHECK(text_of(v, {1000}).size() == 4890);
  std::ostringstream out;
  const tl::Array array = tl::Array::copy_of(tl::ArrayView(v.data(), {3}));
  out << array << ' ' << array.view();
  CHECK(out.str() == "[0, 1, 2] [0, 1, 2]");
}
