// What executes programs: a code generator with its kernel cache, or the reference evaluator.
#pragma once

#include <memory>
#include <string>

#include "run/kernel_cache.hpp"

namespace tightloop::run {

class EngineCore {
 public:
  enum class Kind : unsigned char { jit, reference };

  /// Makes a JIT engine for a target ("" is the host) or a reference engine. Throws
  /// Error(unsupported) where the code generator cannot be had.
  explicit EngineCore(Kind kind, const std::string& target = "");

  /// Returns the process's engine. TIGHTLOOP_BACKEND=reference|jit chooses it; unset, the JIT where
  /// it can run, else the reference evaluator. TIGHTLOOP_TARGET names the JIT's target. Throws
  /// Error(value) for other settings. Never destroyed.
  static EngineCore& standard();

  bool is_jit() const { return cache_ != nullptr; }
  KernelCache& cache() const { return *cache_; }

 private:
  std::unique_ptr<KernelCache> cache_;
};

}  // namespace tightloop::run
