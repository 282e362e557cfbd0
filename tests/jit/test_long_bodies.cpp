// Bodies with more values than registers: random programs over lanes of all kinds, in every kernel
// kind; many inputs and results; values that are read long after they were made.
#include <array>
#include <random>

#include "catch.hpp"
#include "harness.hpp"

namespace tightloop::jit_test {
namespace {

using kernel::Access;
using kernel::KernelKind;

/// Grows a body at random; operands are recent values or, at times, any.
class RandomBody {
 public:
  RandomBody(KernelKind kind, std::uint32_t seed) : p_(kind), random_(seed) {
    for (DType t : {DType::float64, DType::float32, DType::int32, DType::uint8, DType::bool_}) {
      add(p_.load(t));
      add(p_.load(t, Access::splat));
    }
    add(p_.load(DType::complex128));
    add(p_.param(DType::float64));
    add(p_.constant(Scalar::of(0.75)));
    add(p_.op(Op::less, DType::bool_, {pick(DType::float64), pick(DType::float64)}));
  }

  void grow(int count) {
    for (int i = 0; i < count; ++i) add(next());
  }
  std::uint32_t pick(DType lane) {
    const auto& all = values_[static_cast<std::size_t>(lane)];
    const std::size_t recent = below(3) == 0 ? all.size() : std::min<std::size_t>(all.size(), 6);
    return all[all.size() - 1 - below(recent)];
  }
  std::uint32_t any(DType lane) {
    const auto& all = values_[static_cast<std::size_t>(lane)];
    return all[below(all.size())];
  }
  PlanBuilder& plan() { return p_; }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  void add(std::uint32_t id) {
    values_[static_cast<std::size_t>(p_.plan.body[id].lane)].push_back(id);
  }

  std::uint32_t arithmetic(DType lane) {
    static constexpr Op kOps[] = {Op::add, Op::subtract, Op::multiply, Op::maximum};
    const Op op = kOps[below(is_complex(lane) ? 3 : 4)];
    return p_.op(op, lane, {pick(lane), pick(lane)});
  }
  std::uint32_t next() {
    switch (below(10)) {
      case 0: return arithmetic(DType::float32);
      case 1: return arithmetic(DType::int32);
      case 2: return p_.op(Op::less, DType::bool_, {pick(DType::float64), pick(DType::float64)});
      case 3:
        return p_.op(Op::where, DType::float64,
                     {pick(DType::bool_), pick(DType::float64), pick(DType::float64)});
      case 4: return p_.convert(Op::cast, DType::float64, pick(DType::float32));
      case 5: return arithmetic(DType::complex128);
      case 6: return p_.op(Op::bit_xor, DType::uint8, {pick(DType::uint8), pick(DType::uint8)});
      default: return arithmetic(DType::float64);
    }
  }

  PlanBuilder p_;
  std::mt19937 random_;
  std::array<std::vector<std::uint32_t>, 16> values_;
};

RunShape rows(std::int64_t n0, std::int64_t n1) {
  RunShape shape;
  shape.n0 = n0;
  shape.n1 = n1;
  shape.gap = 3;
  return shape;
}

}  // namespace

TEST_CASE("jit: long bodies map") {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    RandomBody body(KernelKind::map, seed);
    body.grow(220 + 60 * static_cast<int>(seed));
    for (DType t : {DType::float64, DType::float32, DType::int32, DType::uint8, DType::bool_,
                    DType::complex128, DType::float64}) {
      body.plan().store(t, body.any(t));
    }
    body.plan().store(DType::float16, body.any(DType::float32));
    check_plan(body.plan().plan, {{1}, {7}, {32}, rows(45, 3)}, seed);
  }
}

TEST_CASE("jit: long bodies reduce rows") {
  RandomBody body(KernelKind::row_reduce, 11);
  body.grow(260);
  body.plan().reduce(Op::sum, DType::float64, body.any(DType::float64));
  body.plan().reduce(Op::sum, DType::int64, body.any(DType::int32));
  body.plan().reduce(Op::max, DType::float32, body.any(DType::float32));
  body.plan().reduce(Op::any, DType::bool_, body.any(DType::bool_));
  check_plan(body.plan().plan, {{1}, {33}, rows(70, 3)}, 11);
  RandomBody exact(KernelKind::row_reduce, 12);
  exact.grow(260);
  exact.plan().reduce(Op::sum, DType::uint64, exact.any(DType::uint8));
  exact.plan().reduce(Op::min, DType::float64, exact.any(DType::float64));
  exact.plan().store(DType::float64, exact.any(DType::float64));
  check_plan(exact.plan().plan, {{1}, {33}, rows(70, 3)}, 12);
}

TEST_CASE("jit: long bodies reduce columns") {
  RandomBody body(KernelKind::column_reduce, 21);
  body.grow(260);
  body.plan().reduce(Op::sum, DType::float64, body.any(DType::float64));
  body.plan().reduce(Op::max, DType::int32, body.any(DType::int32));
  check_plan(body.plan().plan, {{1}, rows(45, 3)}, 21);
}

TEST_CASE("jit: many inputs, many results, all live at once") {
  PlanBuilder p(KernelKind::map);
  std::vector<std::uint32_t> x, y;
  for (int k = 0; k < 100; ++k) x.push_back(p.load(k % 3 == 0 ? DType::float32 : DType::float64));
  for (std::size_t k = 0; k < 100; ++k) {
    if (k % 3 == 0) x[k] = p.convert(Op::cast, DType::float64, x[k]);
  }
  for (std::size_t k = 0; k < 100; ++k) {
    y.push_back(p.op(Op::multiply, DType::float64, {x[k], x[99 - k]}));
  }
  for (std::size_t k = 0; k < 64; ++k) {
    const std::uint32_t sum = p.op(Op::add, DType::float64, {y[k], x[k + 20]});
    p.store(DType::float64, p.op(Op::subtract, DType::float64, {sum, y[k + 30]}));
  }
  check_plan(p.plan, {{1}, {9}, rows(21, 2)}, 31);
}

TEST_CASE("jit: instructions that are needed for their check alone") {
  PlanBuilder p(KernelKind::map);
  const std::uint32_t a = p.load(DType::int64), b = p.load(DType::int64);
  std::uint32_t value = a;
  for (int k = 0; k < 210; ++k) {
    const std::uint32_t unused = p.op(Op::add, DType::int64, {value, b});
    p.plan.body[unused].check = k % 2 == 0;
    value = p.op(k % 2 == 0 ? Op::bit_xor : Op::bit_and, DType::int64, {value, k % 3 == 0 ? a : b});
  }
  p.store(DType::int64, value);
  check_plan(p.plan, {{1}, {13}, rows(40, 2)}, 41);
}

}  // namespace tightloop::jit_test
