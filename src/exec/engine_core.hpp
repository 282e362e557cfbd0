// What executes programs: kernels, compiled or interpreted, with their cache; for tests, the
// reference evaluator, which shares neither plans nor kernels with them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "exec/cache/kernel_cache.hpp"
#include "plan/machine_model.hpp"

namespace tightloop::exec {

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

  /// Returns the process's engine. TIGHTLOOP_BACKEND=reference|jit chooses whether everything is
  /// interpreted or kernels are compiled; unset, they are where that can be. TIGHTLOOP_TARGET names
  /// the JIT's target. TIGHTLOOP_COMPILE=first|background says when kernels are compiled: before
  /// they first run, or (unset) interpreted first and compiled in the background. Throws
  /// Error(value) for other settings. Never destroyed.
  static EngineCore& standard();

  /// False for the reference evaluator, which runs no kernels and has no cache.
  bool runs_plans() const { return cache_ != nullptr; }
  bool is_jit() const { return runs_plans() && cache_->compiles(); }
  KernelCache& cache() const { return *cache_; }
  /// What plans are made for: each field within its limits.
  const plan::MachineModel& machine() const { return machine_; }
  /// Has everything interpreted that is not compiled yet, from now on. Throws Error(unsupported),
  /// with `why`, where that is not wanted.
  void give_up(const std::string& why);

  /// Returns a number that no other engine of the process has or had, unlike its address: programs
  /// that were prepared for an engine outlive it.
  std::uint64_t serial() const { return serial_; }

 private:
  static std::uint64_t next_serial();
  std::unique_ptr<KernelCache> cache_;
  const std::uint64_t serial_ = next_serial();
  const bool may_fall_back_ = false;
  const plan::MachineModel machine_;
};

}  // namespace tightloop::exec
