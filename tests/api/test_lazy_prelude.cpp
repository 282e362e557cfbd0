// Functions of the prelude as C++ functions: the same results as the text, bit for bit.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

std::vector<float> sample(unsigned seed) {
  std::vector<float> out;
  for (unsigned i = 0; i < 60; ++i) {
    seed = seed * 1664525U + 1013904223U;
    out.push_back(static_cast<float>(1 + (seed >> 20) % 1000) / 64.0F);
  }
  return out;
}

void check_same(const tl::Array& got, const tl::Array& expected) {
  REQUIRE(got.dtype() == expected.dtype());
  REQUIRE(got.shape() == expected.shape());
  const std::size_t bytes = static_cast<std::size_t>(got.size()) * tl::itemsize(got.dtype());
  CHECK(std::memcmp(got.data(), expected.data(), bytes) == 0);
}

}  // namespace

TEST_CASE("api: functions of the prelude are what the text says") {
  const std::vector<float> p = sample(1);
  const std::vector<float> q = sample(2);
  const tl::ArrayView a(static_cast<const void*>(p.data()), tl::float32, tl::Dims{5, 12});
  const tl::ArrayView b(static_cast<const void*>(q.data()), tl::float32, tl::Dims{5, 12});
  const auto x = tl::lazy(a);
  const auto y = tl::lazy(b);
  const auto text = [&](const char* t) { return tl::evaluate(t, {{"x", a}, {"y", b}}); };
  check_same(tl::mse(x, y), text("mse(x, y)"));
  check_same(tl::mse(x, y, tl::axis(0)), text("mse(x, y, axis=0)"));
  check_same(tl::mse(x, y, tl::axis(-1, 0), tl::keepdims),
             text("mse(x, y, axis=(-1, 0), keepdims=True)"));
  check_same(tl::mse(x, 2), text("mse(x, 2)"));
  check_same(tl::mse(x - 1, y * y, tl::keepdims), text("mse(x - 1, y*y, keepdims=True)"));
  check_same(tl::psnr(x, y, 255), text("psnr(x, y, 255)"));
  check_same(tl::psnr(x, y, tl::axis(1), 2.5), text("psnr(x, y, 2.5, axis=1)"));
  check_same(tl::softmax(x), text("softmax(x)"));
  check_same(tl::softmax(x, tl::axis(0)), text("softmax(x, axis=0)"));
  check_same(tl::layernorm(x, tl::axis(-1), 1e-3), text("layernorm(x, axis=-1, eps=1e-3)"));
  check_same(tl::layernorm(x, 1e-3), text("layernorm(x, eps=1e-3)"));
  check_same(tl::sum(tl::softmax(x) * y, tl::axis(-1)) + 1,
             text("sum(softmax(x) * y, axis=-1) + 1"));
  check_same(tl::max_ulp_diff(x, y), text("max_ulp_diff(x, y)"));
  check_same(tl::zscore(x, tl::axis(0), 1), text("zscore(x, axis=0, ddof=1)"));
  check_same(tl::weighted_mean(x, 2, tl::axis(0)), text("weighted_mean(x, 2, axis=0)"));
  check_same(tl::lerp(x, y, 0.25), text("lerp(x, y, 0.25)"));
  check_same(tl::rescale(x, 0, 10, -1), text("rescale(x, 0, 10, -1)"));
  const double error = tl::rmse(x, y);
  CHECK(error == text("rmse(x, y)").item<double>());
}

TEST_CASE("api: errors of the prelude's functions name them") {
  const std::vector<float> p = sample(1);
  try {
    tl::softmax(tl::lazy(p), tl::axis(3)).eval();
    FAIL("no error");
  } catch (const tl::Error& e) {
    CHECK(e.code() == tl::ErrorCode::shape);
  }
}

template <class... A>
concept MseTakes = requires(const A&... a) {
  tl::mse(a...);
};
template <class... A>
concept SoftmaxTakes = requires(const A&... a) {
  tl::softmax(a...);
};
using Lazy = tl::detail::Leaf;
static_assert(MseTakes<Lazy, Lazy> && MseTakes<Lazy, int> && MseTakes<double, Lazy>);
static_assert(!MseTakes<Lazy> && !MseTakes<double, double> && !MseTakes<Lazy, Lazy, int>);
static_assert(SoftmaxTakes<Lazy, tl::detail::Axes> && !SoftmaxTakes<Lazy, tl::KeepDims>);
static_assert(!SoftmaxTakes<Lazy, tl::detail::Axes, tl::detail::Axes>);
