// The short way through evaluations that are too small for threads: one stage, no packing,
// addresses and accumulators on the stack. Same kernels, same blocks, same bits as the long way.
#pragma once

#include <cstdint>

#include "run/execute.hpp"

namespace tightloop::run {

/// True where run_small can run the plan: a map of at most two loops, or a reduction to one element
/// in one task, with few operands.
bool is_small(const BoundPlan& bound);

/// Runs a plan that is_small; returns the kernels' events.
std::uint64_t run_small(const BoundPlan& bound, const CallArguments& call);

}  // namespace tightloop::run
