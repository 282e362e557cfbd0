// Executes a bound plan over addresses.
#pragma once

#include <cstdint>

#include "base/arena.hpp"
#include "exec/cpu/bound_plan.hpp"
#include "exec/cpu/stage_runner.hpp"
#include "types/scalar.hpp"

namespace tightloop::exec {

/// What a call brings: addresses of the inputs' and results' first elements, parallel to the typed
/// graph's inputs and results, and the values of weak scalars.
struct CallArguments {
  const void* const* inputs = nullptr;
  const Scalar* scalars = nullptr;
  void* const* results = nullptr;
};

/// Resolves the operands and parameters of a stage, in memory of the arena. `intermediates` holds
/// their addresses, null for those of a tile.
StageArguments arguments_of(const plan::Stage& stage, const CallArguments& call,
                            void* const* intermediates, base::Arena& arena);

/// Runs all stages; returns the kernels' events. `extra_bytes` becomes the memory held beyond
/// inputs and results: intermediates, partials and scratch of all threads. Throws Error(memory).
std::uint64_t execute(const BoundPlan& bound, const CallArguments& call, Workers workers,
                      std::uint64_t& extra_bytes);

}  // namespace tightloop::exec
