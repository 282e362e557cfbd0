// The one way out of the C face: whatever is thrown becomes a status and an error object.
#pragma once

#include <new>

#include "api/guard.hpp"
#include "tightloop/capi.h"
#include "tightloop/error.hpp"

namespace tightloop::capi {

/// Makes an error object of `e`, where anybody takes it. Without memory it is one that says so.
tl_status report(const Error& e, tl_error** error) noexcept;
tl_status report_no_memory(tl_error** error) noexcept;

/// Runs what an entry point does.
template <class F>
tl_status guarded(tl_error** error, F&& f) {
  if (error != nullptr) *error = nullptr;
  try {
    detail::guarded({}, f);
    return TL_OK;
  } catch (const Error& e) {
    return report(e, error);
  } catch (const std::bad_alloc&) {  // not even for an Error
    return report_no_memory(error);
  }
}

}  // namespace tightloop::capi
