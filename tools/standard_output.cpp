// Standard output with its errors told apart.
#include "standard_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "exit_status.hpp"

namespace tightloop::tool {

int print(std::string_view text) {
  errno = 0;
  bool written = std::fflush(stdout) == 0;  // what others left there goes first
  while (written && !text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // A process that shares the pipe has made it non-blocking.
      pollfd waiting{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else {
      written = errno == EINTR;
    }
  }
  if (written) return kDone;
  if (errno != EPIPE && errno != EBADF) {
    std::fprintf(stderr, "tightloop: cannot write to standard output: %s\n", std::strerror(errno));
  }
  return kOutputClosed;
}

bool nobody_reads_output() {
  const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return true;
  pollfd state{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

}  // namespace tightloop::tool
