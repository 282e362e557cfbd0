// What kernels are told about memory that does not stay in a cache.
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "plan/planned.hpp"

namespace {

using namespace tightloop;
using plan_test::planned;

plan::LoopPlan plan_of(const char* text, std::int64_t rows) {
  return planned(text, {{"x", DType::float32, {rows, 1000}, {}}}).plan;
}

/// The loads of a stage that announce what they will read.
std::vector<kernel::KernelLoad> announced(const plan::Stage& stage) {
  std::vector<kernel::KernelLoad> out;
  for (const kernel::KernelLoad& load : stage.main.kernel.loads) {
    if (load.is_announced()) out.push_back(load);
  }
  return out;
}

kernel::KernelLoad only(const plan::Stage& stage) {
  const std::vector<kernel::KernelLoad> all = announced(stage);
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("plan: reads are announced and stores go around the caches where a pass is large") {
  const plan::LoopPlan small = plan_of("2*x + 1", 100);
  CHECK(announced(small.stages[0]).empty());
  CHECK_FALSE(small.stages[0].main.kernel.streaming_stores);
  const plan::LoopPlan large = plan_of("2*x + 1", 2000);
  CHECK(only(large.stages[0]).fetch_far > only(large.stages[0]).fetch_ahead);
  CHECK(large.stages[0].main.kernel.streaming_stores);
  // What is packed on its way to the kernel does not matter.
  const plan::LoopPlan turned = planned("x + x.T", {{"x", DType::float32, {2000, 2000}, {}}}).plan;
  CHECK(turned.stages[0].main.any_packed);
  CHECK(turned.stages[0].main.kernel.streaming_stores);
}

TEST_CASE("plan: the fewer rows a group of columns has, the farther ahead along each it asks") {
  const plan::LoopPlan floats = plan_of("sum(x, axis=0)", 2000);
  const plan::LoopPlan halves =
      planned("sum(x, axis=0)", {{"x", DType::float16, {2000, 1000}, {}}}).plan;
  REQUIRE(halves.stages[0].main.kernel.reductions[0].narrow_first);
  const kernel::KernelLoad many = only(floats.stages[0]), few = only(halves.stages[0]);
  CHECK(many.fetch_ahead > 0);
  CHECK(many.fetch_far > many.fetch_ahead);
  CHECK(few.fetch_ahead > many.fetch_ahead);
  CHECK(few.fetch_far > many.fetch_far);
}

TEST_CASE("plan: what is read again and again, and stays in a cache, is not asked for") {
  const plan::LoopPlan plan =
      planned("sum(abs(a - b), axis=(-2, -1))",
              {{"a", DType::uint8, {50, 1000, 1000}, {}}, {"b", DType::uint8, {1000, 1000}, {}}})
          .plan;
  const auto& loads = plan.stages[0].main.kernel.loads;
  REQUIRE(loads.size() == 2);
  CHECK(loads[0].is_announced());
  CHECK_FALSE(loads[1].is_announced());
}

TEST_CASE("plan: what is read once is asked for, however small a part of all it is") {
  const plan::LoopPlan plan = planned("sum(x * y)", {{"x", DType::float64, {300000}, {}},
                                                     {"y", DType::float64, {300000}, {}}})
                                  .plan;
  CHECK(announced(plan.stages[0]).size() == 2);
}

TEST_CASE("plan: every hint is part of a kernel's text") {
  kernel::KernelPlan kernel = plan_of("2*x + 1", 100).stages[0].main.kernel;
  std::set<std::string> texts = {to_string(kernel)};
  kernel::KernelLoad& load = kernel.loads[0];
  load.fetch_far = 64;
  texts.insert(to_string(kernel));
  load.fetch_half = true;
  texts.insert(to_string(kernel));
  load.fetch_ahead = 64;
  texts.insert(to_string(kernel));
  load.fetch_half = false;
  texts.insert(to_string(kernel));
  CHECK(texts.size() == 5);
}

TEST_CASE("plan: of stages that share tiles, a later one asks for the rows of the next tile") {
  const plan::LoopPlan light = plan_of("x - mean(x, axis=-1, keepdims=True)", 2000);
  REQUIRE(light.stages.size() == 2);
  CHECK(only(light.stages[0]).fetch_far > 0);
  CHECK(only(light.stages[1]).fetch_ahead == 0);
  CHECK(only(light.stages[1]).fetch_far > only(light.stages[0]).fetch_far);
  // One that computes a function has the time to ask for all of it.
  const plan::LoopPlan busy = plan_of("exp(x - max(x, axis=-1, keepdims=True))", 2000);
  REQUIRE(busy.stages.size() == 2);
  CHECK(only(busy.stages[0]).fetch_ahead > 0);
  CHECK(only(busy.stages[0]).fetch_far == 0);
  CHECK(only(busy.stages[1]).fetch_far > 0);
}
