// How the library is run from Python: without the GIL, and so that Ctrl-C ends it.
#pragma once

#include <Python.h>
#include <signal.h>

#include <atomic>

#include "inputs.hpp"
#include "tightloop/options.hpp"

namespace tightloop::python {

/// While it lives, on the main thread, SIGINT sets main_stop(); Python's own handler hears of it,
/// too. Elsewhere it does nothing: Python delivers signals to that thread alone. Throws PythonError
/// for a signal that came before.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
  /// True where it does something.
  bool active() const noexcept { return active_; }

 private:
  void restore() noexcept;
  bool active_ = false;
};

/// What tl::Options::stop points to while an Interruptible is active.
std::atomic<bool>& main_stop() noexcept;

/// Lets other threads of Python run while it lives.
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil() { PyEval_RestoreThread(state_); }
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

 private:
  PyThreadState* state_;
};

/// Calls f(stop) as the size of the inputs asks for: with the GIL what is over in less time than
/// giving it away takes; with `stop`, for tl::Options::stop, what may take long. It is null else.
template <class F>
auto run(const Keep& inputs, F&& f) {
  constexpr std::atomic<bool>* kNever = nullptr;
  if (inputs.is_small()) return f(kNever);
  if (!inputs.is_long()) {
    const WithoutGil others;
    return f(kNever);
  }
  const Interruptible interruptible;
  const WithoutGil others;
  return f(interruptible.active() ? &main_stop() : kNever);
}

}  // namespace tightloop::python
