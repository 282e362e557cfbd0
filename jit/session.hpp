// A code generator for one target: plans in, images of their code out.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jit/code_generator.hpp"
#include "jit/target.hpp"
#include "kernel/backend.hpp"

namespace tightloop::jit {

class Session {
 public:
  Session(const Target& target, kernel::FindLeaf find_leaf);

  enum class Text { ir, assembly };

  /// Both are thread-safe, and work for several callers at once; they set `error` on failure (and
  /// text() returns ""), and never throw.
  kernel::Compiled compile(const kernel::KernelPlan& plan, kernel::KernelImage& image,
                           std::string& error);
  std::string text(const kernel::KernelPlan& plan, Text kind, std::string& error);
  const Target& target() const { return target_; }

 private:
  struct Emitted;
  /// For text or for code.
  using Kind = std::pair<bool, CodeGenerator::Bodies>;

  /// Generates a function that does nothing: what LLVM sets up once in a process is then there, and
  /// no fork finds it half done. Under generators_lock().
  void warm_up();
  std::unique_ptr<CodeGenerator> make(Kind kind) const;  // under generators_lock()
  Kind kind_for(const kernel::KernelPlan& plan, bool text) const;
  /// Takes a code generator out of those at rest, or makes one.
  std::unique_ptr<CodeGenerator> take(Kind kind);
  void give_back(Kind kind, std::unique_ptr<CodeGenerator> generator);
  Emitted start_module(const llvm::DataLayout& layout) const;
  Emitted emit(const kernel::KernelPlan& plan, const llvm::DataLayout& layout) const;
  static std::unique_ptr<llvm::MemoryBuffer> run(std::unique_ptr<CodeGenerator>& generator,
                                                 Emitted& emitted);
  /// Throws Failure where the plan cannot be compiled.
  std::unique_ptr<llvm::MemoryBuffer> generate(const kernel::KernelPlan& plan, bool text);
  std::string ir_text(const kernel::KernelPlan& plan);
  template <class F>
  kernel::Compiled guarded(std::string& error, F&& f);

  const Target target_;
  const kernel::FindLeaf find_leaf_;
  std::map<Kind, std::vector<std::unique_ptr<CodeGenerator>>> at_rest_;  // under generators_lock()
  bool warm_ = false;                                                    // likewise
};

}  // namespace tightloop::jit
