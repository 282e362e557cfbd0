// LLVM module to machine code: one target machine and pass pipeline, used for module after module.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include "jit/target.hpp"

namespace tightloop::jit {

/// Thrown in place of LLVM's exit or abort when it meets a fatal error. What LLVM was working on
/// is lost with it: the code generator in use must not be used again, nor destroyed.
struct FatalError {
  std::string message;
};

/// Makes LLVM's fatal errors throw FatalError; once per process.
void install_fatal_error_handlers();

/// Guards the code generators at rest, and the making of one, which reads options of the process. A
/// fork waits for it, so it is never held while code is generated.
std::mutex& generators_lock();

class CodeGenerator {
 public:
  /// What its time and its code are good for.
  enum class Bodies : unsigned char { of_usual_length, of_any_length };

  /// `text` asks for assembly instead of an object file. Under generators_lock().
  static std::unique_ptr<CodeGenerator> make(const Target& target, bool text, Bodies bodies,
                                             std::string& error);
  /// Returns the object file or assembly of a module.
  std::unique_ptr<llvm::MemoryBuffer> run(llvm::Module& module);
  llvm::TargetMachine& machine() { return *machine_; }

 private:
  CodeGenerator() : stream_(bytes_) {}
  std::unique_ptr<llvm::TargetMachine> machine_;
  llvm::SmallVector<char, 0> bytes_;
  llvm::raw_svector_ostream stream_;
  llvm::legacy::PassManager passes_;
};

}  // namespace tightloop::jit
