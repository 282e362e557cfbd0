// Which engine there is: by its kind, or as the environment asks for.
#include "exec/engine_core.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <utility>

#include "exec/cache/jit_loader.hpp"
#include "exec/preparer.hpp"
#include "tightloop/error.hpp"

namespace tightloop::exec {

namespace {

std::unique_ptr<EngineCore::Preparer> preparer_of(EngineCore::Kind kind,
                                                  const std::string& target) {
  if (kind == EngineCore::Kind::reference) return make_reference_preparer();
  const bool compiles = kind == EngineCore::Kind::jit;
  auto cache =
      std::make_unique<KernelCache>(target, "", compiles ? CompileTime::first : CompileTime::never);
  try {
    if (compiles) cache->backend();
  } catch (const NoCodeGenerator& e) {
    throw Error(ErrorCode::unsupported, e.what());
  }
  return make_kernel_preparer(std::move(cache), false);
}

}  // namespace

EngineCore::EngineCore(Kind kind, const std::string& target, const plan::MachineModel& machine)
    : preparer_(preparer_of(kind, target)), machine_(plan::within_limits(machine)) {}

EngineCore::EngineCore(std::unique_ptr<KernelCache> cache, bool may_fall_back,
                       const plan::MachineModel& machine)
    : preparer_(make_kernel_preparer(std::move(cache), may_fall_back)),
      machine_(plan::within_limits(machine)) {}

EngineCore::~EngineCore() = default;

std::shared_ptr<const Executable> EngineCore::prepare(plan::LoopPlan plan, const PlannedCall& call,
                                                      const Options& options) const {
  return preparer_->prepare(std::move(plan), call, options);
}

bool EngineCore::watches_sums() const {
  return preparer_->watches_sums();
}

std::string EngineCore::width_of(const kernel::KernelPlan& kernel) const {
  return preparer_->width_of(kernel);
}

std::string EngineCore::code_of(const kernel::KernelPlan& kernel, CodeForm form) const {
  return preparer_->code_of(kernel, form);
}

CacheInfo EngineCore::cache_info() const {
  return preparer_->cache_info();
}

void EngineCore::clear_cache() const {
  preparer_->clear_cache();
}

std::uint64_t EngineCore::next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

EngineCore& EngineCore::standard() {
  static EngineCore* const instance = [] {
    const char* setting = std::getenv("TIGHTLOOP_BACKEND");
    const char* target = std::getenv("TIGHTLOOP_TARGET");
    const std::string choice = setting != nullptr ? setting : "";
    if (choice == "reference") return new EngineCore(Kind::interpreter);
    if (!choice.empty() && choice != "jit") {
      throw Error(ErrorCode::value,
                  "TIGHTLOOP_BACKEND is '" + choice + "'; it can be 'jit' or 'reference'");
    }
    const bool asked = choice == "jit" || target != nullptr;
    if (access(jit_object_path().c_str(), R_OK) != 0) {
      // Kernels of the cache and the interpreter would do for a while, but it is asked for.
      if (asked) {
        throw Error(
            ErrorCode::unsupported, "there is no code generator at '" + jit_object_path() + "'", {},
            std::string("unset ") + (choice == "jit" ? "TIGHTLOOP_BACKEND" : "TIGHTLOOP_TARGET") +
                " to do without");
      }
      return new EngineCore(Kind::interpreter);
    }
    const char* compile = std::getenv("TIGHTLOOP_COMPILE");
    const std::string time = compile != nullptr ? compile : "background";
    if (time != "background" && time != "first") {
      throw Error(ErrorCode::value,
                  "TIGHTLOOP_COMPILE is '" + time + "'; it can be 'first' or 'background'");
    }
    auto cache = std::make_unique<KernelCache>(
        target != nullptr ? target : "", cache_folder(),
        time == "first" ? CompileTime::first_unless_long : CompileTime::background);
    return new EngineCore(std::move(cache), !asked);
  }();
  return *instance;
}

}  // namespace tightloop::exec
