// Expressions of hundreds and thousands of nodes, a hundred inputs, sixty-four results: the bits of
// the reference evaluator.
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "api/front.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"

namespace tightloop {
namespace {

struct Engines {
  exec::EngineCore compiled{std::make_unique<exec::KernelCache>("", "", exec::CompileTime::first),
                            true};
  exec::EngineCore reference{exec::EngineCore::Kind::reference};
};

void check_same(Engines& engines, const std::string& text, BindingsView vars) {
  const auto fast = detail::evaluate_with(engines.compiled, text, vars, {});
  const auto slow = detail::evaluate_with(engines.reference, text, vars, {});
  REQUIRE(fast.size() == slow.size());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    CAPTURE(i);
    REQUIRE(fast[i].dtype() == slow[i].dtype());
    REQUIRE(fast[i].shape() == slow[i].shape());
    const auto bytes = static_cast<std::size_t>(fast[i].size()) * itemsize(fast[i].dtype());
    CHECK(std::memcmp(fast[i].data(), slow[i].data(), bytes) == 0);
  }
}

std::vector<double> sample(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<double> x(n);
  for (double& v : x) v = static_cast<double>(random() % 2001) / 1000 - 1;
  return x;
}

/// `nodes` assignments over x and y; operands are recent values or, at times, any. All values stay
/// within those of x and y, so that none is infinite or NaN.
std::string random_steps(int nodes, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::string text = "v0 = (x + y) * 0.5; v1 = (x - y) * 0.5; ";
  for (int i = 2; i < nodes; ++i) {
    const auto operand = [&] {
      const int from = i > 20 && below(3) != 0 ? i - 20 : 0;
      return "v" + std::to_string(from + below(i - from));
    };
    const int kind = below(3);
    std::string value = operand() + (kind == 0 ? " + " : kind == 1 ? " - " : " * ") + operand();
    if (kind != 2) value = "(" + value + ") * 0.5";
    text += "v" + std::to_string(i) + " = " + value + "; ";
  }
  return text;
}

std::string v(int i) {
  return "v" + std::to_string(i);
}

// The code generator takes ten times as long with sanitizers: there a part of the operations.
#if defined(__SANITIZE_ADDRESS__)
constexpr int kSteps = 1000;
#else
constexpr int kSteps = 5000;
#endif

}  // namespace

TEST_CASE("engine: thousands of operations give the reference's bits") {
  Engines engines;
  const std::vector<double> x = sample(37, 1), y = sample(37, 2);
  check_same(engines, random_steps(600, 3) + v(599) + " + " + v(598), {{"x", x}, {"y", y}});
  check_same(engines, random_steps(kSteps, 4) + v(kSteps - 1) + " - " + v(kSteps - 2),
             {{"x", x}, {"y", y}});
  std::string terms = "x";
  for (int i = 0; i < kSteps / 2; ++i) terms += " + x * " + std::to_string(i) + ".25";
  check_same(engines, terms, {{"x", x}});
}

TEST_CASE("engine: long expressions are reduced") {
  Engines engines;
  const std::vector<float> x(300, 0.5F);
  std::vector<float> y(300);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 7) / 8;
  const std::string steps = random_steps(300, 5);
  const ArrayView xs(x.data(), {20, 15}), ys(y.data(), {20, 15});
  for (const char* reduction : {"max", "argmin"}) {
    for (const char* axis : {"", ", axis=0", ", axis=1"}) {
      const std::string text = steps + reduction + "(" + v(299) + axis + ")";
      CAPTURE(reduction, axis);
      check_same(engines, text, {{"x", xs}, {"y", ys}});
    }
  }
}

TEST_CASE("engine: a hundred inputs, sixty-four results") {
  Engines engines;
  std::vector<std::vector<double>> arrays;
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < 100; ++i) {
    arrays.push_back(sample(21, 10 + i));
    names.push_back("a" + std::to_string(i));
  }
  std::vector<Binding> vars;
  for (std::size_t i = 0; i < 100; ++i) vars.push_back({names[i], arrays[i]});
  std::string text = "s = a0";
  for (int i = 1; i < 100; ++i) text += " + a" + std::to_string(i);
  text += "; ";
  for (int i = 0; i < 64; ++i) {
    const auto a = [&](int k) { return "a" + std::to_string((i + k) % 100); };
    text += (i > 0 ? ", " : "") + a(0) + " * " + a(40) + " - s * " + a(70);
  }
  check_same(engines, text, vars);
}

}  // namespace tightloop
