// Every op of the table in every lane type that it has a meaning for, against its scalar meaning.
#include <algorithm>
#include "catch.hpp"
#include "harness.hpp"
#include "jit/operations.hpp"
#include "ops/lane_kernels.hpp"

namespace tightloop::jit_test {
namespace {

constexpr DType kLanes[] = {DType::bool_,     DType::int8,    DType::int16,   DType::int32,
                            DType::int64,     DType::uint8,   DType::uint16,  DType::uint32,
                            DType::uint64,    DType::float32, DType::float64, DType::complex64,
                            DType::complex128};

bool is_real(DType t) {
  return !is_complex(t);
}

struct Case {
  Op op;
  DType result;
};

// Loads of `lane` go straight into each op, whose results are stored as they are.
kernel::KernelPlan plan_of(const std::vector<Case>& cases, DType lane, bool check = false) {
  PlanBuilder p(kernel::KernelKind::map);
  const std::uint32_t x[] = {p.load(lane), p.load(lane), p.load(lane)};
  const std::uint32_t condition = p.load(bool_);
  for (const Case& c : cases) {
    std::vector<std::uint32_t> args(x, x + info(c.op).arity);
    if (c.op == Op::where) args[0] = condition;
    const std::uint32_t id = p.op(c.op, c.result, args);
    p.plan.body[id].check = check;
    p.store(c.result, id);
  }
  return p.plan;
}

double tolerance_of(Op op, DType lane) {
  const bool complex_leaf = is_complex(lane) && (op == Op::abs || op == Op::sqrt || op == Op::sign);
  const bool leaf = info(op).lowering == Lowering::math || complex_leaf;
  if (!leaf || is_integer(lane)) return 0;
  const bool single = lane == DType::float32 || lane == DType::complex64;
  return single ? 4 * 1.2e-7 : 4 * 2.3e-16;
}

}  // namespace

TEST_CASE("jit: every op has a lowering") {
  for (int i = 0; i < kTableOps; ++i) {
    const Op op = static_cast<Op>(i);
    const Op in_kernels[] = {Op::sum, Op::prod, Op::min,    Op::max,   Op::any,
                             Op::all, Op::var,  Op::argmin, Op::argmax};
    const bool lowered_before =
        is_reduction(op)
            ? std::find(std::begin(in_kernels), std::end(in_kernels), op) == std::end(in_kernels)
            : info(op).lowering == Lowering::composed;
    CAPTURE(std::string(id(op)));
    CHECK(jit::has_lowering(op) == !lowered_before);
  }
  for (Op op : {Op::variable, Op::constant, Op::cast, Op::round_half, Op::saturate, Op::bitcast}) {
    CHECK(jit::has_lowering(op));
  }
}

TEST_CASE("jit: element-wise ops in all lanes") {
  std::uint32_t seed = 1;
  for (DType lane : kLanes) {
    // Few at a time, so that bodies stay small and vector steps as long as the lanes allow.
    std::vector<Case> exact;
    std::vector<Case> by_leaf;
    const auto run = [&](std::vector<Case>& cases, std::size_t at_least) {
      if (cases.empty() || cases.size() < at_least) return;
      check_plan(plan_of(cases, lane), some_sizes(), seed++, tolerance_of(cases[0].op, lane));
      cases.clear();
    };
    for (int i = 0; i < kTableOps; ++i) {
      const Op op = static_cast<Op>(i);
      if (is_reduction(op)) continue;
      const ops::LaneKernel kernel = ops::find_kernel(op, lane);
      if (kernel.run == nullptr) continue;
      std::vector<Case>& cases = tolerance_of(op, lane) == 0 ? exact : by_leaf;
      cases.push_back({op, kernel.result});
      run(cases, 6);
    }
    run(exact, 1);
    run(by_leaf, 1);
  }
}

TEST_CASE("jit: integer ops report overflow") {
  std::uint32_t seed = 1000;
  for (int i = 0; i < kTableOps; ++i) {
    const Op op = static_cast<Op>(i);
    if (is_reduction(op)) continue;
    for (DType lane : {DType::int64, DType::uint64, DType::int32, DType::uint8}) {
      const ops::LaneKernel kernel = ops::find_kernel(op, lane);
      if (kernel.overflow == nullptr) continue;
      // Short rows, so that many have no overflow at all.
      std::vector<RunShape> shapes(60, RunShape{2});
      shapes.push_back({67, 2, 3});
      check_plan(plan_of({{op, kernel.result}}, lane, true), shapes, seed++);
    }
  }
}

TEST_CASE("jit: integer division and powers by constants") {
  const std::int64_t values[] = {0,   1,     -1,     2,       -2,       3,         7,
                                 -7,  10,    16,     64,      100,      -128,      127,
                                 255, 65535, -32768, 1000003, -1000003, INT64_MAX, INT64_MIN};
  std::uint32_t seed = 2000;
  for (DType lane : kLanes) {
    if (!is_integer(lane)) continue;
    for (Op op : {Op::floor_divide, Op::mod, Op::pow}) {
      PlanBuilder p(kernel::KernelKind::map);
      const std::uint32_t x = p.load(lane);
      for (std::int64_t value : values) {
        Scalar s;
        s.dtype = lane;
        std::memcpy(s.bytes, &value, itemsize(lane));
        p.store(lane, p.op(op, lane, {x, p.constant(s)}));
      }
      check_plan(p.plan, {{5}, {133}}, seed++);
    }
  }
}

TEST_CASE("jit: float division with quotients past the precision") {
  std::uint32_t seed = 2500;
  for (DType lane : {DType::float32, DType::float64}) {
    for (DType divisor : {DType::int8, DType::uint16}) {
      PlanBuilder p(kernel::KernelKind::map);
      const std::uint32_t x = p.convert(Op::cast, lane, p.load(DType::int64));
      const std::uint32_t y = p.convert(Op::cast, lane, p.load(divisor));
      p.store(lane, p.op(Op::mod, lane, {x, y}));
      p.store(lane, p.op(Op::floor_divide, lane, {x, y}));
      check_plan(p.plan, std::vector<RunShape>(20, RunShape{500}), seed++);
    }
  }
}

TEST_CASE("jit: casts between all lanes") {
  std::uint32_t seed = 3000;
  for (DType from : kLanes) {
    PlanBuilder p(kernel::KernelKind::map);
    const std::uint32_t x = p.load(from);
    for (DType to : kLanes) {
      p.store(to, from == to ? x : p.convert(Op::cast, to, x));
    }
    check_plan(p.plan, some_sizes(), seed++);
  }
  // To lanes of one width, whose vector steps are longer.
  for (DType from : kLanes) {
    for (std::size_t width : {1, 2, 4}) {
      PlanBuilder p(kernel::KernelKind::map);
      const std::uint32_t x = p.load(from);
      for (DType to : kLanes) {
        if (itemsize(to) == width && from != to) p.store(to, p.convert(Op::cast, to, x));
      }
      check_plan(p.plan, {{1}, {64}, {131}}, seed++);
    }
  }
}

TEST_CASE("jit: the bits of every dtype as every other of its size") {
  std::uint32_t seed = 3300;
  for (int f = 0; f < kDTypeCount; ++f) {
    const auto from = static_cast<DType>(f);
    PlanBuilder p(kernel::KernelKind::map);
    const std::uint32_t x = p.load(from);
    int stores = 0;
    for (int t = 0; t < kDTypeCount; ++t) {
      const auto to = static_cast<DType>(t);
      const bool bits = !is_bool(from) && !is_bool(to) && itemsize(from) == itemsize(to);
      if (!bits || from == to || (is_half(from) && is_half(to))) continue;
      const std::uint32_t id = p.op(Op::bitcast, ir::lane_of(to), {x});
      p.plan.body[id].target = is_half(from) ? from : to;
      p.store(to, id);
      ++stores;
    }
    if (stores > 0) check_plan(p.plan, some_sizes(), seed++);
  }
}

TEST_CASE("jit: casts report integers that do not fit") {
  std::uint32_t seed = 3500;
  for (DType from : kLanes) {
    for (DType to : {DType::int64, DType::uint64, DType::int8, DType::uint16}) {
      if (from == to || !is_integer(from)) continue;
      PlanBuilder p(kernel::KernelKind::map);
      const std::uint32_t id = p.convert(Op::cast, to, p.load(from));
      p.plan.body[id].check = true;
      p.store(to, id);
      check_plan(p.plan, std::vector<RunShape>(40, RunShape{1}), seed++);
    }
  }
}

TEST_CASE("jit: rounding to halves and saturation") {
  std::uint32_t seed = 4000;
  for (DType from : kLanes) {
    if (!is_real(from)) continue;
    PlanBuilder halves(kernel::KernelKind::map);
    const std::uint32_t x = halves.load(from);
    for (DType half : kDTypes) {
      if (is_half(half)) {
        halves.store(DType::float32, halves.convert(Op::round_half, half, x));
      }
    }
    check_plan(halves.plan, {{1}, {7}, {64}, {997}}, seed++);
    for (bool to_floats : {false, true}) {
      PlanBuilder p(kernel::KernelKind::map);
      const std::uint32_t y = p.load(from);
      for (DType to : kDTypes) {
        if (!is_complex(to) && is_float(to) == to_floats)
          p.store(ir::lane_of(to), p.convert(Op::saturate, to, y));
      }
      check_plan(p.plan, {{1}, {500}, {997}}, seed++);
    }
  }
}

}  // namespace tightloop::jit_test
