// Which sums of halves start in float32: those that cannot overflow it.
#include "catch.hpp"
#include "plan/magnitudes.hpp"
#include "plan/planned.hpp"

namespace {

using namespace tightloop;

/// Whether the first reduction of the first stage starts narrow.
bool starts_narrow(const char* text, DType dtype = DType::float16) {
  const plan_test::Planned made =
      plan_test::planned(text, {{"x", dtype, {300, 200}, {}}, {"y", dtype, {300, 200}, {}}});
  const kernel::KernelPlan& kernel = made.plan.stages[0].main.kernel;
  REQUIRE(!kernel.reductions.empty());
  const bool said = to_string(kernel).find(" narrow_first") != std::string::npos;
  CHECK(said == kernel.reductions[0].narrow_first);
  return said;
}

}  // namespace

TEST_CASE("plan: sums of halves start in float32 where they cannot overflow it") {
  for (const char* text : {"sum(x)", "mean(x, axis=1)", "mean(x, axis=0)", "sum(abs(x - y))",
                           "mean((x - y)**2)", "sum(where(x > y, x, -y))", "sum(3*x + floor(y))",
                           "sum(sin(x) * y)", "sum(clip(x, 0, 1))", "sum(sqrt(abs(x)))"}) {
    CAPTURE(text);
    CHECK(starts_narrow(text));
  }
  for (const char* text :
       {"sum(x**8)", "sum(exp(x))", "sum(x / y)", "prod(x)", "max(x)", "var(x)"}) {
    CAPTURE(text);
    CHECK_FALSE(starts_narrow(text));
  }
}

TEST_CASE("plan: sums of wider floats and of what bfloat16 can hold start in float64") {
  for (const char* text : {"sum(x)", "mean(x, axis=1)"}) {
    CHECK_FALSE(starts_narrow(text, DType::float32));
    CHECK_FALSE(starts_narrow(text, DType::float64));
    CHECK_FALSE(starts_narrow(text, DType::bfloat16));
  }
  CHECK(starts_narrow("sum(clip(x, 0, 1))", DType::bfloat16));
  CHECK_FALSE(starts_narrow("sum(float32(x))"));
}

TEST_CASE("plan: bounds of magnitudes follow the operations") {
  kernel::KernelPlan plan;
  plan.loads = {{DType::float16, kernel::Access::contiguous}};
  plan.params = {DType::float32};
  const auto add = [&](Op op, std::initializer_list<std::uint32_t> args, bool param = false) {
    kernel::Inst inst;
    inst.op = op;
    inst.lane = inst.target = DType::float32;
    inst.param = param;
    inst.nargs = static_cast<std::uint8_t>(args.size());
    std::copy(args.begin(), args.end(), inst.args.begin());
    plan.body.push_back(inst);
  };
  plan.constants = {Scalar::of(0.0F)};
  add(Op::variable, {});
  add(Op::variable, {}, true);
  add(Op::constant, {});
  add(Op::subtract, {0, 0});
  add(Op::multiply, {3, 0});
  add(Op::multiply, {1, 2});  // 0 times what is not known
  add(Op::cos, {1});
  add(Op::exp, {0});
  const std::vector<double> m = plan::magnitudes(plan);
  CHECK(m[0] == Approx(65504).epsilon(1e-5));
  CHECK(std::isinf(m[1]));
  CHECK(m[2] == 0);
  CHECK(m[3] == Approx(2 * 65504.0).epsilon(1e-5));
  CHECK(m[4] == Approx(2 * 65504.0 * 65504).epsilon(1e-5));
  CHECK(std::isinf(m[5]));
  CHECK(m[6] == Approx(1).epsilon(1e-5));
  CHECK(std::isinf(m[7]));
}
