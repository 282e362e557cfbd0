// Which library this is. The build defines TIGHTLOOP_VERSION.
#include "tightloop/capi.h"

extern "C" {

int32_t tl_abi_version(void) {
  return TL_ABI_VERSION;
}

const char* tl_version(void) {
  return TIGHTLOOP_VERSION;
}

}  // extern "C"
