// The short way through evaluations on one thread: one stage, no packing, addresses and
// accumulators on the stack. Same kernels, same blocks, same bits as the long way.
#pragma once

#include <cstdint>

#include "run/execute.hpp"

namespace tightloop::run {

/// True where run_small can run the plan: a map of at most two loops, or a reduction to one element
/// in one task, with few operands, that stores through the caches.
bool is_simple(const BoundPlan& bound);

/// Runs a plan that is_simple, and does not stop before its end; returns the kernels' events.
std::uint64_t run_small(const BoundPlan& bound, const CallArguments& call);

}  // namespace tightloop::run
