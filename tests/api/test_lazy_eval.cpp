// Lazy expressions evaluated: conversions, destinations, errors, and the results of their text.
#include <array>
#include <cmath>
#include <complex>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

template <class Call>
tl::ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const tl::Error& error) {
    return error.code();
  }
  return tl::ErrorCode::internal;
}

bool same_bits(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * tl::itemsize(a.dtype())) == 0;
}

tl::Array counted(const tl::Dims& shape) {
  tl::Array array(tl::float32, shape);
  for (std::int64_t i = 0; i < array.size(); ++i) {
    array.data<float>()[i] = static_cast<float>(i % 17) - 5.5F;
  }
  return array;
}

}  // namespace

TEST_CASE("api: lazy results have the bits of their text") {
  const tl::Array a = counted({4, 30});
  const tl::Array b = counted({30});
  const std::vector<std::uint8_t> c = [] {
    std::vector<std::uint8_t> v(30);
    std::iota(v.begin(), v.end(), std::uint8_t{240});
    return v;
  }();
  const std::vector<tl::Binding> vars{{"a", a}, {"b", b}, {"c", c}};
  const auto x = tl::lazy(a);
  const auto y = tl::lazy(b);
  const auto z = tl::lazy(c);
  CHECK(same_bits(x * 2 - y, tl::evaluate("a * 2 - b", vars)));
  CHECK(same_bits(tl::sum(tl::abs(x - y), tl::axis(-2, -1)),
                  tl::evaluate("sum(abs(a - b), axis=(-2, -1))", vars)));
  CHECK(same_bits(tl::sum(x, tl::axis(0), tl::keepdims),
                  tl::evaluate("sum(a, axis=0, keepdims=True)", vars)));
  CHECK(same_bits(z - 3U, tl::evaluate("c - 3", vars)));
  CHECK(same_bits(z * z, tl::evaluate("c * c", vars)));
  CHECK(same_bits((z - 255) * (z - 255), tl::evaluate("(c - 255) * (c - 255)", vars)));
  CHECK(same_bits(tl::where(x > y, x, 0.5), tl::evaluate("where(a > b, a, 0.5)", vars)));
  CHECK(same_bits(tl::astype(x, tl::float16), tl::evaluate("astype(a, 'float16')", vars)));
  CHECK(same_bits(tl::saturate(x * 100, tl::uint8),
                  tl::evaluate("saturate(a * 100, 'uint8')", vars)));
  CHECK(same_bits(x * tl::lazy(3), tl::evaluate("a * k", {{"a", a}, {"k", 3}})));
  CHECK(same_bits(x + std::complex<double>(0, 1), tl::evaluate("a + 1j", vars)));
}

TEST_CASE("api: lazy expressions convert to the scalars they are") {
  const std::vector<double> x{1, -2, 3.5};
  const std::vector<std::int32_t> n{7, 0, -9};
  const auto d = tl::lazy(x);
  const double total = tl::sum(d);
  CHECK(total == 2.5);
  const float mean = tl::mean(tl::lazy(n) + 2.0);
  CHECK(mean == static_cast<float>(4.0 / 3));
  const int nonzero = tl::count_nonzero(tl::lazy(n));
  CHECK(nonzero == 2);
  const bool all = tl::all(d == d);
  CHECK(all);
  if (tl::any(d > 100)) FAIL("3.5 is not above 100");
  const std::complex<double> z = tl::sum(d * std::complex<double>(0, 2));
  CHECK(z == std::complex<double>(0, 5));
  CHECK(static_cast<long>(tl::max(tl::lazy(n))) == 7);
  CHECK(tl::min(d).eval().item<double>() == -2);
  const auto refused = [&](auto wanted, const auto& expression) {
    return code_of([&] { static_cast<void>(static_cast<decltype(wanted)>(expression)); });
  };
  CHECK(refused(0.0, d) == tl::ErrorCode::shape);
  CHECK(refused(0, tl::sum(d)) == tl::ErrorCode::type);
  CHECK(refused(0U, tl::min(tl::lazy(n))) == tl::ErrorCode::type);
}

TEST_CASE("api: an expression is evaluated anew with what its arrays then hold") {
  std::vector<float> x{1, 2, 3};
  const auto e = tl::sum(tl::lazy(x) * 2);
  CHECK(static_cast<double>(e) == 12);
  x[0] = 11;
  CHECK(static_cast<double>(e) == 32);
}

TEST_CASE("api: assign writes into the caller's memory") {
  std::vector<float> x{1, 2, 3, 4};
  std::vector<double> wide(4);
  tl::assign(wide, tl::lazy(x) / 4);
  CHECK(wide == std::vector<double>{0.25, 0.5, 0.75, 1});
  tl::assign(x, tl::lazy(x) * tl::lazy(x));
  CHECK(x == std::vector<float>{1, 4, 9, 16});
  tl::assign(std::span(x).subspan(1), tl::lazy(std::span(x).first(3)) + 1);  // overlap
  CHECK(x == std::vector<float>{1, 2, 5, 10});
  tl::Array array(tl::float32, {2, 2});
  const tl::ArrayView transposed(array.data(), tl::float32, {2, 2}, {4, 8});
  tl::assign(transposed, tl::lazy(tl::ArrayView(x.data(), {2, 2})));
  CHECK(array.values<float>()[1] == 5);
  tl::assign(array, tl::sum(tl::lazy(x)));  // broadcasts
  CHECK(array.values<float>()[3] == 18);

  std::vector<std::int32_t> n(4);
  CHECK(code_of([&] { tl::assign(n, tl::lazy(x)); }) == tl::ErrorCode::type);
  tl::assign(n, tl::lazy(x), {.casting = tl::Casting::unsafe});
  CHECK(n == std::vector<std::int32_t>{1, 2, 5, 10});
  std::vector<float> few(3);
  CHECK(code_of([&] { tl::assign(few, tl::lazy(x)); }) == tl::ErrorCode::shape);
  const tl::ArrayView readonly = array.view().as_const();
  CHECK(code_of([&] { tl::assign(readonly, tl::lazy(x)); }) != tl::ErrorCode::internal);
}

TEST_CASE("api: options reach a lazy evaluation") {
  const std::vector<std::uint8_t> x{255, 255};
  tl::Stats stats;
  const tl::Array wrapped =
      (tl::lazy(x) + tl::lazy(x)).eval({.promotion = tl::Promotion::numpy, .stats = &stats});
  CHECK(wrapped.dtype() == tl::uint8);
  CHECK(wrapped.values<std::uint8_t>()[0] == 254);
  CHECK(stats.type_seconds > 0);
  CHECK((tl::lazy(x) + tl::lazy(x)).eval().dtype() == tl::uint16);
}

TEST_CASE("api: errors of a lazy evaluation name what is wrong") {
  const std::vector<float> x(3);
  const std::vector<float> y(4);
  const auto message = [](auto call) -> std::string {
    try {
      call();
    } catch (const tl::Error& error) {
      return error.what();
    }
    return "";
  };
  const std::string shapes = message([&] { (tl::lazy(x) + tl::lazy(y)).eval(); });
  CHECK(shapes.find("(3") != std::string::npos);
  CHECK(shapes.find("(4") != std::string::npos);
  CHECK(code_of([&] { tl::sum(tl::lazy(x), tl::axis(1)).eval(); }) == tl::ErrorCode::shape);
  CHECK(code_of([&] { tl::sum(tl::lazy(x), tl::axis(0, 0)).eval(); }) == tl::ErrorCode::shape);
  CHECK(code_of([&] { (~tl::lazy(x)).eval(); }) == tl::ErrorCode::type);
}

TEST_CASE("api: a view of nothing cannot be evaluated") {
  CHECK(code_of([] { tl::lazy(tl::ArrayView()).eval(); }) == tl::ErrorCode::value);
}
