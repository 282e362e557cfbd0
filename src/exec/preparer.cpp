// Kernels from a cache, with the way out where no code can be generated; and the reference
// evaluator, which has neither kernels nor a cache.
#include "exec/preparer.hpp"

#include <chrono>
#include <utility>

#include "exec/kernel_executable.hpp"
#include "exec/reference_executable.hpp"

namespace tightloop::exec {
namespace {

[[noreturn]] void throw_no_generator() {
  throw Error(ErrorCode::unsupported, "there is no code generator in this process");
}

class KernelPreparer : public EngineCore::Preparer {
 public:
  KernelPreparer(std::unique_ptr<KernelCache> cache, bool may_fall_back)
      : cache_(std::move(cache)), may_fall_back_(may_fall_back) {}

  std::shared_ptr<const Executable> prepare(plan::LoopPlan plan, const PlannedCall& call,
                                            const Options& options) override {
    KernelExecutable::Kernels kernels;
    try {
      kernels = kernels_of(plan, options);
    } catch (const NoCodeGenerator& e) {
      if (!may_fall_back_) throw Error(ErrorCode::unsupported, e.what());
      cache_->stop_compiling();
      kernels = kernels_of(plan, options);
    }
    return std::make_shared<KernelExecutable>(std::move(plan), call.machine, std::move(kernels),
                                              call.watches_sums);
  }

  bool watches_sums() const override { return true; }

  std::string width_of(const kernel::KernelPlan& kernel) const override {
    try {
      return cache_->compiles() ? cache_->backend().width(kernel) : "";
    } catch (const NoCodeGenerator&) {
      return "";
    }
  }

  std::string code_of(const kernel::KernelPlan& kernel, CodeForm form) const override {
    if (!cache_->compiles()) throw_no_generator();
    std::string error, code;
    try {
      kernel::Backend& backend = cache_->backend();
      code = form == CodeForm::ir ? backend.ir(kernel, error) : backend.assembly(kernel, error);
    } catch (const NoCodeGenerator& e) {
      throw Error(ErrorCode::unsupported, e.what());
    }
    if (!error.empty()) throw Error(ErrorCode::internal, "cannot print a kernel: " + error);
    return code;
  }

  CacheInfo cache_info() const override {
    return {cache_->size(),
            cache_->hits(),
            cache_->compiled(),
            cache_->loaded(),
            cache_->compiles() ? "jit" : "reference",
            cache_->target(),
            cache_->folder()};
  }

  void clear_cache() override { cache_->clear(); }

 private:
  KernelExecutable::Kernels kernels_of(const plan::LoopPlan& plan, const Options& options) const {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    int compiled = 0;
    CodeBudget budget;
    auto kernels = KernelExecutable::kernels_of(plan, [&](const kernel::KernelPlan& kernel) {
      check_stop(options.stop);
      KernelOrigin origin{};
      auto out = cache_->get(kernel, origin, options.stop, &budget);
      compiled += origin == KernelOrigin::compiled ? 1 : 0;
      return out;
    });
    if (options.stats != nullptr && compiled > 0) {
      options.stats->kernels_compiled += compiled;
      options.stats->compile_seconds += std::chrono::duration<double>(Clock::now() - start).count();
    }
    return kernels;
  }

  const std::unique_ptr<KernelCache> cache_;
  const bool may_fall_back_;
};

class ReferencePreparer : public EngineCore::Preparer {
 public:
  std::shared_ptr<const Executable> prepare(plan::LoopPlan plan, const PlannedCall& call,
                                            const Options&) override {
    return std::make_shared<ReferenceExecutable>(std::move(plan), call.graph, call.inputs,
                                                 call.outs);
  }
  bool watches_sums() const override { return false; }
  CacheInfo cache_info() const override {
    CacheInfo out;
    out.backend = "reference";
    return out;
  }
};

}  // namespace

std::string EngineCore::Preparer::width_of(const kernel::KernelPlan&) const {
  return "";
}

std::string EngineCore::Preparer::code_of(const kernel::KernelPlan&, CodeForm) const {
  throw_no_generator();
}

std::unique_ptr<EngineCore::Preparer> make_kernel_preparer(std::unique_ptr<KernelCache> cache,
                                                           bool may_fall_back) {
  return std::make_unique<KernelPreparer>(std::move(cache), may_fall_back);
}

std::unique_ptr<EngineCore::Preparer> make_reference_preparer() {
  return std::make_unique<ReferencePreparer>();
}

}  // namespace tightloop::exec
