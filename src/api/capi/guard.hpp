// The one way out of the C face: whatever is thrown becomes a status and an error object.
#pragma once

#include <cxxabi.h>

#include <exception>
#include <new>
#include <string>

#include "tightloop/capi.h"
#include "tightloop/error.hpp"

namespace tightloop::capi {

/// Makes an error object of `e`, where anybody takes it. Without memory it is one that says so.
tl_status report(const Error& e, tl_error** error) noexcept;
tl_status report_no_memory(tl_error** error) noexcept;
tl_status report_foreign(const char* what, tl_error** error) noexcept;

/// Runs what an entry point does.
template <class F>
tl_status guarded(tl_error** error, F&& f) {
  if (error != nullptr) *error = nullptr;
  try {
    f();
    return TL_OK;
  } catch (const Error& e) {
    return report(e, error);
  } catch (const std::bad_alloc&) {
    return report_no_memory(error);
  } catch (const std::exception& e) {
    return report_foreign(e.what(), error);
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread is cancelled
  } catch (...) {
    return report_foreign("an exception of an unknown type", error);
  }
}

}  // namespace tightloop::capi
