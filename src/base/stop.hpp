// The flag by which a caller ends an evaluation from another thread or a signal handler.
#pragma once

#include <atomic>

#include "tightloop/error.hpp"

namespace tightloop {

/// Null where nobody can ask for an end.
using StopFlag = const std::atomic<bool>*;

inline bool is_set(StopFlag stop) {
  return stop != nullptr && stop->load(std::memory_order_relaxed);
}

inline void check_stop(StopFlag stop) {
  if (is_set(stop)) throw Error(ErrorCode::stopped, "the evaluation was stopped");
}

}  // namespace tightloop
