// Threads beside the loops.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

#include "run/own_thread.hpp"
#include "tightloop/error.hpp"

namespace tightloop::streaming {

/// Starts a thread that leaves signals to the host's. Throws Error(memory) where the system has
/// none to give.
template <class F>
std::thread start_thread(F&& f) {
  const run::SignalsOfHost signals;
  try {
    return std::thread(std::forward<F>(f));
  } catch (const std::system_error& e) {
    throw Error(ErrorCode::memory, std::string("a thread cannot be started: ") + e.what());
  }
}

}  // namespace tightloop::streaming
