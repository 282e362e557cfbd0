// Starting one of the threads of an evaluation in parts.
#pragma once

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/own_thread.hpp"

namespace tightloop::streaming {

/// The thread takes no signals of the host, but the faults it raises; none where the system has no
/// thread to give.
template <class F>
std::optional<std::thread> start_thread(F&& f) {
  const base::SignalsOfHost signals;
  try {
    return std::thread(std::forward<F>(f));
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

}  // namespace tightloop::streaming
