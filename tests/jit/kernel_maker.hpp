// Compiles and loads in one go, as the kernel cache does.
#pragma once

#include <memory>
#include <string>

#include "exec/cache/loaded_image.hpp"
#include "kernel/backend.hpp"

namespace tightloop::jit_test {

/// Returns null and sets `error` on failure.
inline std::shared_ptr<const kernel::Kernel> make_kernel(kernel::Backend& backend,
                                                         const kernel::KernelPlan& plan,
                                                         std::string& error) {
  kernel::KernelImage image;
  return backend.compile(plan, image, error) == kernel::Compiled::done
             ? exec::load_image(image, error)
             : nullptr;
}

}  // namespace tightloop::jit_test
