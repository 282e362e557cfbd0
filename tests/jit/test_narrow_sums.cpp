// Sums of halves that start in float32: the same tree on every target, whatever the body and what
// is reduced besides.
#include "catch.hpp"
#include "harness.hpp"
#include "kernel_maker.hpp"

namespace tightloop::jit_test {
namespace {

using kernel::KernelKind;

// Rows of all lengths around a group, and around vector steps.
std::vector<RunShape> shapes(bool finite) {
  std::vector<RunShape> out;
  for (std::int64_t n0 : {1, 2, 8, 15, 16, 17, 31, 32, 33, 40, 63, 64, 65, 95, 96, 97, 133, 1000}) {
    out.push_back({n0, 1, 0, true, false, finite});
  }
  out.push_back({45, 4, 3, true, false, finite});
  out.push_back({64, 4, 3, false, false, finite});
  return out;
}

void sum_narrow(PlanBuilder& p, std::uint32_t value) {
  p.reduce(Op::sum, DType::float64, value);
  p.plan.reductions.back().narrow_first = true;
}

}  // namespace

TEST_CASE("jit: sums of halves in float32 first, alone and beside other reductions") {
  for (const DType t : {DType::float16, DType::float32}) {
    PlanBuilder alone(KernelKind::row_reduce);
    sum_narrow(alone, alone.load(t));
    PlanBuilder several(KernelKind::row_reduce);
    const std::uint32_t x = several.load(t), y = several.load(DType::float16);
    const std::uint32_t d = several.op(Op::subtract, DType::float32, {x, y});
    sum_narrow(several, several.op(Op::abs, DType::float32, {d}));
    several.reduce(Op::sum, DType::float64, d);
    several.reduce(Op::max, DType::float32, d);
    sum_narrow(several, several.op(Op::multiply, DType::float32, {d, d}));
    several.store(DType::float16, d);
    for (const bool finite : {true, false}) {
      check_plan(alone.plan, shapes(finite), 41);
      check_plan(several.plan, shapes(finite), 42);
    }
  }
}

TEST_CASE("jit: sums of halves in float32 first after large and long bodies") {
  for (const int operations : {20, 60, 250}) {
    PlanBuilder p(KernelKind::row_reduce);
    const std::uint32_t x = p.load(DType::float16);
    std::uint32_t y = x;
    for (int i = 0; i < operations; ++i) {
      y = p.op(i % 2 == 0 ? Op::minimum : Op::subtract, DType::float32, {y, x});
    }
    sum_narrow(p, y);
    p.reduce(Op::sum, DType::float64, x);
    CAPTURE(operations);
    check_plan(p.plan, shapes(true), 43);
  }
}

TEST_CASE("jit: columns of halves are added in float32 first, four rows at once") {
  for (const DType t : {DType::float16, DType::float32}) {
    PlanBuilder alone(KernelKind::column_reduce);
    sum_narrow(alone, alone.load(t));
    PlanBuilder several(KernelKind::column_reduce);
    const std::uint32_t x = several.load(t),
                        y = several.load(DType::float16, kernel::Access::splat);
    const std::uint32_t d = several.op(Op::subtract, DType::float32, {x, y});
    several.reduce(Op::sum, DType::float64, d);
    sum_narrow(several, several.op(Op::abs, DType::float32, {d}));
    several.reduce(Op::max, DType::float32, d);
    several.store(DType::float16, d);
    std::vector<RunShape> shapes;
    for (const bool finite : {true, false}) {
      for (const std::int64_t n0 : {1, 7, 31, 32, 33, 64, 130, 259}) {
        for (const std::int64_t n1 : {1, 2, 3, 4, 5, 8, 39}) {
          shapes.push_back({n0, n1, 5, true, false, finite});
        }
      }
    }
    check_plan(alone.plan, shapes, 44);
    check_plan(several.plan, shapes, 45);
  }
}

TEST_CASE("jit: columns of halves with a long body and values of each row") {
  PlanBuilder p(KernelKind::column_reduce);
  const std::uint32_t x = p.load(DType::float16), y = p.load(DType::float16, kernel::Access::splat);
  std::vector<std::uint32_t> values = {p.op(Op::subtract, DType::float32, {x, y})};
  for (int i = 0; i < 250; ++i) {
    const std::uint32_t row = p.op(Op::multiply, DType::float32, {y, y});
    values.push_back(p.op(i % 2 == 0 ? Op::minimum : Op::subtract, DType::float32,
                          {values.back(), i % 3 == 0 ? row : values[values.size() / 2]}));
  }
  sum_narrow(p, values.back());
  p.reduce(Op::sum, DType::float64, values[7]);
  check_plan(p.plan, {{1, 4, 5, true, false, true}, {67, 11, 5, true, false, true}}, 46);
}

TEST_CASE("jit: only sums of float32 lanes start narrow") {
  PlanBuilder wide(KernelKind::row_reduce);
  sum_narrow(wide, wide.load(DType::float64));
  PlanBuilder product(KernelKind::row_reduce);
  sum_narrow(product, product.load(DType::float32));
  product.plan.reductions[0].op = Op::prod;
  for (const PlanBuilder* p : {&wide, &product}) {
    std::string error;
    CHECK(make_kernel(*targets()[0].backend, p->plan, error) == nullptr);
    CHECK(error.find("not added in float32") != std::string::npos);
  }
}

}  // namespace tightloop::jit_test
