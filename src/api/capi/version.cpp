// Which library this is, for C.
#include "tightloop/version.hpp"

#include "tightloop/capi.h"

extern "C" {

int32_t tl_abi_version(void) {
  return TL_ABI_VERSION;
}

const char* tl_version(void) {
  return tightloop::version();
}

}  // extern "C"
