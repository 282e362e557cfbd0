// The signals of a terminal while a session lasts: Ctrl-C as a flag that stops an evaluation, and
// all of them as something that waiting for input ends at.
#pragma once

#include <csignal>

#include <atomic>

namespace tightloop::tool {

/// There is one at a time. Whatever thread a signal comes to, none is missed: handlers write to a
/// pipe that wait() looks at.
class TerminalSignals {
 public:
  enum class Wake { input, interrupt, resized, continued };

  TerminalSignals();
  ~TerminalSignals();
  TerminalSignals(const TerminalSignals&) = delete;
  TerminalSignals& operator=(const TerminalSignals&) = delete;

  /// The flag that Ctrl-C sets: for Options::stop.
  const std::atomic<bool>* stop() const;
  /// Forgets a Ctrl-C.
  void reset();
  /// Waits until a file can be read or has ended, or a signal comes.
  Wake wait(int file);

 private:
  struct sigaction before_[3] = {};
};

}  // namespace tightloop::tool
