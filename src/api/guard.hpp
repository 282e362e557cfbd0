// Runs what a public call does, and sees to it that whatever is thrown is an Error with its text.
#pragma once

#include <cxxabi.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "tightloop/error.hpp"

namespace tightloop::detail {

/// Runs f; attaches the text to errors and turns foreign exceptions into Errors.
template <class F>
auto guarded(std::string_view text, F&& f) {
  try {
    return f();
  } catch (Error& e) {
    if (e.source().empty()) e.set_source(text);
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::memory, "out of memory");
  } catch (const std::exception& e) {
    throw Error(ErrorCode::internal, std::string("unexpected: ") + e.what());
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread is cancelled
  } catch (...) {
    throw Error(ErrorCode::internal, "unexpected: an exception of an unknown type");
  }
}

}  // namespace tightloop::detail
