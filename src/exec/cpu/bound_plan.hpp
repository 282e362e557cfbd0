// The stages of a loop plan with their kernels: everything of an evaluation but the addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernel/backend.hpp"
#include "plan/loop_plan.hpp"

namespace tightloop::exec {

/// A nest and its kernel; strides are held by dimension, parallel to the nest's operands, as
/// kernels take them.
struct BoundNest {
  BoundNest(const plan::Nest& nest, const plan::MachineModel& machine,
            std::shared_ptr<const kernel::Kernel> kernel);
  const plan::Nest* nest;
  const plan::MachineModel* machine;
  std::shared_ptr<const kernel::Kernel> kernel;
  std::vector<std::vector<std::int64_t>> m;  ///< m[d][operand], outermost dimension first
  std::vector<std::vector<std::int64_t>> r;
  std::size_t operands() const { return nest->operands.size(); }
};

struct BoundStage {
  const plan::Stage* stage;
  const plan::MachineModel* machine;             ///< its plan's
  std::vector<BoundNest> nests;                  ///< those of Stage::nests
  std::shared_ptr<const kernel::Kernel> kernel;  ///< of a product
  double cost = 0;                               ///< work in bytes moved, for the choice of threads
  bool watches_sums = false;                     ///< reports float sums that are not finite
};

/// The stages of a plan, which outlives it. Immutable once made; shared by concurrent calls.
struct BoundPlan {
  BoundPlan(const plan::LoopPlan& of, const plan::MachineModel& on) : machine(on), plan(of) {}
  const plan::MachineModel machine;  ///< that it is planned for and runs on
  const plan::LoopPlan& plan;
  std::vector<BoundStage> stages;
};

/// The event of a stage that watches its sums; beside those of kernels.
inline constexpr std::uint64_t kNotFinite = kernel::kNoted << 1;

/// Returns the work of a stage, in bytes moved in the same time.
double cost_of(const plan::Stage& stage, const plan::MachineModel& machine);

}  // namespace tightloop::exec
