// Chooses the process's engine: by the environment (TIGHTLOOP_BACKEND, TIGHTLOOP_TARGET,
// TIGHTLOOP_COMPILE) and by whether there is a code generator.
#include "exec/engine_core.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "exec/cache/jit_loader.hpp"
#include "tightloop/error.hpp"

namespace tightloop::exec {

EngineCore::EngineCore(Kind kind, const std::string& target, const plan::MachineModel& machine)
    : machine_(plan::within_limits(machine)) {
  if (kind == Kind::reference) return;
  const bool compiles = kind == Kind::jit;
  cache_ =
      std::make_unique<KernelCache>(target, "", compiles ? CompileTime::first : CompileTime::never);
  if (!compiles) return;
  try {
    cache_->backend();
  } catch (const NoCodeGenerator& e) {
    throw Error(ErrorCode::unsupported, e.what());
  }
}

EngineCore::EngineCore(std::unique_ptr<KernelCache> cache, bool may_fall_back,
                       const plan::MachineModel& machine)
    : cache_(std::move(cache)),
      may_fall_back_(may_fall_back),
      machine_(plan::within_limits(machine)) {}

std::uint64_t EngineCore::next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

void EngineCore::give_up(const std::string& why) {
  if (!may_fall_back_) throw Error(ErrorCode::unsupported, why);
  cache_->stop_compiling();
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
