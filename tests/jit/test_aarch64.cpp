// Code for AArch64, made here and not run: every kernel kind, lane and operation gives an image
// whose calls are of functions that the library has there.
#if defined(TIGHTLOOP_HAVE_AARCH64)
#include <algorithm>

#include "catch.hpp"
#include "exec/cache/loaded_image.hpp"
#include "harness.hpp"
#include "jit/session.hpp"
#include "math/leaf.hpp"
#include "ops/lane_kernels.hpp"

extern "C" {
void LLVMInitializeAArch64TargetInfo();
void LLVMInitializeAArch64Target();
void LLVMInitializeAArch64TargetMC();
void LLVMInitializeAArch64AsmPrinter();
}

namespace tightloop::jit_test {
namespace {

using kernel::Access;
using kernel::KernelKind;

/// The leaves of a machine without vector leaves: one lane at a time.
void* scalar_leaf(Op op, DType lane, int lanes) {
  return lanes == 1 ? math::find_leaf(op, lane, 1) : nullptr;
}

jit::Session& session() {
  static jit::Session* const made = [] {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    jit::Target target;
    std::string error;
    const bool found = jit::find_foreign_target("aarch64-linux-gnu", target, error);
    INFO(error);
    REQUIRE(found);
    return new jit::Session(target, scalar_leaf);
  }();
  return *made;
}

/// Compiles, and resolves what the image calls as if it were to run.
void check_code(const kernel::KernelPlan& plan) {
  CAPTURE(describe(plan));
  kernel::KernelImage image;
  std::string error;
  const bool compiled = session().compile(plan, image, error) == kernel::Compiled::done;
  CAPTURE(error);
  REQUIRE(compiled);
  const unsigned char ret[] = {0xc0, 0x03, 0x5f, 0xd6};
  const auto at = std::search(image.bytes.begin(), image.bytes.end(), ret, ret + sizeof ret);
  CHECK(at != image.bytes.end());
  CHECK(image.entry % 4 == 0);
  CHECK(exec::load_image(image, error) != nullptr);
}

constexpr DType kLanes[] = {DType::bool_,     DType::int8,    DType::int16,   DType::int32,
                            DType::int64,     DType::uint8,   DType::uint16,  DType::uint32,
                            DType::uint64,    DType::float32, DType::float64, DType::complex64,
                            DType::complex128};

DType sum_type(DType lane) {
  if (is_complex(lane)) return DType::complex128;
  if (is_float(lane)) return DType::float64;
  return is_signed_int(lane) ? DType::int64 : DType::uint64;
}

}  // namespace

TEST_CASE("jit: every operation has code for AArch64") {
  for (DType lane : kLanes) {
    PlanBuilder p(KernelKind::map);
    const std::uint32_t x[] = {p.load(lane), p.load(lane), p.load(lane, Access::splat)};
    const std::uint32_t truth = p.load(DType::bool_);
    for (int i = 0; i < kTableOps; ++i) {
      const Op op = static_cast<Op>(i);
      if (is_reduction(op)) continue;
      const ops::LaneKernel kernel = ops::find_kernel(op, lane);
      if (kernel.run == nullptr) continue;
      std::vector<std::uint32_t> args(x, x + info(op).arity);
      if (op == Op::where) args = {truth, x[0], x[1]};
      p.store(kernel.result, p.op(op, kernel.result, args));
    }
    check_code(p.plan);
  }
}

TEST_CASE("jit: every storage type is read and written on AArch64") {
  PlanBuilder p(KernelKind::map);
  for (int i = 0; i < 15; ++i) {
    const auto t = static_cast<DType>(i);
    p.store(t, p.load(t));
    if (ir::lane_of(t) == DType::float32) {
      p.store(DType::float16, p.convert(Op::round_half, DType::float16, p.load(t)));
      p.store(DType::uint8, p.convert(Op::saturate, DType::uint8, p.load(t)));
      p.store(DType::bfloat16, p.load(t, Access::splat));
    }
  }
  check_code(p.plan);
}

TEST_CASE("jit: loads that skip elements and small products have code for AArch64") {
  for (DType lane : kLanes) {
    PlanBuilder p(KernelKind::map);
    for (int stride : {2, 3, 4, -1, -2, -3, -4}) {
      const std::uint32_t x = p.load(lane, Access::strided);
      p.plan.loads.back().stride = static_cast<std::int8_t>(stride);
      p.store(lane, x);
    }
    check_code(p.plan);
  }
  for (DType lane : {DType::float32, DType::float64, DType::complex64, DType::uint32}) {
    PlanBuilder p(KernelKind::small_product);
    const std::uint32_t x = p.load(lane, Access::splat), y = p.load(lane);
    p.store(is_integer(lane) ? DType::uint64 : lane, p.op(Op::multiply, lane, {x, y}));
    p.plan.tile_rows = 3;
    p.plan.tile_columns = 4;
    check_code(p.plan);
  }
}

TEST_CASE("jit: every reduction has code for AArch64") {
  for (KernelKind kind : {KernelKind::row_reduce, KernelKind::column_reduce}) {
    for (DType lane : kLanes) {
      PlanBuilder p(kind);
      const std::uint32_t x = p.load(lane);
      if (is_bool(lane)) {
        p.reduce(Op::any, lane, x).reduce(Op::all, lane, x).reduce(Op::argmax, lane, x);
      } else {
        p.reduce(Op::sum, sum_type(lane), x).reduce(Op::prod, sum_type(lane), x);
      }
      if (is_float(lane)) p.reduce(Op::var, DType::float64, x);
      if (!is_complex(lane) && !is_bool(lane)) {
        p.reduce(Op::min, lane, x).reduce(Op::max, lane, x).reduce(Op::argmin, lane, x);
      }
      check_code(p.plan);
    }
  }
}

TEST_CASE("jit: sums of byte differences and long bodies have code for AArch64") {
  PlanBuilder sad(KernelKind::row_reduce);
  const std::uint32_t a = sad.load(DType::uint8), b = sad.load(DType::uint8);
  const std::uint32_t d = sad.op(Op::absdiff, DType::uint8, {a, b});
  sad.reduce(Op::sum, DType::uint64, sad.convert(Op::cast, DType::uint64, d));
  check_code(sad.plan);
  PlanBuilder p(KernelKind::map);
  std::vector<std::uint32_t> values{p.load(DType::float64), p.load(DType::float64)};
  for (std::size_t k = 0; k < 400; ++k) {
    const Op op = k % 3 == 0 ? Op::multiply : Op::add;
    values.push_back(p.op(op, DType::float64, {values[k], values[k / 2 + 1]}));
  }
  p.store(DType::float64, values.back());
  check_code(p.plan);
}

}  // namespace tightloop::jit_test
#endif
