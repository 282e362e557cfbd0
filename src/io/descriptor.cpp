// Loops around read() and write(); poll() waits where they would not.
#include "io/descriptor.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "io/file_error.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 30;  // read() moves at most 2 GiB at once

/// After a call that failed: true where it is to be made again. Another process may have made a
/// pipe that it shares with this one non-blocking.
bool may_go_on(int descriptor, short event) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
  pollfd waiting{descriptor, event, 0};
  return ::poll(&waiting, 1, -1) >= 0 || errno == EINTR;
}

/// Returns once read() would not wait, or would fail.
void wait_for_bytes(int descriptor, const std::atomic<bool>& stop) {
  constexpr int kMilliseconds = 20;
  pollfd waiting{descriptor, POLLIN, 0};
  for (;;) {
    const int ready = ::poll(&waiting, 1, kMilliseconds);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return;
    if (stop) throw Error(ErrorCode::stopped, "stopped");
  }
}

/// Keeps SIGPIPE from this thread for a scope; one that a write of the scope raised is taken back.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  ~NoPipeSignal() {
    const timespec now{0, 0};
    if (!was_pending_ && ::sigismember(&old_, SIGPIPE) == 0) {
      while (::sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_;
  sigset_t old_;
  bool was_pending_ = false;
};

}  // namespace

std::size_t read_from(int descriptor, void* into, std::size_t count, const std::string& name,
                      const std::atomic<bool>* stop) {
  auto* to = static_cast<std::byte*>(into);
  std::size_t done = 0;
  while (done < count) {
    if (stop != nullptr) wait_for_bytes(descriptor, *stop);
    const ssize_t got = ::read(descriptor, to + done, std::min(count - done, kMost));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (!may_go_on(descriptor, POLLIN)) {
      throw_system_error("read", name, errno);
    }
  }
  return done;
}

void write_to(int descriptor, const void* from, std::size_t count, const std::string& name) {
  const NoPipeSignal guard;
  const auto* bytes = static_cast<const std::byte*>(from);
  while (count > 0) {
    const ssize_t done = ::write(descriptor, bytes, std::min(count, kMost));
    if (done >= 0) {
      bytes += done;
      count -= static_cast<std::size_t>(done);
    } else if (!may_go_on(descriptor, POLLOUT)) {
      throw_system_error("write", name, errno);
    }
  }
}

}  // namespace tightloop::io
