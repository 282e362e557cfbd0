// Brings a kernel image into executable memory.
#pragma once

#include <memory>
#include <string>

#include "kernel/backend.hpp"

namespace tightloop::exec {

/// Copies an image into memory of its own, fills in what it imports (leaves of math/ by their
/// names, the C library's functions that code generation relies on) and makes it executable and
/// read-only. Returns null and sets `error` where a symbol is unknown, the image is malformed, or
/// the system refuses the memory. The code lives as long as the object. Thread-safe.
std::shared_ptr<const kernel::Kernel> load_image(const kernel::KernelImage& image,
                                                 std::string& error);

}  // namespace tightloop::exec
