// Runs LLVM's code generation passes. Building the pipeline costs about as much as compiling a
// small kernel, so it is built once and run on many modules.
#include "jit/code_generator.hpp"

#include <mutex>
#include <new>

#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/ErrorHandling.h>

namespace tightloop::jit {
namespace {

void throw_fatal(void*, const char* reason, bool) {
  throw FatalError{reason};
}
void throw_bad_alloc(void*, const char*, bool) {
  throw std::bad_alloc();
}

}  // namespace

void install_fatal_error_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::install_fatal_error_handler(throw_fatal, nullptr);
    llvm::install_bad_alloc_error_handler(throw_bad_alloc, nullptr);
  });
}

std::unique_ptr<CodeGenerator> CodeGenerator::make(const Target& target, bool text,
                                                   std::string& error) {
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
