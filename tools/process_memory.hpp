// The process's own memory: what of a bound on it is left for arrays, and how much it was.
#pragma once

#include <cstdint>

#include "tightloop/source.hpp"

namespace tightloop::tool {

/// How a bound on the process's memory is shared out.
struct MemoryShares {
  std::uint64_t arrays = 0;  ///< may be taken by these, and by the code generator
  std::uint64_t code = 0;    ///< what that takes of them, where it is used
  std::uint64_t beside = 0;  ///< what the process takes itself
};

/// Returns the shares with which the process stays within `limit` bytes. 0 stands for half of the
/// machine's memory. Throws UsageError where next to nothing is left.
MemoryShares memory_for_arrays(std::uint64_t limit);

/// Returns what sources may take before the shares are known, so that some is left for them.
ReadingLimits reading_limits(std::uint64_t limit);

/// Returns the most bytes that this process has had in memory at once, mapped files included.
std::uint64_t peak_resident();

}  // namespace tightloop::tool
