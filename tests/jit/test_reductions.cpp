// Reductions in rows and columns: every op and dtype, every length around the vector steps, slots,
// stores beside them, and the same bits on every target.
#include <cmath>
#include <cstring>
#include <random>

#include "catch.hpp"
#include "harness.hpp"
#include "kernel_maker.hpp"

namespace tightloop::jit_test {
namespace {

using kernel::KernelKind;

constexpr DType kStorage[] = {DType::bool_,   DType::int8,      DType::int16,     DType::int32,
                              DType::int64,   DType::uint8,     DType::uint16,    DType::uint32,
                              DType::uint64,  DType::float16,   DType::bfloat16,  DType::float32,
                              DType::float64, DType::complex64, DType::complex128};

DType sum_type(DType lane) {
  if (is_complex(lane)) return DType::complex128;
  if (is_float(lane)) return DType::float64;
  return is_signed_int(lane) ? DType::int64 : DType::uint64;
}

// The accumulator of a reduction over elements of a storage dtype, if there is such a reduction.
bool accumulator(Op op, DType t, DType& acc) {
  if (op == Op::sum || op == Op::prod) {
    acc = sum_type(t);
    return true;
  }
  acc = t;
  if (op == Op::any || op == Op::all) return is_bool(t);
  return !is_complex(t);
}

kernel::KernelPlan reduction_of(KernelKind kind, Op op, DType t, DType acc) {
  PlanBuilder p(kind);
  p.reduce(op, acc, p.load(t));
  return p.plan;
}

std::vector<RunShape> row_shapes(bool finite) {
  std::vector<RunShape> shapes;
  for (std::int64_t n0 : {1,  2,   3,   15,  16,  17,  31,  32,  33,  63,  64,
                          65, 100, 127, 128, 129, 200, 255, 256, 257, 300, 517}) {
    shapes.push_back({n0, 1, 0, true, false, finite});
  }
  shapes.push_back({45, 4, 3, true, false, finite});
  shapes.push_back({45, 4, 3, false, false, finite});
  return shapes;
}

std::vector<RunShape> column_shapes(bool finite) {
  std::vector<RunShape> shapes;
  for (std::int64_t n0 : {1, 2, 3, 7, 8, 9, 16, 31, 33, 63, 64, 65, 127, 130, 259}) {
    shapes.push_back({n0, 3, 5, true, false, finite});
  }
  shapes.push_back({40, 1, 0, true, false, finite});
  shapes.push_back({12, 40, 1, true, false, finite});
  return shapes;
}

}  // namespace

TEST_CASE("jit: reductions of every dtype along rows") {
  std::uint32_t seed = 10000;
  for (Op op : {Op::sum, Op::prod, Op::min, Op::max, Op::any, Op::all}) {
    for (DType t : kStorage) {
      DType acc{};
      if (!accumulator(op, t, acc)) continue;
      const kernel::KernelPlan plan = reduction_of(KernelKind::row_reduce, op, t, acc);
      check_plan(plan, row_shapes(false), seed++);
      if (!is_integer(t) && !is_bool(t)) check_plan(plan, row_shapes(true), seed++);
    }
  }
}

TEST_CASE("jit: reductions of every dtype along columns") {
  std::uint32_t seed = 11000;
  for (Op op : {Op::sum, Op::prod, Op::min, Op::max, Op::any, Op::all}) {
    for (DType t : kStorage) {
      DType acc{};
      if (!accumulator(op, t, acc)) continue;
      const kernel::KernelPlan plan = reduction_of(KernelKind::column_reduce, op, t, acc);
      check_plan(plan, column_shapes(false), seed++);
      if (!is_integer(t) && !is_bool(t)) check_plan(plan, column_shapes(true), seed++);
    }
  }
}

TEST_CASE("jit: many columns and rows are reduced strip by strip") {
  for (DType t : {DType::uint8, DType::float32, DType::complex64, bool_}) {
    PlanBuilder p(KernelKind::column_reduce);
    const std::uint32_t x = p.load(t);
    p.reduce(Op::sum, sum_type(t), x);
    if (t == DType::float32) p.reduce(Op::min, t, x);
    p.store(t, x);
    check_plan(p.plan, {{5000, 3, 1}, {4096, 2}, {4097, 1}, {130, 70, 3}, {300, 64}}, 12500);
  }
}

TEST_CASE("jit: the longest block of narrow integers does not overflow") {
  for (DType t : {DType::int8, DType::uint8, DType::int16, DType::uint16}) {
    for (std::int64_t value : {std::int64_t{-1}, std::int64_t{1} << (8 * itemsize(t) - 1)}) {
      PlanBuilder p(KernelKind::row_reduce);
      Scalar s;
      s.dtype = t;
      std::memcpy(s.bytes, &value, itemsize(t));
      const std::uint32_t x = p.load(t);
      const std::uint32_t any = p.op(Op::bit_or, t, {x, p.constant(s)});
      p.reduce(Op::sum, sum_type(t), any);
      p.reduce(Op::sum, sum_type(t), p.constant(s));
      check_plan(p.plan, {{kernel::kMaxReduceBlock}, {kernel::kMaxReduceBlock - 1}}, 12000);
      PlanBuilder c(KernelKind::column_reduce);
      c.reduce(Op::sum, sum_type(t), c.op(Op::bit_or, t, {c.load(t), c.constant(s)}));
      check_plan(c.plan, {{5, kernel::kMaxReduceBlock}}, 12001);
    }
  }
}

TEST_CASE("jit: sums see through casts that widen") {
  std::uint32_t seed = 13000;
  for (KernelKind kind : {KernelKind::row_reduce, KernelKind::column_reduce}) {
    for (DType t :
         {DType::uint8, DType::int8, DType::uint16, DType::int16, DType::int32, DType::bool_}) {
      for (DType wide : {DType::int32, DType::int64, DType::uint8}) {
        PlanBuilder p(kind);
        const std::uint32_t x = p.load(t);
        const std::uint32_t w = t == wide ? x : p.convert(Op::cast, wide, x);
        p.reduce(Op::sum, sum_type(wide), w);
        check_plan(p.plan, {{1, 2}, {77, 3}, {256, 2}}, seed++);
      }
    }
    for (DType t : {DType::uint8, DType::int8, DType::int16, DType::uint16}) {
      constexpr DType kTwin[] = {DType::uint8, DType::uint16};
      const DType u = kTwin[itemsize(t) - 1];
      PlanBuilder p(kind);
      const std::uint32_t d = p.op(Op::absdiff, u, {p.load(t), p.load(t)});
      p.reduce(Op::sum, DType::uint64, p.convert(Op::cast, DType::uint32, d));
      p.reduce(Op::max, u, d);
      p.reduce(Op::sum, DType::uint64, d);
      check_plan(p.plan, {{1, 2}, {63, 3}, {64, 1}, {300, 2, 7}}, seed++);
    }
  }
}

TEST_CASE("jit: several reductions and stores in one kernel") {
  std::uint32_t seed = 14000;
  for (KernelKind kind : {KernelKind::row_reduce, KernelKind::column_reduce}) {
    for (DType t : {DType::float32, DType::float64, DType::float16, DType::uint8, DType::int32}) {
      const DType lane = ir::lane_of(t);
      PlanBuilder p(kind);
      const std::uint32_t x = p.load(t);
      const std::uint32_t y = p.load(t, kernel::Access::splat);
      const std::uint32_t d = p.op(Op::multiply, lane, {x, y});
      const std::uint32_t b = p.op(Op::less, bool_, {x, y});
      p.reduce(Op::sum, sum_type(lane), d);
      p.reduce(Op::max, t, p.op(Op::maximum, lane, {x, d}));
      p.reduce(Op::any, bool_, b);
      p.reduce(Op::sum, DType::uint64, b);
      p.reduce(Op::prod, sum_type(lane), x);
      p.store(t, d);
      p.store(bool_, b);
      check_plan(p.plan, {{1, 1}, {31, 3, 5}, {64, 2}, {133, 3, 1, true, false, true}}, seed++);
    }
  }
}

TEST_CASE("jit: large bodies keep the accumulators of float sums in memory") {
  for (DType t : {DType::float32, DType::float64, DType::complex64}) {
    PlanBuilder p(KernelKind::row_reduce);
    const std::uint32_t x = p.load(t);
    std::uint32_t y = x;
    for (int i = 0; i < 60; ++i) y = p.op(i % 2 == 0 ? Op::multiply : Op::subtract, t, {y, x});
    p.reduce(Op::sum, sum_type(t), y);
    p.reduce(Op::prod, sum_type(t), x);
    p.reduce(Op::sum, DType::uint64, p.op(Op::isnan, bool_, {y}));
    p.store(t, y);
    check_plan(p.plan, row_shapes(true), 15000);
    check_plan(p.plan, row_shapes(false), 15001);
  }
}

TEST_CASE("jit: products report overflow") {
  for (KernelKind kind : {KernelKind::row_reduce, KernelKind::column_reduce}) {
    for (DType t : {DType::uint8, DType::int16, DType::int64, DType::uint64}) {
      PlanBuilder p(kind);
      p.reduce(Op::prod, sum_type(t), p.load(t));
      p.plan.reductions[0].check = true;
      for (const TestTarget& target : targets()) {
        std::string error;
        const auto kernel = make_kernel(*target.backend, p.plan, error);
        REQUIRE(kernel != nullptr);
        // 100 ones (or rows of them), and `twos` times 2.
        for (const int twos : {0, 10, 62, 65}) {
          constexpr std::size_t n = 100;
          std::vector<unsigned char> data(n * itemsize(t), 0);
          for (std::size_t i = 0; i < n; ++i) {
            data[i * itemsize(t)] = i < static_cast<std::size_t>(twos) ? 2 : 1;
          }
          std::int64_t slot = 1;
          std::uint64_t events = 0;
          void* ptr[] = {data.data()};
          void* acc[] = {&slot};
          const bool rows = kind == KernelKind::row_reduce;
          const std::int64_t step[] = {static_cast<std::int64_t>(itemsize(t))};
          kernel::KernelFrame frame{rows ? 100 : 1, rows ? 1 : 100, ptr, step, nullptr, acc, 0,
                                    &events};
          kernel->call(frame);
          CAPTURE(target.name, twos, std::string(name(t)));
          CHECK(events == (twos > 64 ? kernel::kNoted : 0));
          CHECK(static_cast<std::uint64_t>(slot) == (twos > 63 ? 0 : std::uint64_t{1} << twos));
        }
      }
    }
  }
}

TEST_CASE("jit: fast math sums floats within the tolerance of float32") {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> spread(0, 1);
  std::vector<float> x(65000);
  for (float& v : x) v = spread(random);
  double exact = 0;
  for (float v : x) exact += static_cast<double>(v) * static_cast<double>(v);
  PlanBuilder p(KernelKind::row_reduce);
  const std::uint32_t a = p.load(DType::float32);
  p.reduce(Op::sum, DType::float64, p.op(Op::multiply, DType::float32, {a, a}));
  p.plan.fast_math = true;
  for (const TestTarget& target : targets()) {
    std::string error;
    const auto kernel = make_kernel(*target.backend, p.plan, error);
    REQUIRE(kernel != nullptr);
    double slot = -0.0;
    void* ptr[] = {x.data()};
    void* acc[] = {&slot};
    const std::int64_t step[] = {0};
    std::uint64_t events = 0;
    kernel::KernelFrame frame{
        static_cast<std::int64_t>(x.size()), 1, ptr, step, nullptr, acc, 0, &events};
    kernel->call(frame);
    CHECK(slot == Approx(exact).epsilon(1e-5));
  }
}

}  // namespace tightloop::jit_test
