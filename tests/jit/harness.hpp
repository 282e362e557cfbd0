// Runs kernel plans on every target the host has, over guarded memory, and compares all they write
// with a plain evaluation of the plan, element by element, from the scalar meanings of the ops.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kernel/backend.hpp"

namespace tightloop::jit_test {

/// Builds plans by hand.
class PlanBuilder {
 public:
  explicit PlanBuilder(kernel::KernelKind kind) { plan.kind = kind; }
  std::uint32_t load(DType t, kernel::Access access = kernel::Access::contiguous);
  std::uint32_t param(DType t);
  std::uint32_t constant(const Scalar& value);
  std::uint32_t op(Op op, DType lane, std::vector<std::uint32_t> args);
  std::uint32_t convert(Op op, DType target, std::uint32_t arg);
  PlanBuilder& store(DType t, std::uint32_t value);
  PlanBuilder& reduce(Op op, DType acc, std::uint32_t value);
  kernel::KernelPlan plan;
};

/// A target and its backend.
struct TestTarget {
  std::string name;
  kernel::Backend* backend;
};
/// The host and those x86-64 levels it can run; made once.
const std::vector<TestTarget>& targets();

/// Makes a backend; null and `error` where it cannot.
kernel::Backend* make_backend(kernel::FindLeaf find_leaf, const char* target, std::string& error);

/// How the arrays of one run look.
struct RunShape {
  std::int64_t n0 = 1;
  std::int64_t n1 = 1;
  std::int64_t gap = 0;         ///< bytes between rows
  bool slot_per_row = true;     ///< row_reduce
  bool aligned_stores = false;  ///< rows of stores start at multiples of 64
  bool finite = false;          ///< no NaN, infinity or huge value among float inputs
};

/// Compiles the plan for all targets and runs each shape; CHECKs that results are the reference's
/// bit for bit (any NaN equals any NaN), or within `tolerance` relative error where that is not 0,
/// and that nothing outside the results was written.
void check_plan(const kernel::KernelPlan& plan, const std::vector<RunShape>& shapes,
                std::uint32_t seed, double tolerance = 0);

/// A few sizes around vector lengths; and all from 1 to `last`.
std::vector<RunShape> some_sizes();
std::vector<RunShape> all_sizes(std::int64_t last, RunShape like = {});

std::string describe(const kernel::KernelPlan& plan);

}  // namespace tightloop::jit_test
