// Memory out of the processor's caches, so that what is timed next reads it from where large data
// are.
#pragma once

#include "tightloop/array.hpp"

namespace tightloop::tool {

/// Writes back and drops the cached lines of an array without gaps. Returns false where this
/// machine's instructions cannot.
bool evict(const ArrayView& array);

}  // namespace tightloop::tool
