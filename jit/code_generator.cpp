// Runs LLVM's code generation passes. Building the pipeline costs about as much as compiling a
// small kernel, so it is built once and run on many modules.
#include "jit/code_generator.hpp"

#include <pthread.h>

#include <mutex>
#include <new>

#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/ErrorHandling.h>

namespace tightloop::jit {
namespace {

void throw_fatal(void*, const char* reason, bool) {
  throw FatalError{reason};
}
void throw_bad_alloc(void*, const char*, bool) {
  throw std::bad_alloc();
}

// Options are the process's, and read when a pipeline is built.
void set_bool_option(const char* option, bool value) {
  auto& options = llvm::cl::getRegisteredOptions();
  const auto found = options.find(option);
  if (found == options.end()) return;
  static_cast<llvm::cl::opt<bool>*>(found->second)->setValue(value);
}

void choose_passes(CodeGenerator::Bodies bodies) {
  // Loop strength reduction costs a fifth of the compile time and gains nothing on our loops, whose
  // addresses already are base + index * scale.
  set_bool_option("disable-lsr", true);
  // Of a long body it would move every constant out of the loop, into registers that are not there,
  // and take quadratic time to.
  set_bool_option("disable-machine-licm", bodies == CodeGenerator::Bodies::of_any_length);
}

}  // namespace

std::mutex& generators_lock() {
  static std::mutex* const lock = [] {
    static std::mutex* const made = new std::mutex;
    pthread_atfork([] { made->lock(); }, [] { made->unlock(); }, [] { made->unlock(); });
    return made;
  }();
  return *lock;
}

void install_fatal_error_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::install_fatal_error_handler(throw_fatal, nullptr);
    llvm::install_bad_alloc_error_handler(throw_bad_alloc, nullptr);
  });
}

std::unique_ptr<CodeGenerator> CodeGenerator::make(const Target& target, bool text, Bodies bodies,
                                                   std::string& error) {
  choose_passes(bodies);
  std::unique_ptr<CodeGenerator> made(new CodeGenerator);
  made->machine_ = target.machine();
  if (made->machine_ == nullptr) {
    error = "LLVM has no target machine for " + target.triple;
    return nullptr;
  }
  const auto kind = text ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if (made->machine_->addPassesToEmitFile(made->passes_, made->stream_, nullptr, kind)) {
    error = "LLVM cannot generate code for " + target.triple;
    return nullptr;
  }
  return made;
}

std::unique_ptr<llvm::MemoryBuffer> CodeGenerator::run(llvm::Module& module) {
  bytes_.clear();
  passes_.run(module);
  return llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(bytes_.data(), bytes_.size()),
                                              module.getName());
}

}  // namespace tightloop::jit
