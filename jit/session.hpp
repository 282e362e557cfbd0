// A code generator for one target: plans in, images of their code out.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "jit/code_generator.hpp"
#include "jit/target.hpp"
#include "plan/backend.hpp"

namespace tightloop::jit {

class Session {
 public:
  Session(const Target& target, plan::FindLeaf find_leaf);

  enum class Text { ir, assembly };

  /// Both are thread-safe; they return false or "" and set `error` on failure, and never throw.
  bool compile(const plan::KernelPlan& plan, plan::KernelImage& image, std::string& error);
  std::string text(const plan::KernelPlan& plan, Text kind, std::string& error);
  const Target& target() const { return target_; }

 private:
  struct Emitted;

  /// Returns the code generator for a plan, made when first needed; null with `error` set.
  CodeGenerator* generator_for(const plan::KernelPlan& plan, bool text, std::string& error);
  Emitted emit(const plan::KernelPlan& plan, const llvm::DataLayout& layout,
               const std::string& symbol, std::string& error);
  bool compile_locked(const plan::KernelPlan& plan, plan::KernelImage& image, std::string& error);
  std::string text_locked(const plan::KernelPlan& plan, Text kind, std::string& error);
  std::unique_ptr<llvm::MemoryBuffer> generate(CodeGenerator* generator, Emitted& emitted);
  template <class F>
  auto guarded(std::string& error, F&& f) -> decltype(f());

  const Target target_;
  const plan::FindLeaf find_leaf_;
  std::mutex mutex_;  // guards all below; LLVM's code generator is not thread-safe
  std::map<std::pair<bool, CodeGenerator::Bodies>, std::unique_ptr<CodeGenerator>> generators_;
};

}  // namespace tightloop::jit
