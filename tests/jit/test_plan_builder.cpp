// Plans built by hand for the JIT's tests, and their text.
#include "catch.hpp"
#include "harness.hpp"

namespace tightloop::jit_test {

std::uint32_t PlanBuilder::load(DType t, kernel::Access access) {
  plan.loads.push_back({t, access});
  kernel::Inst inst;
  inst.op = Op::variable;
  inst.lane = inst.target = ir::lane_of(t);
  inst.attr = static_cast<std::uint32_t>(plan.loads.size() - 1);
  plan.body.push_back(inst);
  return static_cast<std::uint32_t>(plan.body.size() - 1);
}

std::uint32_t PlanBuilder::param(DType t) {
  plan.params.push_back(t);
  kernel::Inst inst;
  inst.op = Op::variable;
  inst.param = true;
  inst.lane = inst.target = t;
  inst.attr = static_cast<std::uint32_t>(plan.params.size() - 1);
  plan.body.push_back(inst);
  return static_cast<std::uint32_t>(plan.body.size() - 1);
}

std::uint32_t PlanBuilder::constant(const Scalar& value) {
  plan.constants.push_back(value);
  kernel::Inst inst;
  inst.op = Op::constant;
  inst.lane = inst.target = value.dtype;
  inst.attr = static_cast<std::uint32_t>(plan.constants.size() - 1);
  plan.body.push_back(inst);
  return static_cast<std::uint32_t>(plan.body.size() - 1);
}

std::uint32_t PlanBuilder::op(Op op, DType lane, std::vector<std::uint32_t> args) {
  kernel::Inst inst;
  inst.op = op;
  inst.lane = inst.target = lane;
  inst.nargs = static_cast<std::uint8_t>(args.size());
  for (std::size_t k = 0; k < args.size(); ++k) inst.args[k] = args[k];
  plan.body.push_back(inst);
  return static_cast<std::uint32_t>(plan.body.size() - 1);
}

std::uint32_t PlanBuilder::convert(Op conversion, DType target, std::uint32_t arg) {
  const std::uint32_t id = op(conversion, ir::lane_of(target), {arg});
  plan.body[id].target = target;
  return id;
}

PlanBuilder& PlanBuilder::store(DType t, std::uint32_t value) {
  plan.stores.push_back({t, value});
  return *this;
}

PlanBuilder& PlanBuilder::reduce(Op op, DType acc, std::uint32_t value) {
  plan.reductions.push_back({op, acc, value});
  return *this;
}

std::string describe(const kernel::KernelPlan& plan) {
  std::string text;
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    const kernel::Inst& inst = plan.body[i];
    text += "\n%" + std::to_string(i) + " " + std::string(id(inst.op)) + " " +
            std::string(name(inst.lane)) + "->" + std::string(name(inst.target));
    if (inst.op == Op::variable && !inst.param) {
      text += " load " + std::string(name(plan.loads[inst.attr].dtype));
    }
    for (unsigned k = 0; k < inst.nargs; ++k) text += " %" + std::to_string(inst.args[k]);
  }
  return text;
}

TEST_CASE("jit: hand-built plans number their values in order") {
  PlanBuilder p(kernel::KernelKind::map);
  CHECK(p.load(DType::float16) == 0);
  CHECK(p.convert(Op::round_half, DType::bfloat16, 0) == 1);
  CHECK(p.plan.body[1].lane == DType::float32);
  CHECK(describe(p.plan).find("%1 round_half float32->bfloat16 %0") != std::string::npos);
}

}  // namespace tightloop::jit_test
