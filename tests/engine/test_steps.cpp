// What explain_steps() tells: each step from text to loops, and nothing of those that change
// nothing.
#include <string>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

const double kNumbers[12] = {};

ArrayView array(const Dims& shape) {
  return ArrayView(static_cast<const void*>(kNumbers), DType::float64, shape);
}

/// The text under a heading.
std::string step(const std::string& text, const std::string& heading) {
  const std::string line = "== " + heading + " ==\n";
  const std::size_t at = text.find(line);
  if (at == std::string::npos) return "there is no such step";
  const std::size_t begin = at + line.size();
  const std::size_t end = text.find("\n== ", begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

}  // namespace

TEST_CASE("engine: the steps from text to loops are told") {
  const std::string steps = explain_steps("sum(x * 1)", {{"x", array({12})}});
  CHECK("\n" + steps == R"(
== source graph ==
%0    variable x                  # x
%1    constant                    # 1
%2    multiply %0, %1             # x * 1
%3    sum %2                      # sum(x * 1)  -> result 1

== typed, folded and simplified ==
%0    variable x                  float64                         # x
%1    constant 1                  uint8 [1, 1] weak               # 1
%2    constant 1                  float64 weak                    # x * 1
%3    multiply %0, %2             float64                         # x * 1
%4    sum %3                      float64                         # sum(x * 1)  -> result 1

== without what nothing reads ==
%0    variable x                  float64                         # x
%1    constant 1                  float64 weak                    # x * 1
%2    multiply %0, %1             float64                         # x * 1
%3    sum %2                      float64                         # sum(x * 1)  -> result 1

== functions of half types as exact as these ==
no change

== outlines of stages ==
stage 0, level 0: over (12,), reduces axes 0
  reductions %3
  results of accumulators 0

== drafts of stages ==
stage 0: 3 instructions
  loads input 0 float64 by axis (8)
  at the end stores result 0 float64 by axis (0)

== arrays that later stages read ==
none

== stages fused into passes ==
pass 0: stages 0

== values that tiles keep: drafts ==
no change

== values that tiles keep: passes ==
no change

== arrays and values of tiles ==
none

== loops ==
pass 0: map (1) reduce (12), blocks of 12, 1 blocks in 1 chunks, tiles of 2048
    input 0 float64 strides (0) (8)
    row_reduce summation 1
    in float64
    %0 = load 0 : float64
    %1 = constant float64 0x3ff0000000000000 : float64
    %2 = multiply %0 %1 : float64
    reduce sum %2 : float64
    accumulator 0 -> result 0 float64 strides (0) (0)

== memory hints ==
no change
)");
}

TEST_CASE("engine: a step that changes nothing says so, one that makes nothing too") {
  const std::string steps = explain_steps("x + 1", {{"x", array({12})}});
  CHECK(step(steps, "functions of half types as exact as these") == "no change\n");
  CHECK(step(steps, "arrays that later stages read") == "none\n");
  CHECK(step(steps, "memory hints") == "no change\n");
}

TEST_CASE("engine: steps tell of passes, tiles, products and errors") {
  const auto of = [](const char* text) {
    return explain_steps(text, {{"x", array({3, 4})}, {"y", array({4, 3})}});
  };
  const std::string softmax = of("exp(x - max(x, axis=1, keepdims=True))");
  CHECK(step(softmax, "stages fused into passes").find("stages 0, 1, tiles of") !=
        std::string::npos);
  CHECK(step(softmax, "arrays and values of tiles").find("bytes in each tile") !=
        std::string::npos);
  CHECK(step(of("x @ y"), "outlines of stages").find("a matrix product") != std::string::npos);
  CHECK_THROWS_AS(of("x @ x"), Error);
  CHECK_THROWS_AS(of("x +"), Error);
}
