// Plans that run by kernels on this machine's threads: compiled ones, interpreted ones, and those
// that are interpreted until compiled code is there. All give the same bits.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "exec/executable.hpp"
#include "kernel/backend.hpp"

namespace tightloop::exec {

class KernelExecutable : public Executable {
 public:
  using Kernels = std::vector<std::shared_ptr<const kernel::Kernel>>;
  using GetKernel = std::function<std::shared_ptr<const kernel::Kernel>(const kernel::KernelPlan&)>;

  /// Asks for every kernel of a plan, in the order in which the constructor takes them.
  static Kernels kernels_of(const plan::LoopPlan& plan, const GetKernel& get_kernel);

  /// `watches_sums`: float sums that are not finite are reported as kNotFinite.
  KernelExecutable(plan::LoopPlan plan, const plan::MachineModel& machine, Kernels kernels,
                   bool watches_sums);

  std::uint64_t run(const CallArguments& call, Workers workers,
                    std::uint64_t& extra_bytes) const override;
  std::uint64_t run_small(const CallArguments& call) const override;
  SmallCall prepare(const std::shared_ptr<const Executable>& self, std::vector<const void*> inputs,
                    std::vector<Scalar> scalars, std::vector<void*> results) const override;
  bool reads_what_it_stores(std::size_t input, const ArrayView& in, std::size_t result,
                            const ArrayView& out) const override;
  const BoundPlan& in_parts() const override { return bound_; }

 private:
  BoundPlan bound_;
  bool simple_ = false;
};

}  // namespace tightloop::exec
