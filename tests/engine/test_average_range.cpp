// Means, norms and deviations whose sums overflow on the way to a result that does not: the right
// value, whatever the axis, mask, number of threads and engine, and other results as they are.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "api/front.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double value(const std::string& text, tl::Bindings vars) {
  return tl::evaluate(text, vars).item<double>();
}

/// True where every element is within a few units in the last place, or both are NaN.
bool close(double got, double want) {
  if (std::isnan(want)) return std::isnan(got);
  return got == want || std::abs(got - want) <= 8 * 0x1p-53 * std::abs(want);
}

bool same_bytes(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
}

}  // namespace

TEST_CASE("engine: means, norms and deviations do not overflow on the way") {
  const std::vector<double> x{1.5e308, 1.5e308, 1.5e308};
  const std::vector<double> y{1e200, -1e200, 1e200, -1e200};
  CHECK(value("mean(x)", {{"x", x}}) == 1.5e308);
  CHECK(value("mean(-x)", {{"x", x}}) == -1.5e308);
  CHECK(value("nanmean(x)", {{"x", x}}) == 1.5e308);
  CHECK(value("mean(x, where=x > 0)", {{"x", x}}) == 1.5e308);
  CHECK(value("mean(x * 0 + m)", {{"x", x}, {"m", kMax}}) == kMax);
  CHECK(close(value("norm(y)", {{"y", y}}), 2e200));
  CHECK(close(value("norm(y, where=y > 0)", {{"y", y}}), std::sqrt(2.0) * 1e200));
  CHECK(close(value("norm(x / 2)", {{"x", x}}), std::sqrt(3.0) * 0.75e308));
  CHECK(value("norm(x)", {{"x", x}}) == kInfinity);  // it is past the largest float64
  CHECK(close(value("std(y)", {{"y", y}}), 1e200));
  CHECK(close(value("std(y, where=y != 0)", {{"y", y}}), 1e200));
  CHECK(value("var(y)", {{"y", y}}) == kInfinity);
  CHECK(close(value("var(y / 1e46)", {{"y", y}}), 1e308));
  const tl::Array z = tl::evaluate("complex(x, -x)", {{"x", x}});
  CHECK(tl::evaluate("mean(z)", {{"z", z}}).item<std::complex<double>>() ==
        std::complex<double>(1.5e308, -1.5e308));
  CHECK(close(value("norm(z / 1e100)", {{"z", z}}), std::sqrt(6.0) * 1.5e208));
  CHECK(close(value("std(complex(y, y))", {{"y", y}}), std::sqrt(2.0) * 1e200));
}

TEST_CASE("engine: what is not finite makes averages what it made them") {
  const double nan = std::nan("");
  for (const auto& [first, want] :
       {std::pair{kInfinity, kInfinity}, {-kInfinity, -kInfinity}, {nan, nan}}) {
    const std::vector<double> x{first, 1.5e308, 1.5e308, 1, 2};
    CHECK(close(value("mean(x)", {{"x", x}}), want));
    CHECK(close(value("norm(x)", {{"x", x}}), std::abs(want)));
    CHECK(std::isnan(value("std(x)", {{"x", x}})));
  }
  CHECK(std::isnan(value("mean(x)", {{"x", std::vector<double>{}}})));
  const std::vector<double> both{kInfinity, -kInfinity};
  CHECK(std::isnan(value("mean(x)", {{"x", both}})));
}

TEST_CASE("engine: float32 and halves average and measure what they can hold") {
  const std::vector<float> x{3e38F, 3e38F, 3e38F}, y{3e30F, -4e30F};
  CHECK(tl::evaluate("mean(x)", {{"x", x}}).item<float>() == 3e38F);
  CHECK(tl::evaluate("norm(y)", {{"y", y}}).item<float>() == 5e30F);
  CHECK(tl::evaluate("l2_distance(y, 0)", {{"y", y}}).item<float>() == 5e30F);
  CHECK(tl::evaluate("std(y)", {{"y", y}}).item<float>() == Approx(3.5e30F));
  CHECK(tl::evaluate("rmse(y, 0)", {{"y", y}}).item<float>() == Approx(3.5355339e30F));
  const auto halves = tl::evaluate_all("mean(float16(h)), norm(float16(h))",
                                       {{"h", std::vector<float>{6e4F, 6e4F}}});
  CHECK(halves[0].item<float>() == 6e4F);
  CHECK(halves[1].item<float>() == Approx(84852.8F));
}

TEST_CASE("engine: functions of the language average what is large") {
  const std::vector<double> x{1.5e308, 1.5e308, 1.5e308}, w{1, 2, 3};
  const std::vector<double> a{3e200, 1e200, -2e200}, b{1e200, 2e200, 2e200};
  const auto small = [](const std::vector<double>& v) {
    std::vector<double> out;
    for (const double e : v) out.push_back(e / 1e200);
    return out;
  };
  const std::vector<double> c = small(a), d = small(b);
  CHECK(close(value("weighted_mean(x, w)", {{"x", x}, {"w", w}}), 1.5e308));
  CHECK(close(value("weighted_mean(x, 1)", {{"x", x}}), 1.5e308));
  CHECK(close(value("rmse(x, 0)", {{"x", x}}), 1.5e308));
  for (const char* name : {"l2_distance", "rmse"}) {
    const std::string call = std::string(name) + "(a, b)";
    INFO(call);
    CHECK(close(value(call, {{"a", a}, {"b", b}}) / 1e200, value(call, {{"a", c}, {"b", d}})));
  }
  for (const char* name :
       {"relative_l2_error", "cosine_similarity", "correlation", "snr", "r2_score"}) {
    const std::string call = std::string(name) + "(a, b)";
    INFO(call);
    const double want = value(call, {{"a", c}, {"b", d}});
    CHECK(std::abs(value(call, {{"a", a}, {"b", b}}) - want) <= 1e-14 * std::abs(want));
  }
  CHECK(close(value("psnr(a, b, peak=2e200)", {{"a", a}, {"b", b}}),
              value("psnr(a, b, peak=2)", {{"a", c}, {"b", d}})));
  for (const char* text :
       {"normalize(a)[0]", "rmsnorm(a, eps=0)[1]", "layernorm(a, eps=0)[2]", "zscore(a)[0]"}) {
    INFO(text);
    CHECK(close(value(text, {{"a", a}}), value(text, {{"a", c}})));
  }
}

TEST_CASE("engine: averages of finite sums keep their bits beside others that overflow") {
  constexpr std::int64_t kRows = 7, kColumns = 20011;
  std::vector<double> x(kRows * kColumns);
  std::uint64_t state = 5;
  for (double& v : x) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    v = std::ldexp(static_cast<double>(state >> 40) - 8e6, static_cast<int>(state >> 20 & 31) - 60);
  }
  const auto all = [&](const tl::ArrayView& view, const tl::Options& options) {
    return tl::evaluate_all(
        "mean(x, axis=1), norm(x, axis=1), std(x, axis=1), var(x, axis=1), nanmean(x, axis=1), "
        "mean(x.T, axis=0), std(x, axis=1, where=x > 0), rmse(x, 1, axis=1), normalize(x)",
        {{"x", view}}, options);
  };
  tl::base::ThreadPool pool(3);
  tl::Options options;
  options.executor = &pool;
  options.threads = 1;
  const std::vector<tl::Array> plain = all({x.data(), {kRows, kColumns}}, options);
  for (std::int64_t i = 0; i < kColumns; ++i) x[static_cast<std::size_t>(3 * kColumns + i)] = 1e306;
  const std::vector<tl::Array> mixed = all({x.data(), {kRows, kColumns}}, options);
  for (std::size_t k = 0; k < plain.size(); ++k) {
    INFO("result " << k);
    const std::int64_t row = plain[k].size() / kRows;
    for (std::int64_t i = 0; i < plain[k].size(); ++i) {
      const bool finite = std::isfinite(mixed[k].data<double>()[i]);
      if (i / row != 3 && plain[k].data<double>()[i] != mixed[k].data<double>()[i]) FAIL_CHECK(i);
      if (i / row == 3 && k != 3) CHECK(finite);
    }
  }
  options.threads = 3;
  const std::vector<tl::Array> threaded = all({x.data(), {kRows, kColumns}}, options);
  for (std::size_t k = 0; k < plain.size(); ++k) CHECK(same_bytes(mixed[k], threaded[k]));
  tl::exec::EngineCore interpreter(tl::exec::EngineCore::Kind::interpreter);
  for (const char* text : {"mean(x, axis=1)", "norm(x, axis=0)", "std(x)"}) {
    const tl::ArrayView view(x.data(), {kRows, kColumns});
    const tl::Array want = tl::evaluate(text, {{"x", view}});
    CHECK(same_bytes(want, tl::detail::evaluate_with(interpreter, text, {{"x", view}}, {})[0]));
  }
}

TEST_CASE("engine: averages that overflow, by templates, functions, in place and in parts") {
  const std::vector<double> x{1.5e308, 1.5e308, 1.5e308};
  CHECK(static_cast<double>(tl::mean(tl::lazy(x))) == 1.5e308);
  const tl::Function f = tl::compile("mean(x)", {{"x", tl::float64}});
  for (int i = 0; i < 3; ++i) CHECK(f({x}).item<double>() == 1.5e308);
  CHECK(f({std::vector<double>{1, 2}}).item<double>() == 1.5);
  CHECK(f({x}).item<double>() == 1.5e308);
  std::vector<double> y = x;
  tl::evaluate_into(y, "y - mean(y)", {{"y", y}});
  CHECK(y == std::vector<double>(3, 0.0));
  const std::vector<tl::StreamBinding> bound{{"x", x}};
  CHECK(tl::stream("mean(x), norm(x / 2)", bound, {}, {})[0].item<double>() == 1.5e308);
}
