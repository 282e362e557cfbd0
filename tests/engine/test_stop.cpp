// Options::stop: evaluations end soon after another thread asks, and the next one is as if none
// had.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/front.hpp"
#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

using Clock = std::chrono::steady_clock;

/// An array that takes no memory: one element, broadcast.
ArrayView endless(double& element, const Dims& shape) {
  Dims strides = shape;
  for (std::int64_t& s : strides) s = 0;
  return ArrayView(static_cast<const void*>(&element), DType::float64, shape, strides);
}

/// Starts an evaluation that would take minutes, stops it, returns how long that took.
double seconds_to_stop(exec::EngineCore& engine, const std::string& text, const Dims& shape,
                       int threads) {
  double element = 1.5;
  std::atomic<bool> stop{false};
  Options options;
  options.threads = threads;
  options.stop = &stop;
  Clock::time_point asked;
  std::thread clock([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    asked = Clock::now();
    stop = true;
  });
  ErrorCode code = ErrorCode::internal;
  try {
    detail::evaluate_with(engine, text, {{"x", endless(element, shape)}}, options);
  } catch (const Error& e) {
    code = e.code();
  }
  const auto ended = Clock::now();
  clock.join();
  CHECK(code == ErrorCode::stopped);
  return std::chrono::duration<double>(ended - asked).count();
}

}  // namespace

TEST_CASE("engine: a long evaluation stops when it is asked to") {
  const Dims flat{std::int64_t{1} << 37};
  const Dims rows{1 << 15, 1 << 22};
  const Dims columns{1 << 22, 1 << 15};
  const std::vector<std::pair<const char*, Dims>> cases = {
      {"sum(gamma(x))", flat},
      {"max(x * 2)", flat},
      {"sum(x, where=lgamma(x) > x)", flat},
      {"argmax(cos(x))", flat},
      {"max(sum(x - mean(x, axis=-1, keepdims=True), axis=-1))", rows},
      {"sum(max(x, axis=0))", columns},
      {"max(x @ x.T)", {512, 1 << 22}}};
  for (const int threads : {1, 3}) {
    for (const auto& [text, shape] : cases) {
      INFO(text << ", threads " << threads);
      // A loaded machine may be slow; what is not stopped would take minutes.
      CHECK(seconds_to_stop(exec::EngineCore::standard(), text, shape, threads) < 5);
    }
  }
}

TEST_CASE("engine: the interpreter stops when it is asked to") {
  exec::EngineCore reference(exec::EngineCore::Kind::reference);
  CHECK(seconds_to_stop(reference, "sum(x)", {std::int64_t{1} << 37}, 1) < 5);
}

TEST_CASE("engine: a stop flag that stays down changes no bit") {
  std::vector<float> x(100003);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 1009) * 0.37f - 99;
  const ArrayView cube(x.data(), Dims{1, 31, 3225});
  const ArrayView turned(static_cast<const void*>(x.data()), DType::float32, Dims{3225, 31},
                         Dims{4, 4 * 3225});
  const std::atomic<bool> stop{false};
  for (const char* text :
       {"sqrt(abs(x)) + 1", "sum(x)", "sum(x, axis=-1), mean(x, axis=0)", "argmin(x), argmax(x)",
        "var(x), argmin(x, axis=-1)", "x / sum(x, axis=-1, keepdims=True)", "x @ x.T"}) {
    for (const ArrayView& view : {cube, turned}) {
      if (view.ndim() == 3 && std::string(text) == "x @ x.T") continue;
      Options plain, stoppable;
      plain.threads = 1;
      stoppable.threads = 2;
      stoppable.stop = &stop;
      const auto want = evaluate_all(text, {{"x", view}}, plain);
      const auto got = evaluate_all(text, {{"x", view}}, stoppable);
      REQUIRE(want.size() == got.size());
      for (std::size_t i = 0; i < want.size(); ++i) {
        const auto bytes = static_cast<std::size_t>(want[i].size()) * itemsize(want[i].dtype());
        INFO(text << ", result " << i);
        CHECK(std::memcmp(want[i].data(), got[i].data(), bytes) == 0);
      }
    }
  }
}
