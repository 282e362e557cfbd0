// Turns an object file into a position-independent image: LLVM's linker lays it out and fixes up
// what is relative, and the absolute addresses it needs are listed.
#pragma once

#include <string>

#include <llvm/Support/MemoryBuffer.h>

#include "kernel/kernel_image.hpp"

namespace tightloop::jit {

/// Links one object, whose kernel is the symbol `entry`. Returns false and sets `error` where the
/// object needs something that an image cannot hold. Not thread-safe.
bool make_image(const llvm::MemoryBuffer& object, const std::string& entry,
                kernel::KernelImage& image, std::string& error);

}  // namespace tightloop::jit
