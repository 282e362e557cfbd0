// What kernels are told about memory that does not stay in a cache.
#include <set>

#include "catch.hpp"
#include "plan/planned.hpp"

namespace {

using namespace tightloop;
using plan_test::planned;

plan::LoopPlan plan_of(const char* text, std::int64_t rows) {
  return planned(text, {{"x", DType::float32, {rows, 1000}, {}}}).plan;
}

/// The distances of all loads of a stage that announce their reads.
std::multiset<int> distances(const plan::Stage& stage) {
  std::multiset<int> out;
  for (const plan::KernelLoad& load : stage.main.kernel.loads) {
    if (load.fetch_ahead > 0) out.insert(load.fetch_ahead);
  }
  return out;
}

}  // namespace

TEST_CASE("plan: reads are announced and stores go around the caches where a pass is large") {
  const plan::LoopPlan small = plan_of("2*x + 1", 100);
  CHECK(distances(small.stages[0]).empty());
  CHECK_FALSE(small.stages[0].main.kernel.streaming_stores);
  const plan::LoopPlan large = plan_of("2*x + 1", 2000);
  CHECK(distances(large.stages[0]).size() == 1);
  CHECK(large.stages[0].main.kernel.streaming_stores);
  CHECK(distances(plan_of("sum(x, axis=0)", 2000).stages[0]).size() == 1);
  // What is packed on its way to the kernel does not matter.
  const plan::LoopPlan turned = planned("x + x.T", {{"x", DType::float32, {2000, 2000}, {}}}).plan;
  CHECK(turned.stages[0].main.any_packed);
  CHECK(turned.stages[0].main.kernel.streaming_stores);
}

TEST_CASE("plan: of stages that share turns, a later one asks for the rows of the next turn") {
  const plan::LoopPlan plan = plan_of("x - mean(x, axis=-1, keepdims=True)", 2000);
  REQUIRE(plan.stages.size() == 2);
  CHECK(distances(plan.stages[0]).empty());
  CHECK(distances(plan.stages[1]).size() == 1);
}
