// Which library this is.
#include "tightloop/version.hpp"

namespace tightloop {

const char* version() noexcept {
  return TIGHTLOOP_VERSION;
}

}  // namespace tightloop
