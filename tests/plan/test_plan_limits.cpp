// Plans of hostile and of very long expressions: bounded in size, and their work grows with the
// text.
#include <string>

#include "catch.hpp"
#include "planned.hpp"

using namespace tightloop;
using plan_test::Input;
using plan_test::planned;

namespace {

std::string numbered(const char* name, int i) {
  return name + std::to_string(i);
}

ErrorCode code_of(const std::string& text, const std::vector<Input>& inputs) {
  try {
    planned(text, inputs);
  } catch (const Error& e) {
    CHECK(e.span().end > e.span().begin);
    return e.code();
  }
  FAIL("no error");
  return ErrorCode::internal;
}

/// Sums `count` terms; `term` makes the text of one.
template <class Term>
std::string sum_of(int count, Term term) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i > 0 ? "+" : "") + term(i);
  return text;
}

std::size_t instructions(const plan::LoopPlan& plan) {
  std::size_t n = 0;
  for (const plan::Stage& s : plan.stages) {
    n += s.main.kernel.body.size() + s.epilogue.kernel.body.size();
  }
  return n;
}

}  // namespace

TEST_CASE("plan: views of views cannot double without end") {
  std::string text = "b0 = a\n";
  for (int i = 0; i < 20; ++i) {
    const std::string b = numbered("b", i), shift = std::to_string(1 << i);
    text += numbered("b", i + 1) + " = " + b + "[" + shift + ":] + " + b + "[:-" + shift + "]\n";
  }
  CHECK(code_of(text + "b20", {{"a", DType::float64, {1 << 21}, {}}}) == ErrorCode::limit);
}

TEST_CASE("plan: reductions of reductions cannot fill the memory") {
  std::string text = "b0 = a\n";
  for (int i = 0; i < 3000; ++i) {
    const std::string b = numbered("b", i);
    text += numbered("b", i + 1) + " = " + b + " - mean(" + b + ")\n";
  }
  CHECK(code_of(text + "b3000", {{"a", DType::float64, {1000}, {}}}) == ErrorCode::limit);
}

TEST_CASE("plan: long expressions have plans as long as themselves") {
  const std::vector<Input> a{{"a", DType::float64, {50000}, {}}};
  const int n = 5000;
  SECTION("constants") {
    const auto p = planned(sum_of(n, [](int i) { return "a*" + std::to_string(i) + ".5"; }), a);
    CHECK(p.plan.stages.size() == 1);
    CHECK(p.plan.stages[0].main.kernel.loads.size() == 1);
    CHECK(p.plan.stages[0].main.kernel.constants.size() == std::size_t{n});
  }
  SECTION("views") {
    const auto p = planned(sum_of(n, [](int i) { return "a[" + std::to_string(i) + "]"; }), a);
    CHECK(p.plan.stages[0].main.kernel.loads.size() == std::size_t{n});
  }
  SECTION("views of views that meet") {
    std::string text = "b0 = a\n";
    for (int i = 0; i < 60; ++i) {
      const std::string b = numbered("b", i);
      text += numbered("b", i + 1) + " = " + b + "[1:] + " + b + "[:-1]\n";
    }
    const auto p = planned(text + "b60", a);
    CHECK(p.plan.stages.size() == 1);
    CHECK(p.plan.stages[0].main.kernel.loads.size() == 61);
    CHECK(instructions(p.plan) == 61 + 60 * 61 / 2);
  }
  SECTION("reductions that share passes, so many each") {
    const auto p =
        planned(sum_of(n, [](int i) { return "sum(a*" + std::to_string(i) + ".5)"; }), a);
    CHECK(p.plan.stages.size() <= std::size_t{n} / 32 + 2);
    CHECK(instructions(p.plan) < 5 * std::size_t{n});
    for (const plan::Stage& stage : p.plan.stages) {
      CHECK(stage.main.kernel.reductions.size() <= 32);
    }
  }
  SECTION("a few reductions that share a pass") {
    const auto p =
        planned(sum_of(30, [](int i) { return "sum(a*" + std::to_string(i) + ".5)"; }), a);
    CHECK(p.plan.stages.size() == 1);
    CHECK(p.plan.intermediates.empty());
  }
  SECTION("reductions that share none") {
    const auto p =
        planned(sum_of(n, [](int i) { return "sum(a[" + std::to_string(i) + ":])"; }), a);
    CHECK(p.plan.stages.size() == std::size_t{n} + 1);
    CHECK(instructions(p.plan) < 5 * std::size_t{n});
  }
}
