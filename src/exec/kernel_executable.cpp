// Binds the kernels of a plan to its stages, and chooses at each call between the short way on the
// caller's thread and the long one.
#include "exec/kernel_executable.hpp"

#include <algorithm>
#include <utility>

namespace tightloop::exec {

KernelExecutable::Kernels KernelExecutable::kernels_of(const plan::LoopPlan& plan,
                                                       const GetKernel& get_kernel) {
  Kernels kernels;
  for (const plan::Stage& stage : plan.stages) {
    for (const plan::Nest* nest : stage.nests()) kernels.push_back(get_kernel(nest->kernel));
    if (stage.product) kernels.push_back(get_kernel(stage.product->kernel));
  }
  return kernels;
}

KernelExecutable::KernelExecutable(plan::LoopPlan plan, const plan::MachineModel& machine,
                                   Kernels kernels, bool watches_sums)
    : Executable(std::move(plan)), bound_(this->plan(), machine) {
  auto next = kernels.begin();
  for (const plan::Stage& stage : bound_.plan.stages) {
    BoundStage out{&stage,      &bound_.machine, {}, nullptr, cost_of(stage, bound_.machine),
                   watches_sums};
    for (const plan::Nest* nest : stage.nests())
      out.nests.emplace_back(*nest, bound_.machine, std::move(*next++));
    if (stage.product) out.kernel = std::move(*next++);
    bound_.stages.push_back(std::move(out));
  }
  simple_ = is_simple(bound_);
  set_small(simple_ && bound_.stages[0].cost < static_cast<double>(bound_.machine.threaded_cost));
}

std::uint64_t KernelExecutable::run(const CallArguments& call, Workers workers,
                                    std::uint64_t& extra_bytes) const {
  const bool alone = workers.threads == 1 && workers.stop == nullptr;
  if (!simple_ || !alone) return execute(bound_, call, workers, extra_bytes);
  extra_bytes = 0;
  return exec::run_small(bound_, call);
}

std::uint64_t KernelExecutable::run_small(const CallArguments& call) const {
  return exec::run_small(bound_, call);
}

SmallCall KernelExecutable::prepare(const std::shared_ptr<const Executable>& self,
                                    std::vector<const void*> inputs, std::vector<Scalar> scalars,
                                    std::vector<void*> results) const {
  return {std::shared_ptr<const BoundPlan>(self, &bound_), std::move(inputs), std::move(scalars),
          std::move(results)};
}

bool KernelExecutable::reads_what_it_stores(std::size_t input, const ArrayView& in,
                                            std::size_t result, const ArrayView& out) const {
  const plan::Stage& stage = plan().stages[0];
  if (plan().stages.size() != 1 || stage.product || !stage.r.empty()) return false;
  const auto is = [](const plan::Operand& o, plan::Memory::Kind kind, std::size_t index) {
    return o.source == plan::Memory{kind, static_cast<std::uint32_t>(index)};
  };
  const auto& operands = stage.main.operands;
  const auto store = std::find_if(operands.begin(), operands.end(), [&](const plan::Operand& o) {
    return is(o, plan::Memory::Kind::result, result);
  });
  if (store == operands.end()) return false;
  return std::all_of(operands.begin(), operands.end(), [&](const plan::Operand& o) {
    return !is(o, plan::Memory::Kind::input, input) ||
           (o.m == store->m && itemsize(o.dtype) == itemsize(store->dtype) &&
            static_cast<const char*>(in.data()) + o.offset ==
                static_cast<const char*>(out.data()) + store->offset);
  });
}

}  // namespace tightloop::exec
