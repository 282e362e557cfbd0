// Prepared calls: the bits of Function::into, over dtypes, layouts, overlaps, errors and sizes.
#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

constexpr tl::DType kDTypes[] = {tl::bool_,   tl::int8,      tl::int16,     tl::int32,
                                 tl::int64,   tl::uint8,     tl::uint16,    tl::uint32,
                                 tl::uint64,  tl::float16,   tl::float32,   tl::bfloat16,
                                 tl::float64, tl::complex64, tl::complex128};

tl::Array counted(tl::DType dtype, std::int64_t count) {
  tl::Options options;
  options.dtype = dtype;
  options.casting = tl::Casting::unsafe;
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i % 11));
  return tl::evaluate("x", {{"x", values}}, options);
}

bool same_bits(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * tl::itemsize(a.dtype())) == 0;
}

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const tl::Error& e) {
    return e.message() + "; " + e.hint();
  }
  return "";
}

}  // namespace

TEST_CASE("api: a prepared call gives the bits of the call, each time") {
  for (const tl::DType t : kDTypes) {
    for (const std::int64_t n : {0, 1, 7, 64, 1000, 300000}) {
      const tl::Array x = counted(t, n), y = counted(t, n);
      for (const char* text : {"x + y", "sum(x * y)", "x, sum(y)", "mean(x)"}) {
        if (n == 0 && std::string(text) == "mean(x)") continue;
        INFO(text << " of " << n << " " << name(t));
        const tl::Function f = tl::compile(text, {{"x", t}, {"y", t}});
        const std::vector<tl::Arg> args = {x, y};
        const std::vector<tl::Array> wanted = f.all(args);
        std::vector<tl::Array> got;
        std::vector<tl::Destination> outs;
        for (const tl::Array& w : wanted) got.emplace_back(w.dtype(), w.shape());
        for (tl::Array& g : got) outs.emplace_back(g);
        const tl::PreparedCall call = f.prepare(outs, args);
        for (int round = 0; round < 3; ++round) {
          for (tl::Array& g : got) {
            std::memset(g.data(), 0x55,
                        static_cast<std::size_t>(g.size()) * tl::itemsize(g.dtype()));
          }
          call();
          for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i], wanted[i]));
        }
      }
    }
  }
}

TEST_CASE("api: a prepared call reads what its arrays hold when it runs") {
  std::vector<double> x = {1, 2, 3}, out(3);
  const tl::Function f = tl::compile("k * x + 1", {{"x", tl::float64}, {"k", weak(tl::float64)}});
  tl::PreparedCall call = f.prepare(out, {x, 2});
  call();
  CHECK(out == std::vector<double>{3, 5, 7});
  x = {10, 20, 30};
  call();
  CHECK(out == std::vector<double>{21, 41, 61});
  // In place, and where the destination overlaps an input elsewhere.
  const tl::ArrayView head(x.data(), tl::Dims{2}), tail(x.data() + 1, tl::Dims{2});
  f.prepare(x, {x, 1})();
  CHECK(x == std::vector<double>{11, 21, 31});
  const tl::PreparedCall shifted = f.prepare(tail, {head, 1});
  shifted();
  CHECK(x == std::vector<double>{11, 12, 22});
  shifted();
  CHECK(x == std::vector<double>{11, 12, 13});
  // Scalars of strong parameters are converted once; what is handed over is kept.
  const tl::Function g = tl::compile("x + c", {{"x", tl::float64}, {"c", tl::float32}});
  call = g.prepare(out, {tl::evaluate("x * 2", {{"x", x}}), 0.5});
  tl::clear_cache();
  call();
  CHECK(out == std::vector<double>{22.5, 24.5, 26.5});
  tl::PreparedCall copy = call;
  call = {};
  copy();
  CHECK(out[0] == 22.5);
}

TEST_CASE("api: a prepared call converts, broadcasts and swaps as the call does") {
  const std::vector<float> x = {1, 2, 3};
  std::array<std::uint8_t, 3> bytes{};
  const tl::Function f = tl::compile("x * 100", {{"x", tl::float32}});
  CHECK_THROWS_AS(f.prepare(bytes, {std::span<const float>(x.data(), 2)}), tl::Error);
  tl::Options saturating;
  saturating.casting = tl::Casting::saturate;
  const tl::Function s = tl::compile("x * 100", {{"x", tl::float32}}, saturating);
  s.prepare(bytes, {x})();
  CHECK(bytes == std::array<std::uint8_t, 3>{100, 200, 255});
  std::array<float, 6> rows{};
  const tl::ArrayView two(rows.data(), tl::Dims{2, 3});
  f.prepare(two, {x})();
  CHECK(rows == std::array<float, 6>{100, 200, 300, 100, 200, 300});
  std::array<float, 3> swapped{};
  const tl::ArrayView to(static_cast<void*>(swapped.data()), tl::float32, {3}, {4},
                         tl::ByteOrder::swapped);
  f.prepare(to, {x})();
  CHECK(tl::evaluate("x", {{"x", to}}).values<float>()[1] == 200);
}

TEST_CASE("api: sums that overflow and integers that do not fit are told at each run") {
  constexpr double large = 1.5e308;
  std::vector<double> x = {large, large, large};
  double mean = 0;
  const tl::ArrayView to(&mean, tl::Dims{});
  const tl::PreparedCall average = tl::compile("mean(x)", {{"x", tl::float64}}).prepare(to, {x});
  for (int i = 0; i < 3; ++i) {
    mean = 0;
    average();
    CHECK(mean == large);
  }
  x = {1, 2, 6};
  average();
  CHECK(mean == 3);
  std::vector<std::int64_t> a = {1, std::numeric_limits<std::int64_t>::max()}, sum(2);
  const tl::PreparedCall add = tl::compile("a + 1", {{"a", tl::int64}}).prepare(sum, {a});
  for (int i = 0; i < 2; ++i) {
    CHECK(message_of(add).find("integer overflow in 'a + 1' at index (1,)") != std::string::npos);
  }
  a[1] = 5;
  add();
  CHECK(sum == std::vector<std::int64_t>{2, 6});
}

TEST_CASE("api: what a prepared call refuses") {
  std::vector<double> x = {1, 2, 3}, out(3), four(4);
  const tl::Function f = tl::compile("x + y", {{"x", tl::float64}, {"y", tl::float64}});
  CHECK(message_of(tl::PreparedCall()) == "the call is empty; Function::prepare makes calls");
  CHECK(message_of([&] { f.prepare(out, {x}); }).find("takes 2 arguments") != std::string::npos);
  CHECK(message_of([&] {
          f.prepare({}, std::vector<tl::Arg>{x, x});
        }) == "no destination is given; ");
  CHECK(message_of([&] { f.prepare(out, {x, four}); }) != "");
  CHECK(message_of([&] { f.prepare(four, {x, x}); }) != "");
  const std::vector<float> narrow(3);
  CHECK(message_of([&] { f.prepare(out, {x, narrow}); }).find("is float32") != std::string::npos);
  const tl::ArrayView readonly = tl::ArrayView(out.data(), tl::Dims{3}).as_const();
  CHECK(message_of([&] { f.prepare(readonly, {x, x}); }) != "");
  tl::Options few;
  few.most_elements = 2;
  const tl::Function bounded = tl::compile("x * x", {{"x", tl::float64}}, few);
  CHECK(message_of([&] { bounded.prepare(out, {x}); }).find("most_elements") != std::string::npos);
  CHECK(out == std::vector<double>{0, 0, 0});
}
