// The rules that a kernel plan keeps, which code generator and interpreter rely on.
#pragma once

#include <string>

#include "kernel/kernel_plan.hpp"

namespace tightloop::kernel {

/// Returns the first rule of kernel_plan.hpp that a plan breaks, naming the instruction, store or
/// reduction; empty where it is sound. Takes time in proportion to the body.
std::string verify(const KernelPlan& plan);

}  // namespace tightloop::kernel
