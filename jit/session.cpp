// Compiles plans: emit, verify, generate code, make an image of it. One mutex serialises it all.
#include "jit/session.hpp"

#include <exception>

#include <llvm/Config/llvm-config.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Verifier.h>

#include "jit/image.hpp"
#include "jit/kernel_emitter.hpp"
#include "jit/product_emitter.hpp"
#include "jit/small_product_emitter.hpp"

namespace tightloop::jit {

/// A module with the context that it lives in. `module` is null on error.
struct Session::Emitted {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::unique_ptr<std::string> diagnostics;  // errors the code generator reports
};

namespace {

void keep_error(const llvm::DiagnosticInfo* info, void* text) {
  if (info->getSeverity() != llvm::DS_Error) return;
  llvm::raw_string_ostream stream(*static_cast<std::string*>(text));
  llvm::DiagnosticPrinterRawOStream printer(stream);
  info->print(printer);
}

}  // namespace

Session::Session(const Target& target, plan::FindLeaf find_leaf)
    : target_(target), find_leaf_(find_leaf) {
  install_fatal_error_handlers();
}

// Turns whatever escapes from LLVM into an error.
template <class F>
auto Session::guarded(std::string& error, F&& f) -> decltype(f()) {
  const std::lock_guard<std::mutex> lock(mutex_);
  try {
    try {
      return f();
    } catch (const FatalError& fatal) {
      error = "LLVM: " + fatal.message;
    } catch (const CannotEmit& cannot) {
      error = cannot.message;
    } catch (const std::exception& other) {
      error = std::string("code generation failed: ") + other.what();
    }
  } catch (...) {  // no memory for the message
  }
  return {};
}

CodeGenerator* Session::generator_for(const plan::KernelPlan& plan, bool text, std::string& error) {
  using Bodies = CodeGenerator::Bodies;
  const bool small = plan.kind == plan::KernelKind::small_product;
  const bool product = small || plan.kind == plan::KernelKind::product;
  error = small     ? find_small_product_fault(plan)
          : product ? find_product_fault(plan)
                    : find_fault(plan);
  if (!error.empty()) {
    error = "internal: kernel plan: " + error;
    return nullptr;
  }
  const bool is_long = !product && shape_of(plan, target_).is_long;
  const Bodies bodies = is_long ? Bodies::of_any_length : Bodies::of_usual_length;
  auto& generator = generators_[{text, bodies}];
  if (generator == nullptr) generator = CodeGenerator::make(target_, text, bodies, error);
  return generator.get();
}

Session::Emitted Session::emit(const plan::KernelPlan& plan, const llvm::DataLayout& layout,
                               const std::string& symbol, [[maybe_unused]] std::string& error) {
  Emitted out;
  out.context = std::make_unique<llvm::LLVMContext>();
  out.diagnostics = std::make_unique<std::string>();
  out.context->setDiagnosticHandlerCallBack(keep_error, out.diagnostics.get());
  auto module = std::make_unique<llvm::Module>(symbol, *out.context);
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
      llvm::Function::Create(type, llvm::Function::ExternalLinkage, symbol, module.get());
  function->addFnAttr("target-cpu", target_.cpu);
  if (!target_.features.empty()) function->addFnAttr("target-features", target_.features);
  if (target_.avx512) function->addFnAttr("prefer-vector-width", "512");
  // Without it spilled 64-byte registers straddle cache lines, as the caller's stack happens to be.
  function->addFnAttr("stackrealign");
  // A large frame touches its pages in order: a stack that ends is a fault, not a neighbour's data.
  function->addFnAttr("probe-stack", "inline-asm");
  function->setDoesNotThrow();
  if (plan.kind == plan::KernelKind::product) {
    ProductEmitter(*function, plan, target_).emit();
  } else if (plan.kind == plan::KernelKind::small_product) {
    SmallProductEmitter(*function, plan, target_).emit();
  } else {
    KernelEmitter(*function, plan, target_, find_leaf_).emit();
  }
#ifndef NDEBUG
  llvm::raw_string_ostream stream(error);
  if (llvm::verifyModule(*module, &stream)) {
    error = "internal: malformed IR: " + stream.str();
    return out;
  }
#endif
  out.module = std::move(module);
  return out;
}

// Passes that threw are in an unknown state: they are abandoned with what they were working on.
std::unique_ptr<llvm::MemoryBuffer> Session::generate(CodeGenerator* generator, Emitted& emitted) {
  try {
    return generator->run(*emitted.module);
  } catch (...) {
    for (auto& made : generators_) {
      if (made.second.get() == generator) (void)made.second.release();
    }
    (void)emitted.module.release();
    (void)emitted.context.release();
    (void)emitted.diagnostics.release();
    throw;
  }
}

bool Session::compile_locked(const plan::KernelPlan& plan, plan::KernelImage& image,
                             std::string& error) {
  CodeGenerator* const generator = generator_for(plan, false, error);
  if (generator == nullptr) return false;
  Emitted emitted = emit(plan, generator->machine().createDataLayout(), "kernel", error);
  if (emitted.module == nullptr) return false;
  const std::unique_ptr<llvm::MemoryBuffer> object = generate(generator, emitted);
  if (!emitted.diagnostics->empty()) {
    error = *emitted.diagnostics;
    return false;
  }
  return make_image(*object, "kernel", image, error);
}

std::string Session::text_locked(const plan::KernelPlan& plan, Text kind, std::string& error) {
  CodeGenerator* const generator = generator_for(plan, kind == Text::assembly, error);
  if (generator == nullptr) return {};
  Emitted emitted = emit(plan, generator->machine().createDataLayout(), "kernel", error);
  if (emitted.module == nullptr) return {};
  if (kind == Text::ir) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    emitted.module->print(stream, nullptr);
    return stream.str();
  }
  std::string text = generate(generator, emitted)->getBuffer().str();
  error = *emitted.diagnostics;
  return error.empty() ? text : std::string();
}

bool Session::compile(const plan::KernelPlan& plan, plan::KernelImage& image, std::string& error) {
  return guarded(error, [&] { return compile_locked(plan, image, error); });
}

std::string Session::text(const plan::KernelPlan& plan, Text kind, std::string& error) {
  return guarded(error, [&] { return text_locked(plan, kind, error); });
}

}  // namespace tightloop::jit
