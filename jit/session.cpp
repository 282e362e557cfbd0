// Compiles plans: emit, verify, generate code, make an image of it. Each has a context and a code
// generator of its own, so that no lock is held meanwhile.
#include "jit/session.hpp"

#include <exception>
#include <mutex>
#include <new>
#include <utility>

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Verifier.h>

#include "jit/image.hpp"
#include "jit/kernel_emitter.hpp"
#include "jit/product_emitter.hpp"
#include "jit/small_product_emitter.hpp"
#include "kernel/verify.hpp"

namespace tightloop::jit {

/// A module with the context that it lives in. `module` is null on error.
struct Session::Emitted {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::unique_ptr<std::string> diagnostics;  // errors the code generator reports
};

namespace {

constexpr const char* kSymbol = "kernel";

void keep_error(const llvm::DiagnosticInfo* info, void* text) {
  if (info->getSeverity() != llvm::DS_Error) return;
  llvm::raw_string_ostream stream(*static_cast<std::string*>(text));
  llvm::DiagnosticPrinterRawOStream printer(stream);
  info->print(printer);
}

/// Why a plan has no code.
struct Failure {
  std::string message;
};

}  // namespace

Session::Session(const Target& target, kernel::FindLeaf find_leaf)
    : target_(target), find_leaf_(find_leaf) {}

void Session::warm_up() {
  std::string ignored;
  guarded(ignored, [&] {
    const Kind kind{false, CodeGenerator::Bodies::of_usual_length};
    std::unique_ptr<CodeGenerator> generator = make(kind);
    Emitted emitted = start_module(generator->machine().createDataLayout());
    llvm::Function* const function = &*emitted.module->begin();
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(*emitted.context, "entry", function));
    b.CreateRetVoid();
    (void)run(generator, emitted);
    at_rest_[kind].push_back(std::move(generator));
  });
}

// Turns whatever escapes from LLVM into an error.
template <class F>
kernel::Compiled Session::guarded(std::string& error, F&& f) {
  try {
    try {
      f();
      return kernel::Compiled::done;
    } catch (const FatalError& fatal) {
      error = "LLVM: " + fatal.message;
    } catch (const CannotEmit& cannot) {
      error = cannot.message;
    } catch (const Failure& failure) {
      error = failure.message;
    } catch (const std::bad_alloc&) {
      error = "out of memory";
      return kernel::Compiled::no_memory;
    } catch (const std::exception& other) {
      error = std::string("code generation failed: ") + other.what();
    }
  } catch (...) {  // no memory for the message
    return kernel::Compiled::no_memory;
  }
  return kernel::Compiled::failed;
}

Session::Kind Session::kind_for(const kernel::KernelPlan& plan, bool text) const {
  using Bodies = CodeGenerator::Bodies;
  const std::string fault = kernel::verify(plan);
  if (!fault.empty()) throw Failure{"internal: kernel plan: " + fault};
  const bool product =
      plan.kind == kernel::KernelKind::small_product || plan.kind == kernel::KernelKind::product;
  const bool is_long = !product && shape_of(plan, target_).is_long;
  return {text, is_long ? Bodies::of_any_length : Bodies::of_usual_length};
}

std::unique_ptr<CodeGenerator> Session::make(Kind kind) const {
  std::string error;
  auto made = CodeGenerator::make(target_, kind.first, kind.second, error);
  if (made == nullptr) throw Failure{error};
  return made;
}

std::unique_ptr<CodeGenerator> Session::take(Kind kind) {
  const std::lock_guard lock(generators_lock());
  if (!std::exchange(warm_, true)) warm_up();
  auto& resting = at_rest_[kind];
  if (!resting.empty()) {
    std::unique_ptr<CodeGenerator> out = std::move(resting.back());
    resting.pop_back();
    return out;
  }
  return make(kind);
}

void Session::give_back(Kind kind, std::unique_ptr<CodeGenerator> generator) {
  constexpr std::size_t kMost = 4;  // of a kind: each holds some memory
  const std::lock_guard lock(generators_lock());
  auto& resting = at_rest_[kind];
  if (resting.size() < kMost) resting.push_back(std::move(generator));
}

/// A module of one empty function, "kernel".
Session::Emitted Session::start_module(const llvm::DataLayout& layout) const {
  Emitted out;
  out.context = std::make_unique<llvm::LLVMContext>();
  out.diagnostics = std::make_unique<std::string>();
  out.context->setDiagnosticHandlerCallBack(keep_error, out.diagnostics.get());
  auto module = std::make_unique<llvm::Module>(kSymbol, *out.context);
  module->setTargetTriple(
#if LLVM_VERSION_MAJOR >= 21
      llvm::Triple(target_.triple)
#else
      target_.triple
#endif
  );
  module->setDataLayout(layout);
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(*out.context),
                                       {llvm::PointerType::get(*out.context, 0)}, false);
  auto* function =
      llvm::Function::Create(type, llvm::Function::ExternalLinkage, kSymbol, module.get());
  function->addFnAttr("target-cpu", target_.cpu);
  if (!target_.features.empty()) function->addFnAttr("target-features", target_.features);
  if (target_.avx512) function->addFnAttr("prefer-vector-width", "512");
  // Without it spilled 64-byte registers straddle cache lines, as the caller's stack happens to be.
  function->addFnAttr("stackrealign");
  // A large frame touches its pages in order: a stack that ends is a fault, not a neighbour's data.
  function->addFnAttr("probe-stack", "inline-asm");
  function->setDoesNotThrow();
  out.module = std::move(module);
  return out;
}

Session::Emitted Session::emit(const kernel::KernelPlan& plan,
                               const llvm::DataLayout& layout) const {
  Emitted out = start_module(layout);
  llvm::Function* const function = &*out.module->begin();
  if (plan.kind == kernel::KernelKind::product) {
    ProductEmitter(*function, plan, target_).emit();
  } else if (plan.kind == kernel::KernelKind::small_product) {
    SmallProductEmitter(*function, plan, target_).emit();
  } else {
    KernelEmitter(*function, plan, target_, find_leaf_).emit();
  }
#ifndef NDEBUG
  std::string error;
  llvm::raw_string_ostream stream(error);
  if (llvm::verifyModule(*out.module, &stream)) throw Failure{"internal: malformed IR: " + error};
#endif
  return out;
}

// Passes that threw are in an unknown state: they are abandoned with what they were working on.
std::unique_ptr<llvm::MemoryBuffer> Session::run(std::unique_ptr<CodeGenerator>& generator,
                                                 Emitted& emitted) {
  try {
    return generator->run(*emitted.module);
  } catch (...) {
    (void)generator.release();
    (void)emitted.module.release();
    (void)emitted.context.release();
    (void)emitted.diagnostics.release();
    throw;
  }
}

std::unique_ptr<llvm::MemoryBuffer> Session::generate(const kernel::KernelPlan& plan, bool text) {
  const Kind kind = kind_for(plan, text);
  std::unique_ptr<CodeGenerator> generator = take(kind);
  Emitted emitted = emit(plan, generator->machine().createDataLayout());
  std::unique_ptr<llvm::MemoryBuffer> out = run(generator, emitted);
  give_back(kind, std::move(generator));
  if (!emitted.diagnostics->empty()) throw Failure{*emitted.diagnostics};
  return out;
}

std::string Session::ir_text(const kernel::KernelPlan& plan) {
  const Kind kind = kind_for(plan, false);
  std::unique_ptr<CodeGenerator> generator = take(kind);
  const Emitted emitted = emit(plan, generator->machine().createDataLayout());
  give_back(kind, std::move(generator));
  std::string text;
  llvm::raw_string_ostream stream(text);
  emitted.module->print(stream, nullptr);
  return text;
}

kernel::Compiled Session::compile(const kernel::KernelPlan& plan, kernel::KernelImage& image,
                                  std::string& error) {
  return guarded(error, [&] {
    const std::unique_ptr<llvm::MemoryBuffer> object = generate(plan, false);
    std::string fault;
    if (!make_image(*object, kSymbol, image, fault)) throw Failure{fault};
  });
}

std::string Session::text(const kernel::KernelPlan& plan, Text kind, std::string& error) {
  std::string out;
  guarded(error, [&] {
    out = kind == Text::ir ? ir_text(plan) : generate(plan, true)->getBuffer().str();
  });
  return out;
}

}  // namespace tightloop::jit
