// Compiles plans: emit, verify, generate code, link in memory. One mutex serialises it all.
#include "jit/session.hpp"

#include <cmath>
#include <cstring>
#include <exception>

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Verifier.h>

#include "jit/kernel_emitter.hpp"

namespace tightloop::jit {

namespace orc = llvm::orc;

/// A kernel in memory; keeps the session alive, and unloads the code when it goes.
class LoadedKernel : public plan::Kernel {
 public:
  LoadedKernel(std::shared_ptr<Session> session, orc::ResourceTrackerSP tracker, plan::KernelFn f)
      : session_(std::move(session)), tracker_(std::move(tracker)) {
    fn = f;
  }
  ~LoadedKernel() override { session_->unload(tracker_); }

 private:
  std::shared_ptr<Session> session_;
  orc::ResourceTrackerSP tracker_;
};

/// A module with the context that it lives in, and the leaves it calls. `module` is null on error.
struct Session::Emitted {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::map<std::string, void*> leaves;
  std::unique_ptr<std::string> diagnostics;  // errors the code generator reports
};

namespace {

void keep_error(const llvm::DiagnosticInfo* info, void* text) {
  if (info->getSeverity() != llvm::DS_Error) return;
  llvm::raw_string_ostream stream(*static_cast<std::string*>(text));
  llvm::DiagnosticPrinterRawOStream printer(stream);
  info->print(printer);
}

template <class F>
void* address_of(F* function) {
  return reinterpret_cast<void*>(function);
}

// What code generation may turn IR operations into calls of.
std::map<std::string, void*> library_symbols() {
  using F1 = double(double);
  using F2 = double(double, double);
  using F3 = double(double, double, double);
  using f1 = float(float);
  using f2 = float(float, float);
  using f3 = float(float, float, float);
  return {
      {"memcpy", address_of<void*(void*, const void*, std::size_t)>(std::memcpy)},
      {"memset", address_of<void*(void*, int, std::size_t)>(std::memset)},
      {"fmod", address_of<F2>(::fmod)},
      {"fmodf", address_of<f2>(::fmodf)},
      {"fma", address_of<F3>(::fma)},
      {"fmaf", address_of<f3>(::fmaf)},
      {"floor", address_of<F1>(::floor)},
      {"floorf", address_of<f1>(::floorf)},
      {"ceil", address_of<F1>(::ceil)},
      {"ceilf", address_of<f1>(::ceilf)},
      {"trunc", address_of<F1>(::trunc)},
      {"truncf", address_of<f1>(::truncf)},
      {"roundeven", address_of<F1>(::rint)},
      {"roundevenf", address_of<f1>(::rintf)},
  };
}

}  // namespace

std::shared_ptr<Session> Session::make(const Target& target, plan::FindLeaf find_leaf,
                                       std::string& error) {
  install_fatal_error_handlers();
  std::shared_ptr<Session> session(new Session(target, find_leaf));
  return session->guarded(error, [&] { return session->start(error) ? session : nullptr; });
}

Session::~Session() = default;

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

bool Session::start(std::string& error) {
  orc::LLJITBuilder builder;
  orc::JITTargetMachineBuilder machine{llvm::Triple(target_.triple)};
  builder.setJITTargetMachineBuilder(std::move(machine))
      .setLinkProcessSymbolsByDefault(false)
      .setPlatformSetUp(orc::setUpInactivePlatform)
      .setObjectLinkingLayerCreator([](orc::ExecutionSession& session
#if LLVM_VERSION_MAJOR < 21
                                       ,
                                       const llvm::Triple&
#endif
                                       ) -> llvm::Expected<std::unique_ptr<orc::ObjectLayer>> {
        return std::make_unique<orc::ObjectLinkingLayer>(session);
      });
  auto made = builder.create();
  if (!made) {
    error = llvm::toString(made.takeError());
    return false;
  }
  jit_ = std::move(*made);
  // Errors reach the caller through lookup; by default they are printed as well.
  jit_->getExecutionSession().setErrorReporter(
      [](llvm::Error e) { llvm::consumeError(std::move(e)); });
  if (llvm::Error e = define(library_symbols())) {
    error = llvm::toString(std::move(e));
    return false;
  }
  return true;
}

llvm::Error Session::define(const std::map<std::string, void*>& symbols) {
  orc::SymbolMap map;
  for (const auto& [name, address] : symbols) {
    if (!defined_.insert(name).second) continue;
    map[jit_->mangleAndIntern(name)] = {
        orc::ExecutorAddr::fromPtr(address),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  }
  if (map.empty()) return llvm::Error::success();
  return jit_->getMainJITDylib().define(orc::absoluteSymbols(std::move(map)));
}

Session::Emitted Session::emit(const plan::KernelPlan& plan, const std::string& symbol,
                               std::string& error) {
  Emitted out;
  error = find_fault(plan);
  if (!error.empty()) {
    error = "internal: kernel plan: " + error;
    return out;
  }
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
  module->setDataLayout(objects_->machine().createDataLayout());
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(*out.context),
                                       {llvm::PointerType::get(*out.context, 0)}, false);
  auto* function =
      llvm::Function::Create(type, llvm::Function::ExternalLinkage, symbol, module.get());
  function->addFnAttr("target-cpu", target_.cpu);
  if (!target_.features.empty()) function->addFnAttr("target-features", target_.features);
  if (target_.avx512) function->addFnAttr("prefer-vector-width", "512");
  // Without it spilled 64-byte registers straddle cache lines, as the caller's stack happens to be.
  function->addFnAttr("stackrealign");
  function->setDoesNotThrow();
  KernelEmitter emitter(*function, plan, target_, find_leaf_);
  emitter.emit();
  out.leaves = emitter.leaves();
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
std::unique_ptr<llvm::MemoryBuffer> Session::generate(std::unique_ptr<CodeGenerator>& generator,
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

std::unique_ptr<plan::Kernel> Session::compile_locked(const plan::KernelPlan& plan,
                                                      std::string& error) {
  if (objects_ == nullptr) objects_ = CodeGenerator::make(target_, false, error);
  if (objects_ == nullptr) return nullptr;
  const std::string symbol = "kernel_" + std::to_string(kernels_++);
  Emitted emitted = emit(plan, symbol, error);
  if (emitted.module == nullptr) return nullptr;
  std::unique_ptr<llvm::MemoryBuffer> object = generate(objects_, emitted);
  if (!emitted.diagnostics->empty()) {
    error = *emitted.diagnostics;
    return nullptr;
  }
  if (llvm::Error e = define(emitted.leaves)) {
    error = llvm::toString(std::move(e));
    return nullptr;
  }
  orc::ResourceTrackerSP tracker = jit_->getMainJITDylib().createResourceTracker();
  if (llvm::Error e = jit_->addObjectFile(tracker, std::move(object))) {
    error = llvm::toString(std::move(e));
    return nullptr;
  }
  auto address = jit_->lookup(symbol);
  if (!address) {
    error = llvm::toString(address.takeError());
    llvm::consumeError(tracker->remove());
    return nullptr;
  }
  return std::make_unique<LoadedKernel>(shared_from_this(), std::move(tracker),
                                        address->toPtr<plan::KernelFn>());
}

std::string Session::text_locked(const plan::KernelPlan& plan, Text kind, std::string& error) {
  if (objects_ == nullptr) objects_ = CodeGenerator::make(target_, false, error);
  if (objects_ == nullptr) return {};
  Emitted emitted = emit(plan, "kernel", error);
  if (emitted.module == nullptr) return {};
  if (kind == Text::ir) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    emitted.module->print(stream, nullptr);
    return stream.str();
  }
  if (assembly_ == nullptr) assembly_ = CodeGenerator::make(target_, true, error);
  if (assembly_ == nullptr) return {};
  std::string text = generate(assembly_, emitted)->getBuffer().str();
  error = *emitted.diagnostics;
  return error.empty() ? text : std::string();
}

std::unique_ptr<plan::Kernel> Session::compile(const plan::KernelPlan& plan, std::string& error) {
  return guarded(error, [&] { return compile_locked(plan, error); });
}

std::string Session::text(const plan::KernelPlan& plan, Text kind, std::string& error) {
  return guarded(error, [&] { return text_locked(plan, kind, error); });
}

void Session::unload(const orc::ResourceTrackerSP& tracker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  llvm::consumeError(tracker->remove());
  // Names of unloaded kernels stay interned until asked to go.
  if (++unloaded_ % 256 == 0) jit_->getExecutionSession().getSymbolStringPool()->clearDeadEntries();
}

}  // namespace tightloop::jit
