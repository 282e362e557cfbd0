// The Backend of plan/backend.hpp over a Session, and the one symbol that the shared object shows.
#include "plan/backend.hpp"

#include <exception>

#include "jit/session.hpp"

namespace tightloop::jit {
namespace {

class LlvmBackend : public plan::Backend {
 public:
  explicit LlvmBackend(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  std::unique_ptr<plan::Kernel> compile(const plan::KernelPlan& plan, std::string& error) override {
    return session_->compile(plan, error);
  }
  std::string fingerprint() const override { return session_->target().fingerprint(); }
  std::string assembly(const plan::KernelPlan& plan, std::string& error) override {
    return session_->text(plan, Session::Text::assembly, error);
  }
  std::string ir(const plan::KernelPlan& plan, std::string& error) override {
    return session_->text(plan, Session::Text::ir, error);
  }

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace
}  // namespace tightloop::jit

extern "C" __attribute__((visibility("default"))) tightloop::plan::Backend*
tightloop_make_backend_1(tightloop::plan::FindLeaf find_leaf, const char* target,
                         std::string* error) {
  using namespace tightloop::jit;
  try {
    Target found;
    if (!find_target(target == nullptr ? "" : target, found, *error)) return nullptr;
    std::shared_ptr<Session> session = Session::make(found, find_leaf, *error);
    return session == nullptr ? nullptr : new LlvmBackend(std::move(session));
  } catch (const std::exception& e) {
    *error = e.what();
    return nullptr;
  }
}
