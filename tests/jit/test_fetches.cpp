// Memory that is asked for ahead of its reads: hints that may point anywhere, and change nothing.
#include "catch.hpp"
#include "harness.hpp"

namespace tightloop::jit_test {
namespace {

using kernel::KernelKind;

struct Hint {
  std::uint16_t near, far;
  bool half;
};

constexpr Hint kHints[] = {{4096, 16384, false}, {64, 0, false}, {0, 24576, false},
                           {0, 24576, true},     {1, 7, false},  {65535, 65535, false}};

void announce(kernel::KernelPlan& plan, const Hint& hint) {
  for (kernel::KernelLoad& load : plan.loads) {
    if (load.access == kernel::Access::splat) continue;
    load.fetch_ahead = hint.near;
    load.fetch_far = hint.far;
    load.fetch_half = hint.half;
  }
}

kernel::KernelPlan difference(KernelKind kind, DType t) {
  PlanBuilder p(kind);
  const DType lane = is_half(t) ? DType::float32 : t;
  const std::uint32_t x = p.load(t), y = p.load(t, kernel::Access::splat), z = p.load(t);
  const std::uint32_t d = p.op(Op::subtract, lane, {p.op(Op::subtract, lane, {x, y}), z});
  if (kind == KernelKind::map) {
    p.store(t, d);
  } else {
    p.reduce(Op::sum, is_integer(t) ? DType::uint64 : DType::float64, d);
    p.reduce(Op::max, lane, z);
  }
  return p.plan;
}

}  // namespace

TEST_CASE("jit: what is asked for ahead of its reads changes nothing") {
  std::vector<RunShape> shapes;
  for (const std::int64_t n0 : {1, 5, 64, 259}) {
    for (const std::int64_t n1 : {1, 3, 39}) shapes.push_back({n0, n1, 5, true, false, true});
  }
  for (const KernelKind kind :
       {KernelKind::map, KernelKind::row_reduce, KernelKind::column_reduce}) {
    for (const DType t : {DType::uint8, DType::float16, DType::float32, DType::float64}) {
      kernel::KernelPlan plan = difference(kind, t);
      for (const Hint& hint : kHints) {
        if (hint.half && kind == KernelKind::column_reduce) continue;
        CAPTURE(static_cast<int>(kind), name(t), hint.near, hint.far);
        announce(plan, hint);
        check_plan(plan, shapes, 61);
      }
    }
  }
}

TEST_CASE("jit: columns far apart, and columns taken four rows at once, are asked for ahead") {
  const std::vector<RunShape> shapes = {{1, 9, 5, true, false, true},
                                        {130, 70, 5, true, false, true},
                                        {2100, 9, 5, true, false, true}};
  for (const int stride : {-3, 2}) {
    PlanBuilder p(KernelKind::column_reduce);
    const std::uint32_t x = p.load(DType::float32, kernel::Access::strided);
    p.plan.loads.back().stride = static_cast<std::int8_t>(stride);
    p.reduce(Op::sum, DType::float64, x);
    PlanBuilder halves(KernelKind::column_reduce);
    halves.reduce(Op::sum, DType::float64, halves.load(DType::float16));
    halves.plan.reductions.back().narrow_first = true;
    for (const Hint& hint : kHints) {
      if (hint.half) continue;
      announce(p.plan, hint);
      announce(halves.plan, hint);
      check_plan(p.plan, shapes, 62);
      check_plan(halves.plan, shapes, 63);
    }
  }
}

}  // namespace tightloop::jit_test
