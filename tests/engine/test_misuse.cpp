// Odd executors, empty and doubled parameters, many destinations, shapes beyond any memory.
#include <climits>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

/// Runs tasks backwards on the calling thread, whatever it says of itself, or throws.
class OddExecutor : public tl::Executor {
 public:
  OddExecutor(int concurrency, bool throws) : concurrency_(concurrency), throws_(throws) {}
  int concurrency() const noexcept override { return concurrency_; }
  void run(std::size_t count, void (*task)(void*, std::size_t), void* context, int) override {
    if (throws_) throw std::runtime_error("the host's own");
    for (std::size_t i = count; i-- > 0;) task(context, i);
  }

 private:
  int concurrency_;
  bool throws_;
};

template <class F>
tl::ErrorCode code_of(F&& f) {
  try {
    f();
  } catch (const tl::Error& e) {
    CHECK(std::string(e.what()).size() > 10);
    return e.code();
  }
  FAIL("no error");
  return tl::ErrorCode::internal;
}

/// An array of one element in memory and of any shape.
tl::ArrayView repeated(const double& x, const tl::Dims& shape) {
  tl::Dims strides = shape;
  for (std::int64_t& s : strides) s = 0;
  return tl::ArrayView(static_cast<const void*>(&x), tl::DType::float64, shape, strides);
}

}  // namespace

TEST_CASE("engine: executors that say odd things of themselves") {
  const std::vector<double> v(1'000'000, 1.0);
  const int concurrency = GENERATE(INT_MIN, -5, 0, 1, 7, INT_MAX);
  CAPTURE(concurrency);
  OddExecutor odd(concurrency, false);
  tl::Stats stats;
  tl::Options options;
  options.executor = &odd;
  options.stats = &stats;
  options.threads = GENERATE(0, 2, 3);
  CHECK(tl::evaluate("sum(a * 2)", {{"a", v}}, options).item<double>() == 2e6);
  const auto ones = tl::evaluate("a + 0", {{"a", v}}, options);
  CHECK(tl::evaluate("all(a == b)", {{"a", v}, {"b", ones}}).item<bool>());
  if (concurrency <= 7) CHECK(stats.peak_extra_bytes < 1 << 20);
}

TEST_CASE("engine: what an executor throws arrives as an Error") {
  if (tl::cache_info().backend != "jit") return;
  const std::vector<double> v(1'000'000, 1.0);
  OddExecutor odd(4, true);
  tl::Options options;
  options.executor = &odd;
  CHECK(code_of([&] {
          tl::evaluate("sum(a)", {{"a", v}}, options);
        }) == tl::ErrorCode::unsupported);
  const tl::Function f = tl::compile("sum(a)", {{"a", tl::DType::float64}}, options);
  CHECK(code_of([&] { f({v}); }) == tl::ErrorCode::unsupported);
}

TEST_CASE("engine: a compiled function refuses what evaluate refuses") {
  using tl::DType;
  CHECK(code_of([] {
          tl::compile("a", {{"a", DType::int8}, {"a", DType::int8}});
        }) == tl::ErrorCode::value);
  tl::Options options;
  options.threads = -1;
  CHECK(code_of([&] { tl::compile("a", {{"a", DType::int8}}, options); }) == tl::ErrorCode::value);
  tl::Function empty;
  std::vector<double> v(3);
  CHECK(empty.results() == 0);
  CHECK(code_of([&] { empty({v}); }) == tl::ErrorCode::value);
  CHECK(code_of([&] { empty.into(v, {v}); }) == tl::ErrorCode::value);
}

TEST_CASE("engine: a function finds its program for more than 64 destinations") {
  std::string text;
  std::vector<std::vector<double>> results(100, std::vector<double>(4));
  std::vector<tl::Destination> outs;
  for (int i = 0; i < 100; ++i) {
    text += (i > 0 ? ", a*" : "a*") + std::to_string(i);
    outs.emplace_back(results[static_cast<std::size_t>(i)]);
  }
  const tl::Function f = tl::compile(text, {{"a", tl::DType::float64}});
  const std::vector<double> one(4, 1.0);
  const std::vector<tl::Arg> args{one};
  f.into(outs, args);
  tl::clear_cache();  // a program made anew would be compiled anew
  const auto before = tl::cache_info().compiled;
  f.into(outs, args);
  CHECK(tl::cache_info().compiled == before);
  for (std::size_t i = 0; i < 100; ++i) CHECK(results[i][3] == static_cast<double>(i));
}

TEST_CASE("engine: names are told apart among a thousand") {
  const double x = 1;
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("v" + std::to_string(i));
  std::vector<tl::Binding> list;
  std::string text = "v0";
  for (const std::string& n : names) list.push_back({n, x});
  for (std::size_t i = 1; i < names.size(); ++i) text += "+" + names[i];
  CHECK(tl::evaluate(text, tl::Bindings(list)).item<double>() == 1000);
  list.back().name = "v5";
  CHECK(code_of([&] { tl::evaluate("v0", tl::Bindings(list)); }) == tl::ErrorCode::value);
}

TEST_CASE("engine: shapes beyond any memory are errors or of no elements") {
  const double x = 1;
  constexpr std::int64_t big = std::int64_t{1} << 40;
  const auto row = repeated(x, {1, big}), column = repeated(x, {big, 1});
  const auto middle = repeated(x, {1, big, 1});
  const tl::ArrayView none(static_cast<const void*>(&x), tl::DType::float64, {0, 1, 1},
                           {INT64_MIN, INT64_MAX, 5});
  const tl::ArrayView no_columns(static_cast<const void*>(&x), tl::DType::float64, {3, 0},
                                 {INT64_MIN, INT64_MAX});
  const std::vector<tl::Binding> all{
      {"r", row}, {"c", column}, {"m", middle}, {"z", none}, {"q", no_columns}};
  for (const char* text : {"r + c", "sum(r + c)", "sum(z + r + m, axis=0)", "z + r + m"}) {
    INFO(text);
    CHECK(code_of([&] { tl::evaluate(text, all); }) == tl::ErrorCode::shape);
  }
  CHECK(code_of([&] { tl::evaluate("c * 2", all); }) == tl::ErrorCode::memory);
  CHECK(tl::evaluate("sum(z + r + m)", all).item<double>() == 0);
  CHECK(tl::evaluate("sum(z + r + m, axis=(1,2))", all).size() == 0);
  const auto sums = tl::evaluate("sum(q * 2, axis=1)", all);
  CHECK(sums.size() == 3);
  CHECK(tl::evaluate("all(s == 0)", {{"s", sums}}).item<bool>());
  CHECK(tl::evaluate("q * 2 + q.T[:, :1].T", all).size() == 0);
}

TEST_CASE("engine: bytes written count the results of reductions") {
  if (tl::cache_info().backend != "jit") return;
  const std::vector<double> v(1000, 1.0);
  tl::Stats stats;
  tl::Options options;
  options.stats = &stats;
  tl::evaluate_all("sum(a), mean(a), a * 2", {{"a", v}}, options);
  CHECK(stats.bytes_written == 8 + 8 + 8000);
  CHECK(stats.bytes_read == 8000);
}

TEST_CASE("engine: many results of one pass stay within the memory of a thread") {
  if (tl::cache_info().backend != "jit") return;
  const std::vector<double> v(4'000'000, 1.0);
  const tl::ArrayView a(v.data(), {2000, 2000});
  std::string rows, columns, totals;
  for (int i = 0; i < 64; ++i) {
    const std::string term = (i > 0 ? ", sum(a*" : "sum(a*") + std::to_string(i);
    totals += term + ")";
    columns += term + ", axis=0)";
    rows += term + ", axis=1)";
  }
  tl::Stats stats;
  tl::Options options;
  options.stats = &stats;
  options.threads = 1;
  for (const std::string& text : {rows, columns, totals}) {
    const auto list = tl::evaluate_all(text, {{"a", a}}, options);
    CHECK(stats.peak_extra_bytes <= (1024 + 64) << 10);
    CHECK(tl::evaluate("all(x == y)", {{"x", list[63]}, {"y", list[1]}}).item<bool>() == false);
    const auto same =
        tl::evaluate("all(abs(x - y * 63) <= 1e-9)", {{"x", list[63]}, {"y", list[1]}});
    CHECK(same.item<bool>());
  }
}
