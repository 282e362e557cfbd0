// Kernels in memory, by their plan's text; least recently used ones are dropped first. Behind it a
// folder of images on disk, and behind that the code generator, which is loaded when first needed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "base/lru_map.hpp"
#include "exec/cache/compilation.hpp"
#include "exec/cache/disk_cache.hpp"
#include "exec/cache/tiered_kernel.hpp"
#include "kernel/backend.hpp"

namespace tightloop::exec {

/// Says that there is no code generator for the target, or that its code may not be executed.
class NoCodeGenerator : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where a kernel came from.
enum class KernelOrigin : unsigned char { memory, disk, compiled, interpreted };

/// When kernels are compiled: before they first run; before they first run, but in the background
/// what would take long; in the background once that pays; or not at all: then everything is
/// interpreted, with the same results.
enum class CompileTime : unsigned char { first, first_unless_long, background, never };

/// What generating the code of one call's kernels may cost before it starts, in simple
/// instructions, which take some 60 us each. Kernels beyond it are interpreted, where they can be,
/// until they are warm: the results are the same.
struct CodeBudget {
  std::int64_t left = 1 << 13;
};

/// Thread-safe: lookups take a short lock; equal plans that miss at once compile once. Its kernels
/// may not run once it is gone: they may ask it to compile.
class KernelCache {
 public:
  /// For a target ("" is the host) and a folder of images (empty: none).
  explicit KernelCache(std::string target, const std::string& folder = {},
                       CompileTime when = CompileTime::first, std::size_t capacity = 4096);

  KernelCache(const KernelCache&) = delete;
  KernelCache& operator=(const KernelCache&) = delete;
  /// Waits for kernels that are still being compiled.
  ~KernelCache();

  /// Returns the kernel of a plan. Throws NoCodeGenerator where it has to be compiled and cannot,
  /// Error(internal) where the code generator fails, Error(memory), and Error(stopped) as soon as
  /// `stop` is set. Holds no lock while code is generated.
  std::shared_ptr<const kernel::Kernel> get(const kernel::KernelPlan& plan, KernelOrigin& origin,
                                            StopFlag stop = nullptr, CodeBudget* budget = nullptr);
  void clear();
  std::size_t size() const;
  std::uint64_t hits() const;
  std::uint64_t compiled() const;
  std::uint64_t loaded() const;  ///< from disk
  /// From now on, what is neither held nor on disk is interpreted.
  void stop_compiling() { compiles_.store(false, std::memory_order_relaxed); }
  bool compiles() const { return compiles_.load(std::memory_order_relaxed); }
  const std::string& folder() const { return disk_.folder(); }
  std::string target() const { return target_.empty() ? "host" : target_; }
  /// Loads the code generator. Throws NoCodeGenerator.
  kernel::Backend& backend() const;

 private:
  std::shared_ptr<const kernel::Kernel> find(const std::string& key);
  std::shared_ptr<const kernel::Kernel> at_once(const kernel::KernelPlan& plan,
                                                const std::string& key, KernelOrigin& origin,
                                                CodeBudget& budget);
  std::shared_ptr<const kernel::Kernel> keep(std::string key,
                                             const std::shared_ptr<const kernel::Kernel>& kernel,
                                             KernelOrigin& origin);
  std::shared_ptr<const kernel::Kernel> interpret(const kernel::KernelPlan& plan,
                                                  const std::string& key, bool compile_when_warm);
  std::shared_ptr<const kernel::Kernel> interpret_always(const kernel::KernelPlan& plan);
  std::shared_ptr<const kernel::Kernel> compile(const kernel::KernelPlan& plan,
                                                const std::string& key);
  void compile_later(const kernel::KernelPlan& plan, const std::string& key,
                     const std::weak_ptr<const TieredKernel>& kernel);
  using Pending = std::shared_ptr<Compilation>;
  /// The compilation of a kernel, and whether it is this caller's to start; null where the kernel
  /// is there.
  Pending join(const std::string& key, bool& fresh);
  void start(const Pending& pending, const kernel::KernelPlan& plan, const std::string& key,
             StopFlag stop);
  const std::string target_;
  const CompileTime when_;
  std::atomic<bool> compiles_{true};
  const std::size_t capacity_;
  DiskCache disk_;
  base::LruMap<const kernel::Kernel> kernels_;
  std::unordered_map<std::string, Pending> pending_;  // under locks().kernels
  std::uint64_t hits_ = 0;
  std::uint64_t compiled_ = 0;
  std::uint64_t loaded_ = 0;
};

}  // namespace tightloop::exec
