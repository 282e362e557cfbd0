// Kernels in memory, by their plan's text; least recently used ones are dropped first.
#pragma once

#include <cstdint>
#include <memory>

#include "plan/backend.hpp"
#include "run/lru_map.hpp"

namespace tightloop::run {

/// A cache over one backend. Thread-safe: lookups take a short lock; equal plans that miss at once
/// compile once.
class KernelCache {
 public:
  /// `backend` must outlive the cache.
  explicit KernelCache(plan::Backend& backend, std::size_t capacity = 4096);

  /// Returns the kernel of a plan, compiling it where it is not held; `compiled` tells which.
  /// Throws Error(internal) where the code generator fails.
  std::shared_ptr<const plan::Kernel> get(const plan::KernelPlan& plan, bool& compiled);
  void clear();
  std::size_t size() const;
  std::uint64_t hits() const;
  std::uint64_t compiled() const;
  plan::Backend& backend() const { return backend_; }

 private:
  std::shared_ptr<const plan::Kernel> find(const std::string& key);
  plan::Backend& backend_;
  const std::size_t capacity_;
  LruMap<const plan::Kernel> kernels_;
  std::uint64_t hits_ = 0;
  std::uint64_t compiled_ = 0;
};

}  // namespace tightloop::run
