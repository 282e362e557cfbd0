// Many threads evaluating, compiling and evicting at once, with forks in between.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

TEST_CASE("engine: threads evaluate, compile and evict at once", "[concurrent]") {
  std::vector<double> x(40000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % 100);
  const double want = tl::evaluate("sum(x * 3 + 1)", {{"x", x}}).item<double>();
  const tl::Function f = tl::compile("sum(x * 3 + 1)", {{"x", tl::float64}});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 12; ++i) {
        if (tl::evaluate("sum(x * 3 + 1)", {{"x", x}}).item<double>() != want) ++wrong;
        if (f({x}).item<double>() != want) ++wrong;
        const std::string own = "sum(x) + " + std::to_string(t * 100 + i);
        tl::evaluate(own, {{"x", x}});
        if (i % 5 == 4 && t == 0) tl::clear_cache();
      }
    });
  }
  for (auto& t : threads) t.join();
  CHECK(wrong == 0);
}

TEST_CASE("engine: threads share a cache that holds less than they use", "[concurrent]") {
  using namespace tightloop;
  for (const auto when : {exec::CompileTime::first, exec::CompileTime::background}) {
    exec::EngineCore engine(std::make_unique<exec::KernelCache>("", "", when, 3), true);
    const std::vector<double> x{1, 2, 3, 4, 5};
    std::vector<double> in_place(8 * x.size(), 0);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 24; ++i) {
          const int k =
              (t + i) % 6;  // each kernel leaves and comes back, in several threads at once
          const std::string text = "sum(x * " + std::to_string(k) + " + 1)";
          const auto got = detail::evaluate_with(engine, text, {{"x", x}}, {});
          if (got[0].item<double>() != 15.0 * k + 5) ++wrong;
          if (i == 12 && t == 3) detail::forget_prepared();
          double* own = in_place.data() + static_cast<std::size_t>(t) * x.size();
          const ArrayView mine(own, {static_cast<std::int64_t>(x.size())});
          evaluate_into(mine, "y + x", {{"x", x}, {"y", mine}});
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(in_place[0] == 24);
    CHECK(in_place.back() == 24 * 5);
    base::wait_for_background();
    detail::forget_prepared();
  }
}

TEST_CASE("engine: a forked child evaluates, while the parent does too") {
  std::vector<float> x(600000, 2);
  const float want = tl::evaluate("sum(x * x)", {{"x", x}}).item<float>();
  std::atomic<bool> stop{false};
  std::thread busy([&] {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return;  // the sanitizers' own allocators do not survive a fork while another thread allocates
#endif
    for (int i = 0; !stop; ++i) tl::evaluate("sum(x) + " + std::to_string(i % 50), {{"x", x}});
  });
  int failed = 0;
  for (int round = 0; round < 5; ++round) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      alarm(20);  // a deadlock ends the child, and the test sees it
      bool good = false;
      try {
        good = tl::evaluate("sum(x * x)", {{"x", x}}).item<float>() == want &&
               tl::evaluate("max(x) + " + std::to_string(round), {{"x", x}}).item<float>() ==
                   2.0F + static_cast<float>(round);
      } catch (...) {
      }
      _exit(good ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) ++failed;
  }
  stop = true;
  busy.join();
  CHECK(failed == 0);
}
