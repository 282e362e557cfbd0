// The tests neither read nor leave kernels in the user's folder.
#include <cstdlib>

namespace {
[[maybe_unused]] const int no_kernels_on_disk = setenv("TIGHTLOOP_CACHE", "off", 0);
}
