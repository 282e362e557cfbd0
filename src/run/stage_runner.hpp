// Runs one stage over all its tasks.
#pragma once

#include <cstdint>

#include "run/bound_plan.hpp"
#include "tightloop/engine.hpp"

namespace tightloop::run {

/// Addresses of a stage's operands and its scalar arguments.
struct StageArguments {
  char* const* main = nullptr;      ///< one address per operand of the main nest
  char* const* epilogue = nullptr;  ///< and of the epilogue
  char* const* copies = nullptr;    ///< and of the copied accumulators
  const void* main_params = nullptr;
  const void* epilogue_params = nullptr;
};

/// Who runs the tasks.
struct Workers {
  Executor* executor = nullptr;
  int threads = 1;
};

/// Runs a map stage or a reduction stage; returns the events of its kernels. The result does not
/// depend on `workers`. Adds to `extra_bytes` the memory held for partials. Throws Error(memory).
std::uint64_t run_stage(const BoundStage& stage, const StageArguments& arguments, Workers workers,
                        std::uint64_t& extra_bytes);

}  // namespace tightloop::run
