// Kernels that are interpreted first: replaced while others run them, in forked children too, and
// the same bits before, during and after.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"

namespace tightloop::exec {
namespace {

bool has_code_generator() {
  try {
    EngineCore engine(EngineCore::Kind::jit);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::unique_ptr<EngineCore> make_tiered() {
  return std::make_unique<EngineCore>(
      std::make_unique<KernelCache>("", "", CompileTime::background), false);
}

std::vector<float> sample(std::size_t n) {
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(i % 1009) * 0.37F;
  return x;
}

}  // namespace

TEST_CASE("exec: an interpreted kernel is replaced once it has worked enough") {
  if (!has_code_generator()) return;
  const auto engine = make_tiered();
  const std::vector<float> x = sample(100'000);
  const auto once = [&](std::size_t n) {
    const ArrayView view(x.data(), {static_cast<std::int64_t>(n)});
    return detail::evaluate_with(*engine, "sum(exp(x) * 2 + x)", {{"x", view}}, {})[0]
        .item<float>();
  };
  once(1000);
  base::wait_for_background();
  CHECK(engine->cache_info().compiled == 0);
  const float interpreted = once(x.size());
  for (int i = 0; i < 20; ++i) CHECK(once(x.size()) == interpreted);
  base::wait_for_background();
  CHECK(engine->cache_info().compiled == 1);
  CHECK(once(x.size()) == interpreted);
}

TEST_CASE("exec: threads share a kernel while it is replaced", "[concurrent]") {
  if (!has_code_generator()) return;
  for (int round = 0; round < 5; ++round) {
    const auto engine = make_tiered();
    const std::vector<float> x = sample(50'000);
    const std::string text = "sum(sqrt(x) * " + std::to_string(round + 2) + " - x, axis=0)";
    std::vector<std::thread> threads;
    std::vector<float> first(4, 0);
    std::atomic<int> differ{0};
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 30; ++i) {
          const float sum = detail::evaluate_with(*engine, text, {{"x", x}}, {})[0].item<float>();
          if (i == 0) first[t] = sum;
          if (sum != first[t]) ++differ;
        }
      });
    }
    for (std::thread& t : threads) t.join();
    base::wait_for_background();
    CHECK(differ == 0);
    for (const float f : first) CHECK(f == first[0]);
  }
}

TEST_CASE("exec: a forked child compiles in a background of its own") {
  if (!has_code_generator()) return;
  const auto engine = make_tiered();
  const std::vector<float> x = sample(200'000);
  const auto once = [&](const std::string& text) {
    return detail::evaluate_with(*engine, text, {{"x", x}}, {})[0].item<float>();
  };
  for (int i = 0; i < 8; ++i) once("sum(x * 3 + 1)");  // may be compiling when the fork happens
  const float sum = once("sum(x * 5 + 1)");
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    bool same = true;
    for (int i = 0; i < 20; ++i) same = same && once("sum(x * 5 + 1)") == sum;
    once("sum(x * 3 + 1)");  // asked for again: the parent's background is not the child's
    base::wait_for_background();
    same = same && once("sum(x * 5 + 1)") == sum && engine->cache_info().compiled >= 2;
    _exit(same ? 0 : 1);
  }
  int status = 1;
  waitpid(pid, &status, 0);
  CHECK(status == 0);
  base::wait_for_background();
}

TEST_CASE("exec: jobs in the background run in order, one at a time") {
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) base::run_in_background([&order, i] { order.push_back(i); });
  base::wait_for_background();
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("exec: an engine does not find the programs of one that stood at its address") {
  const std::vector<float> x = sample(100);
  std::optional<EngineCore> engine;
  for (int i = 0; i < 3; ++i) {
    engine.emplace(EngineCore::Kind::interpreter);
    CHECK(engine->cache_info().kernels == 0);
    detail::evaluate_with(*engine, "sum(x * 1.25)", {{"x", x}}, {});
    CHECK(engine->cache_info().kernels > 0);
  }
}

}  // namespace tightloop::exec
