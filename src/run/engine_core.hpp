// What executes programs: a code generator with its kernel cache, or the reference evaluator.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "run/kernel_cache.hpp"

namespace tightloop::run {

class EngineCore {
 public:
  enum class Kind : unsigned char { jit, reference };

  /// Makes a JIT engine for a target ("" is the host), without kernels from disk, or a reference
  /// engine. Throws Error(unsupported) where the code generator cannot be had.
  explicit EngineCore(Kind kind, const std::string& target = "");
  /// Makes a JIT engine over a cache whose code generator is loaded when first needed; without one
  /// the reference evaluator takes over if `may_fall_back`.
  EngineCore(std::unique_ptr<KernelCache> cache, bool may_fall_back);

  /// Returns the process's engine. TIGHTLOOP_BACKEND=reference|jit chooses it; unset, the JIT where
  /// it can run, else the reference evaluator. TIGHTLOOP_TARGET names the JIT's target.
  /// TIGHTLOOP_COMPILE=first|background says when kernels are compiled: before they first run, or
  /// (unset) interpreted first and compiled in the background. Throws Error(value) for other
  /// settings. Never destroyed.
  static EngineCore& standard();

  bool is_jit() const { return jit_.load(std::memory_order_relaxed); }
  KernelCache& cache() const { return *cache_; }
  /// Lets the reference evaluator take over for good. Throws Error(unsupported), with `why`, where
  /// that is not wanted.
  void give_up(const std::string& why);

 private:
  std::unique_ptr<KernelCache> cache_;
  const bool may_fall_back_ = false;
  std::atomic<bool> jit_{false};
};

}  // namespace tightloop::run
