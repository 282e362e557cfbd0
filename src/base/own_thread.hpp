// Threads of our own: what signals they take, and how large their stacks are.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cstddef>

namespace tightloop::base {

/// While it lives, threads that this thread starts take no signals, which belong to the host's
/// threads; but for those that an instruction raises in the thread that runs it. Blocked, these
/// would end the process past every handler.
class SignalsOfHost {
 public:
  SignalsOfHost();
  ~SignalsOfHost();
  SignalsOfHost(const SignalsOfHost&) = delete;
  SignalsOfHost& operator=(const SignalsOfHost&) = delete;

 private:
  sigset_t before_;
  bool blocked_;
};

/// The stack of threads that generate code, which LLVM does by recursion.
inline constexpr std::size_t kCompilerStack = std::size_t{8} << 20;

/// Starts a thread that nobody joins; false where the system has none to give. `stack` of 0 is what
/// the system takes.
bool start_detached(void* (*body)(void*), void* argument, std::size_t stack = 0);

}  // namespace tightloop::base
