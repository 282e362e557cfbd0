// Counts the work done by the interpreter and asks for compiled code once it is worth its time.
#include "exec/cache/tiered_kernel.hpp"

#include <algorithm>

#include "base/background.hpp"

namespace tightloop::exec {
namespace {

// An instruction on an element takes about a nanosecond; compiling takes some milliseconds.
constexpr std::int64_t kWarm = 1'000'000;
constexpr std::int64_t kCall = 256;  // what a call costs, however few its elements

}  // namespace

TieredKernel::TieredKernel(std::unique_ptr<InterpretedKernel> interpreted)
    : interpreted_(std::move(interpreted)) {
  set(&trampoline);
}

void TieredKernel::trampoline(const kernel::KernelFrame* frame) {
  static_cast<const TieredKernel*>(static_cast<const kernel::Kernel*>(frame->kernel))->run(*frame);
}

void TieredKernel::run(const kernel::KernelFrame& frame) const {
  interpreted_->run(frame);
  if (ask_ == nullptr) return;
  const unsigned epoch = base::background_epoch();
  if (asked_.load(std::memory_order_relaxed) == epoch) return;
  const std::int64_t size = kCall + frame.n0 * frame.n1 * std::max<std::int64_t>(frame.n2, 1) *
                                        frame.n3 * interpreted_->instructions();
  if (work_.fetch_add(size, std::memory_order_relaxed) + size < kWarm) return;
  if (asked_.exchange(epoch) != epoch) ask_();
}

void TieredKernel::replace(std::shared_ptr<const kernel::Kernel> compiled) const {
  compiled_ = std::move(compiled);
  set(*compiled_);
}

}  // namespace tightloop::exec
