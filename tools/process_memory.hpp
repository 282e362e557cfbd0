// What of a bound on the process's memory is left for arrays.
#pragma once

#include <cstdint>

namespace tightloop::tool {

/// Returns the bytes that arrays may take so that the process stays within `limit` bytes: less what
/// it has held so far, and what kernels, threads and the code generator take. 0 stands for half of
/// the machine's memory. Throws UsageError where next to nothing is left.
std::uint64_t memory_for_arrays(std::uint64_t limit);

}  // namespace tightloop::tool
