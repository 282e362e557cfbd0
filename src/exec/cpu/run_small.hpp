// The short way through evaluations on one thread: one stage, no packing, addresses and
// accumulators on the stack. Same kernels, same blocks, same bits as the long way.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "exec/cpu/execute.hpp"

namespace tightloop::exec {

/// True where run_small can run the plan: a map of at most two loops, or a reduction to one element
/// in one task, with few operands, that stores through the caches.
bool is_simple(const BoundPlan& bound);

/// Runs a plan that is_simple, and does not stop before its end; returns the kernels' events.
std::uint64_t run_small(const BoundPlan& bound, const CallArguments& call);

struct SmallFrame;

/// A plan for run_small with the addresses and scalars of a call; of a map they are laid out for
/// the kernel. Without a plan the call takes the long way.
class SmallCall {
 public:
  SmallCall() = default;
  SmallCall(std::shared_ptr<const BoundPlan> plan, std::vector<const void*> inputs,
            std::vector<Scalar> scalars, std::vector<void*> results);
  /// Computes; false where the call has to take the long way, which computes all of it.
  bool run() const;

 private:
  std::shared_ptr<const BoundPlan> plan_;
  std::vector<const void*> inputs_;
  std::vector<Scalar> scalars_;
  std::vector<void*> results_;
  std::shared_ptr<const SmallFrame> map_;
  const kernel::Kernel* kernel_ = nullptr;  // of the map
};

}  // namespace tightloop::exec
