// A handler of SIGINT around long evaluations, in front of Python's.
#include "running.hpp"

#include <unistd.h>

namespace tightloop::python {
namespace {

std::atomic<bool> stop{false};
std::atomic<bool> installed{false};
struct sigaction before;

void on_interrupt(int signal, siginfo_t* info, void* context) {
  stop.store(true, std::memory_order_relaxed);
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(signal, info, context);
  } else {
    before.sa_handler(signal);
  }
}

}  // namespace

std::atomic<bool>& main_stop() noexcept {
  return stop;
}

Interruptible::Interruptible() {
  if (gettid() != getpid() || installed.load(std::memory_order_relaxed)) return;
  struct sigaction current;
  if (sigaction(SIGINT, nullptr, &current) != 0) return;
  const bool handled = (current.sa_flags & SA_SIGINFO) != 0 ||
                       (current.sa_handler != SIG_DFL && current.sa_handler != SIG_IGN);
  if (!handled) return;
  before = current;
  stop.store(false, std::memory_order_relaxed);
  installed.store(true, std::memory_order_relaxed);
  struct sigaction ours = {};
  ours.sa_sigaction = on_interrupt;
  ours.sa_flags = SA_SIGINFO | (current.sa_flags & (SA_ONSTACK | SA_RESTART));
  ours.sa_mask = current.sa_mask;
  active_ = true;
  if (sigaction(SIGINT, &ours, nullptr) != 0) {
    restore();
    return;
  }
  if (PyErr_CheckSignals() == 0) return;
  restore();
  throw PythonError{};
}

Interruptible::~Interruptible() {
  restore();
}

void Interruptible::restore() noexcept {
  if (!active_) return;
  sigaction(SIGINT, &before, nullptr);
  installed.store(false, std::memory_order_relaxed);
  active_ = false;
}

}  // namespace tightloop::python
