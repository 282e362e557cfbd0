// Compiles and loads in one go, as the kernel cache does.
#pragma once

#include <memory>
#include <string>

#include "plan/backend.hpp"
#include "run/loaded_image.hpp"

namespace tightloop::jit_test {

/// Returns null and sets `error` on failure.
inline std::shared_ptr<const plan::Kernel> make_kernel(plan::Backend& backend,
                                                       const plan::KernelPlan& plan,
                                                       std::string& error) {
  plan::KernelImage image;
  return backend.compile(plan, image, error) == plan::Compiled::done ? run::load_image(image, error)
                                                                     : nullptr;
}

}  // namespace tightloop::jit_test
