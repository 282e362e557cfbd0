#include "run/engine_core.hpp"

#include <cstdlib>

#include "run/jit_loader.hpp"
#include "tightloop/error.hpp"

namespace tightloop::run {

EngineCore::EngineCore(Kind kind, const std::string& target) {
  if (kind == Kind::reference) return;
  std::string error;
  plan::Backend* backend = load_jit(target, error);
  if (backend == nullptr) throw Error(ErrorCode::unsupported, error);
  cache_ = std::make_unique<KernelCache>(*backend);
}

EngineCore& EngineCore::standard() {
  static EngineCore* const instance = [] {
    const char* setting = std::getenv("TIGHTLOOP_BACKEND");
    const char* target = std::getenv("TIGHTLOOP_TARGET");
    const std::string choice = setting != nullptr ? setting : "";
    if (choice == "reference") return new EngineCore(Kind::reference);
    if (!choice.empty() && choice != "jit") {
      throw Error(ErrorCode::value,
                  "TIGHTLOOP_BACKEND is '" + choice + "'; it can be 'jit' or 'reference'");
    }
    try {
      return new EngineCore(Kind::jit, target != nullptr ? target : "");
    } catch (const Error&) {
      if (choice == "jit" || target != nullptr) throw;
      return new EngineCore(Kind::reference);
    }
  }();
  return *instance;
}

}  // namespace tightloop::run
