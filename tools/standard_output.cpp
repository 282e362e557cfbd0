// Standard output with its errors told apart.
#include "standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "exit_status.hpp"

namespace tightloop::tool {

int print(std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kDone;
  if (errno != EPIPE && errno != EBADF) {
    std::fprintf(stderr, "tightloop: cannot write to standard output: %s\n", std::strerror(errno));
  }
  return kOutputClosed;
}

}  // namespace tightloop::tool
