// Decisions made about a plan before any code: which instructions are needed and how often, how
// many lanes one vector step has, how many steps are unrolled, what each reduction reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/emitter.hpp"
#include "jit/target.hpp"
#include "kernel/kernel_plan.hpp"

namespace tightloop::jit {

/// How often a value changes: never in a call, once per row, or with every element.
enum class Level : std::uint8_t { call, row, element };

/// What a reduction reads from the body. `difference`: the sum of |x - y| of two 8-bit values.
struct ReductionSource {
  std::vector<std::uint32_t> values;
  bool difference = false;
};

struct KernelShape {
  std::vector<Level> level;  ///< per instruction
  std::vector<bool> needed;  ///< per instruction
  /// Per instruction: it is the divisor of elements, and the same for a row or a call.
  std::vector<bool> divides;
  std::vector<ReductionSource> sources;
  unsigned lanes = 0;           ///< elements per vector step, a power of two, 2..64
  unsigned unroll = 1;          ///< vector steps per iteration of the main loop
  unsigned sum_sets = 1;        ///< vectors that hold the kSumLanes accumulators of a float sum
  bool sums_in_memory = false;  ///< they are too many to unroll the body for: kept on the stack
  bool holds_rows = false;      ///< of var: rows of at most kSumLanes elements stay in registers
  bool has_checks = false;
  bool skips = false;    ///< a load skips elements, some of them behind the last one of a step
  bool is_long = false;  ///< the body is emitted once, under a mask, and as LongBody describes
};

KernelShape shape_of(const kernel::KernelPlan& plan, const Target& target);

/// Returns how many elements lie between neighbours of a load.
unsigned skipped(const kernel::KernelLoad& load);

}  // namespace tightloop::jit
