// How large the values of a kernel's body can be.
#pragma once

#include <vector>

#include "kernel/kernel_plan.hpp"

namespace tightloop::plan {

/// Returns, for each instruction, a bound on the magnitude of its finite results; infinity where
/// none is known. NaN and infinities are results that any value may have besides.
std::vector<double> magnitudes(const kernel::KernelPlan& plan);

}  // namespace tightloop::plan
