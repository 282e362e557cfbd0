// A loop plan with its kernels: everything of an evaluation but the addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernel/backend.hpp"
#include "plan/demand.hpp"
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

/// Immutable once made; shared by concurrent calls.
struct BoundPlan {
  plan::MachineModel machine;  ///< that it is planned for and runs on
  plan::LoopPlan plan;
  plan::Demand demand;  ///< without the results, which may be the caller's
  std::vector<BoundStage> stages;
  bool simple = false;  ///< run_small may run it on one thread
  bool small = false;   ///< and more threads would not pay
};

/// The event of a stage that watches its sums; beside those of kernels.
inline constexpr std::uint64_t kNotFinite = kernel::kNoted << 1;

/// Binds the stages of bound.plan to kernels; get_kernel is called once per nest.
template <class GetKernel>
void bind_stages(BoundPlan& bound, GetKernel&& get_kernel);

/// Returns the work of a stage, in bytes moved in the same time.
double cost_of(const plan::Stage& stage, const plan::MachineModel& machine);

template <class GetKernel>
void bind_stages(BoundPlan& bound, GetKernel&& get_kernel) {
  for (const plan::Stage& s : bound.plan.stages) {
    BoundStage out{&s, &bound.machine, {}, nullptr, cost_of(s, bound.machine), false};
    for (const plan::Nest* nest : s.nests()) {
      out.nests.emplace_back(*nest, bound.machine, get_kernel(nest->kernel));
    }
    if (s.product) out.kernel = get_kernel(s.product->kernel);
    bound.stages.push_back(std::move(out));
  }
}

}  // namespace tightloop::exec
