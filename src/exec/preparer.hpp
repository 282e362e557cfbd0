// The kinds of engine: what makes executables of plans, and what can be told of how they run.
#pragma once

#include <memory>
#include <string>

#include "exec/engine_core.hpp"

namespace tightloop::exec {

/// The members are those of EngineCore. What is not overridden is right where nothing is generated.
class EngineCore::Preparer {
 public:
  virtual ~Preparer() = default;
  virtual std::shared_ptr<const Executable> prepare(plan::LoopPlan plan, const PlannedCall& call,
                                                    const Options& options) = 0;
  virtual bool watches_sums() const = 0;
  virtual std::string width_of(const kernel::KernelPlan& kernel) const;
  virtual std::string code_of(const kernel::KernelPlan& kernel, CodeForm form) const;
  virtual CacheInfo cache_info() const = 0;
  virtual void clear_cache() {}
};

/// Prepares kernels of a cache. Without a code generator everything that is not compiled yet is
/// interpreted from then on if `may_fall_back`.
std::unique_ptr<EngineCore::Preparer> make_kernel_preparer(std::unique_ptr<KernelCache> cache,
                                                           bool may_fall_back);
/// Prepares the reference evaluator.
std::unique_ptr<EngineCore::Preparer> make_reference_preparer();

}  // namespace tightloop::exec
