// A running JIT for one target: plans in, callable code out. Owns LLVM's linker and the symbols
// that kernels call.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <llvm/ExecutionEngine/Orc/LLJIT.h>

#include "jit/code_generator.hpp"
#include "jit/target.hpp"
#include "plan/backend.hpp"

namespace tightloop::jit {

class Session : public std::enable_shared_from_this<Session> {
 public:
  static std::shared_ptr<Session> make(const Target& target, plan::FindLeaf find_leaf,
                                       std::string& error);
  ~Session();

  enum class Text { ir, assembly };

  /// Both are thread-safe; they return null or "" and set `error` on failure, and never throw.
  std::unique_ptr<plan::Kernel> compile(const plan::KernelPlan& plan, std::string& error);
  std::string text(const plan::KernelPlan& plan, Text kind, std::string& error);
  const Target& target() const { return target_; }

 private:
  friend class LoadedKernel;
  struct Emitted;

  Session(const Target& target, plan::FindLeaf find_leaf)
      : target_(target), find_leaf_(find_leaf) {}
  bool start(std::string& error);
  Emitted emit(const plan::KernelPlan& plan, const std::string& symbol, std::string& error);
  std::unique_ptr<plan::Kernel> compile_locked(const plan::KernelPlan& plan, std::string& error);
  std::string text_locked(const plan::KernelPlan& plan, Text kind, std::string& error);
  std::unique_ptr<llvm::MemoryBuffer> generate(std::unique_ptr<CodeGenerator>& generator,
                                               Emitted& emitted);
  llvm::Error define(const std::map<std::string, void*>& symbols);
  void unload(const llvm::orc::ResourceTrackerSP& tracker);
  template <class F>
  auto guarded(std::string& error, F&& f) -> decltype(f());

  const Target target_;
  const plan::FindLeaf find_leaf_;
  std::mutex mutex_;  // guards all below; LLVM's code generator is not thread-safe
  std::unique_ptr<CodeGenerator> objects_;
  std::unique_ptr<CodeGenerator> assembly_;
  std::unique_ptr<llvm::orc::LLJIT> jit_;
  std::set<std::string> defined_;
  std::uint64_t kernels_ = 0;
  std::uint64_t unloaded_ = 0;
};

}  // namespace tightloop::jit
