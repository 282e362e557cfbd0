// Evaluates a kernel plan element by element from the scalar meanings of the ops.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/kernel_plan.hpp"

namespace tightloop::jit_test {

/// Operands of one run, each packed without gaps, row after row; splat loads have one element per
/// row.
struct PackedRun {
  std::int64_t n0 = 1;
  std::int64_t n1 = 1;
  std::vector<std::vector<unsigned char>> loads;
  std::vector<unsigned char> params;               ///< 16 bytes each
  std::vector<std::vector<unsigned char>> stores;  ///< results
  std::vector<std::vector<unsigned char>> slots;   ///< of each reduction, before and after
  bool slot_per_row = true;
  std::uint64_t events = 0;
};

void evaluate(const kernel::KernelPlan& plan, PackedRun& run);

}  // namespace tightloop::jit_test
