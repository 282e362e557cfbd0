// The CPU that kernels are made for: what the host or the caller's name for a target gives, in the
// few facts the emitter asks about, and the LLVM target machine for it.
#pragma once

#include <memory>
#include <string>

#include <llvm/Target/TargetMachine.h>

#include "jit/code_tuning.hpp"

namespace tightloop::jit {

struct Target {
  std::string triple;
  std::string cpu;
  std::string features;
  const llvm::Target* description = nullptr;
  unsigned vector_bytes = 16;  ///< of one vector register: 16, 32 or 64
  bool x86 = false;
  bool avx = false;     ///< masked loads and stores of 4 and 8 byte elements
  bool avx512 = false;  ///< F, BW, DQ and VL: masked loads and stores of every element
  bool f16c = false;    ///< conversion between float16 and float32 in hardware
  bool fma = false;
  CodeTuning tuning;

  std::unique_ptr<llvm::TargetMachine> machine() const;
  std::string fingerprint() const;
  /// True where a tail of elements of that many bytes can be loaded and stored under a mask.
  bool masks(std::size_t element_bytes) const {
    return avx512 || (avx && (element_bytes == 4 || element_bytes == 8));
  }
};

/// Describes the host (empty request), an x86-64 level or a CPU name; returns false and sets
/// `error` for names LLVM does not know and for targets whose instructions this CPU lacks.
bool find_target(const std::string& request, Target& out, std::string& error);

/// Describes the plainest CPU of a triple whose code is made and not run; the program must have
/// initialised LLVM's target for it. Returns false and sets `error` otherwise.
bool find_foreign_target(const std::string& triple, Target& out, std::string& error);

}  // namespace tightloop::jit
