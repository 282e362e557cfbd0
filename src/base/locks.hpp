// The locks of what the process shares, in one place so that fork() can wait for all of them: a
// child then finds every cache whole and every lock free.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace tightloop::base {

/// Taken, where nested, in this order.
struct Locks {
  std::mutex loading;       ///< held while the code generator is loaded and made ready
  std::mutex programs;      ///< programs by text
  std::shared_mutex plans;  ///< bound plans of all programs
  std::mutex kernels;       ///< kernels by plan
  std::mutex definitions;   ///< the states of all sets of definitions
};

/// Returns the process's locks; never destroyed.
Locks& locks();

}  // namespace tightloop::base
