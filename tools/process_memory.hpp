// The process's own memory: what of a bound on it is left for arrays, and how much it was.
#pragma once

#include <cstdint>

namespace tightloop::tool {

/// Returns the bytes that arrays may take so that the process stays within `limit` bytes: less what
/// it has held so far, and what kernels, threads and the code generator take. 0 stands for half of
/// the machine's memory. Throws UsageError where next to nothing is left.
std::uint64_t memory_for_arrays(std::uint64_t limit);

/// Returns the most bytes that this process has had in memory at once, mapped files included.
std::uint64_t peak_resident();

}  // namespace tightloop::tool
