// The tests neither read nor leave kernels in the user's folder, and run compiled code from the
// first call on where they do not say otherwise.
#include <cstdlib>

namespace {
[[maybe_unused]] const int no_kernels_on_disk = setenv("TIGHTLOOP_CACHE", "off", 0);
[[maybe_unused]] const int compiled_first = setenv("TIGHTLOOP_COMPILE", "first", 0);
}  // namespace
