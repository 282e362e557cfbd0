// The version of these headers, and that of the library which the program runs with. The build, the
// Python package and the C interface read it from here.
#pragma once

#include "tightloop/dtype.hpp"

#define TIGHTLOOP_VERSION "0.1.0"
#define TIGHTLOOP_VERSION_MAJOR 0
#define TIGHTLOOP_VERSION_MINOR 1
#define TIGHTLOOP_VERSION_PATCH 0

namespace tightloop {

/// Returns the version of the library, "0.1.0": TIGHTLOOP_VERSION as it was when that was built.
TIGHTLOOP_API const char* version() noexcept;

}  // namespace tightloop
