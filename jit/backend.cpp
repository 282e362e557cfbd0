// The Backend of plan/backend.hpp over a Session, and the one symbol that the shared object shows.
#include "kernel/backend.hpp"

#include <exception>
#include <new>

#include "jit/kernel_shape.hpp"
#include "jit/session.hpp"

namespace tightloop::jit {
namespace {

class LlvmBackend : public kernel::Backend {
 public:
  LlvmBackend(const Target& target, kernel::FindLeaf find_leaf) : session_(target, find_leaf) {}

  kernel::Compiled compile(const kernel::KernelPlan& plan, kernel::KernelImage& image,
                           std::string& error) override {
    return session_.compile(plan, image, error);
  }
  std::string fingerprint() const override { return session_.target().fingerprint(); }
  std::string assembly(const kernel::KernelPlan& plan, std::string& error) override {
    return session_.text(plan, Session::Text::assembly, error);
  }
  std::string ir(const kernel::KernelPlan& plan, std::string& error) override {
    return session_.text(plan, Session::Text::ir, error);
  }
  std::string width(const kernel::KernelPlan& plan) const override {
    const Target& target = session_.target();
    const KernelShape shape = shape_of(plan, target);
    std::string out = std::to_string(shape.lanes) + " lanes in " +
                      std::to_string(target.vector_bytes) + "-byte registers";
    if (shape.unroll > 1) out += ", " + std::to_string(shape.unroll) + " steps at a time";
    return out;
  }

 private:
  Session session_;
};

}  // namespace
}  // namespace tightloop::jit

extern "C" __attribute__((visibility("default"))) tightloop::kernel::Backend*
tightloop_make_backend_3(tightloop::kernel::FindLeaf find_leaf, const char* target,
                         std::string* error) {
  using namespace tightloop::jit;
  install_fatal_error_handlers();
  try {
    Target found;
    if (!find_target(target == nullptr ? "" : target, found, *error)) return nullptr;
    return new LlvmBackend(found, find_leaf);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const FatalError& fatal) {
    *error = fatal.message;
    return nullptr;
  } catch (const std::exception& e) {
    *error = e.what();
    return nullptr;
  }
}
