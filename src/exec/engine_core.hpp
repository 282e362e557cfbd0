// What executes programs: kernels, compiled or interpreted, with their cache; for tests, the
// reference evaluator, which shares neither plans nor kernels with them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "exec/cache/kernel_cache.hpp"
#include "exec/executable.hpp"
#include "ir/typed_graph.hpp"
#include "plan/machine_model.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/inspect.hpp"

namespace tightloop::exec {

/// What a plan was made of. The graph outlives what is prepared for it.
struct PlannedCall {
  const ir::TypedGraph& graph;
  std::span<const plan::ArrayLayout> inputs;
  std::span<const plan::ArrayLayout> outs;  ///< none: new C-ordered arrays
  const plan::MachineModel& machine;
  bool watches_sums = false;  ///< float sums that are not finite are to be reported
};

/// Thread-safe.
class EngineCore {
 public:
  enum class Kind : unsigned char { jit, interpreter, reference };

  /// Makes an engine without kernels from disk: one that compiles for a target ("" is the host),
  /// one that interprets everything, with the same bits, or the reference evaluator, whose sums are
  /// in an order of their own. Throws Error(unsupported) where the code generator cannot be had.
  explicit EngineCore(Kind kind, const std::string& target = "",
                      const plan::MachineModel& machine = {});
  /// Makes a JIT engine over a cache whose code generator is loaded when first needed; without one
  /// everything is interpreted if `may_fall_back`.
  EngineCore(std::unique_ptr<KernelCache> cache, bool may_fall_back,
             const plan::MachineModel& machine = {});
  ~EngineCore();

  /// Returns the process's engine. TIGHTLOOP_BACKEND=reference|jit chooses whether everything is
  /// interpreted or kernels are compiled; unset, they are where that can be. TIGHTLOOP_TARGET names
  /// the JIT's target. TIGHTLOOP_COMPILE=first|background says when kernels are compiled: before
  /// they first run, or (unset) interpreted first and compiled in the background. Throws
  /// Error(value) for other settings. Never destroyed.
  static EngineCore& standard();

  /// What plans are made for: each field within its limits.
  const plan::MachineModel& machine() const { return machine_; }
  /// Makes a plan, which was made for machine(), ready to run. Fills compile_seconds and
  /// kernels_compiled of options.stats. Throws Error(unsupported) where kernels are to be compiled
  /// and cannot be, Error(memory, stopped).
  std::shared_ptr<const Executable> prepare(plan::LoopPlan plan, const PlannedCall& call,
                                            const Options& options) const;
  /// False where every executable reports sums that may not be finite, because none are watched.
  bool watches_sums() const;

  /// Tells how wide the steps of a kernel are; empty where there is nothing to tell.
  std::string width_of(const kernel::KernelPlan& kernel) const;
  /// Prints the code of a kernel. Throws Error(unsupported) where none is generated.
  std::string code_of(const kernel::KernelPlan& kernel, CodeForm form) const;
  CacheInfo cache_info() const;
  /// Forgets kernels; those in use stay valid.
  void clear_cache() const;

  /// Returns a number that no other engine of the process has or had, unlike its address: programs
  /// that were prepared for an engine outlive it.
  std::uint64_t serial() const { return serial_; }

  /// What one kind of engine does; chosen once.
  class Preparer;

 private:
  static std::uint64_t next_serial();
  const std::unique_ptr<Preparer> preparer_;
  const std::uint64_t serial_ = next_serial();
  const plan::MachineModel machine_;
};

}  // namespace tightloop::exec
