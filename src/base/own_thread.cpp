// Which signals a thread of the library takes.
#include "base/own_thread.hpp"

#include <initializer_list>

namespace tightloop::base {

SignalsOfHost::SignalsOfHost() {
  sigset_t set;
  sigfillset(&set);
  for (const int raised : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&set, raised);
  blocked_ = pthread_sigmask(SIG_SETMASK, &set, &before_) == 0;
}

SignalsOfHost::~SignalsOfHost() {
  if (blocked_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool start_detached(void* (*body)(void*), void* argument, std::size_t stack) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const bool fits = stack == 0 || pthread_attr_setstacksize(&attributes, stack) == 0;
  const SignalsOfHost signals;
  pthread_t thread;
  const bool started = fits && pthread_create(&thread, &attributes, body, argument) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace tightloop::base
