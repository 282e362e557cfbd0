// Signal handlers and the pipe that wakes who waits (Bernstein's self-pipe).
#include "repl/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace tightloop::tool {
namespace {

constexpr int kSignals[] = {SIGINT, SIGWINCH, SIGCONT};

std::atomic<bool> interrupted{false};
std::atomic<bool> resized{false};
std::atomic<bool> continued{false};
static_assert(std::atomic<bool>::is_always_lock_free);
int wake[2] = {-1, -1};

void note(int signal) {
  const int before = errno;
  (signal == SIGINT ? interrupted : signal == SIGWINCH ? resized : continued) = true;
  const char byte = 0;
  const ssize_t put = ::write(wake[1], &byte, 1);  // a full pipe wakes just as well
  static_cast<void>(put);
  errno = before;
}

}  // namespace

TerminalSignals::TerminalSignals() {
  if (::pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) wake[0] = wake[1] = -1;
  for (int i = 0; i < 3; ++i) {
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(kSignals[i], &action, &before_[i]);
  }
}

TerminalSignals::~TerminalSignals() {
  for (int i = 0; i < 3; ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  for (int& end : wake) {
    if (end >= 0) ::close(end);
    end = -1;
  }
}

const std::atomic<bool>* TerminalSignals::stop() const {
  return &interrupted;
}

void TerminalSignals::reset() {
  interrupted = false;
}

TerminalSignals::Wake TerminalSignals::wait(int file) {
  for (;;) {
    if (interrupted) return Wake::interrupt;
    if (resized.exchange(false)) return Wake::resized;
    if (continued.exchange(false)) return Wake::continued;
    pollfd waiting[2] = {{file, POLLIN, 0}, {wake[0], POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return Wake::input;
    if ((waiting[1].revents & POLLIN) != 0) {
      char bytes[64];
      while (::read(wake[0], bytes, sizeof bytes) > 0) {
      }
      continue;  // the flags tell
    }
    // A signal that came with the input goes first, as it was typed first.
    if (waiting[0].revents != 0 && !interrupted) return Wake::input;
  }
}

}  // namespace tightloop::tool
