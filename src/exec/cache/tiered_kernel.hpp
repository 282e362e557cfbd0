// A kernel that runs at once and gets faster: interpreted first, compiled code with the same bits
// when that is there.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "exec/interpreter/interpreted_kernel.hpp"
#include "kernel/backend.hpp"

namespace tightloop::exec {

class TieredKernel : public kernel::Kernel {
 public:
  /// Asks for compiled code; called at most once in a process, from whatever thread runs the
  /// kernel. Does not throw.
  using Ask = std::function<void()>;

  explicit TieredKernel(std::unique_ptr<InterpretedKernel> interpreted);
  /// Has `ask` called as soon as interpreting has cost about as much as compiling would.
  void when_warm(Ask ask) { ask_ = std::move(ask); }
  /// Lets calls from now on run compiled code, also those of evaluations that are under way.
  void replace(std::shared_ptr<const kernel::Kernel> compiled) const;

 private:
  static void trampoline(const kernel::KernelFrame* frame);
  void run(const kernel::KernelFrame& frame) const;

  const std::unique_ptr<InterpretedKernel> interpreted_;
  Ask ask_;
  mutable std::atomic<std::int64_t> work_{0};  // instructions times elements, interpreted so far
  mutable std::atomic<unsigned> asked_{0};     // the background's epoch when it was asked
  mutable std::shared_ptr<const kernel::Kernel> compiled_;  // written once, before it is run
};

}  // namespace tightloop::exec
