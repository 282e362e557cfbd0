// /dev/stdout leads to /proc/self/fd/1, which is a link to whatever is open there: opening that
// again would begin at its first byte, so the descriptor itself is copied.
#include "io/stream_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include "io/file_error.hpp"

namespace tightloop::io {
namespace {

namespace fs = std::filesystem;

/// The number of a descriptor of this process that a path names, without following it.
std::optional<int> descriptor_of(const fs::path& path) {
  const std::string number = path.filename().string();
  int descriptor = -1;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), descriptor);
  if (read.ec != std::errc{} || read.ptr != number.data() + number.size()) return std::nullopt;
  std::error_code failed;
  const fs::path folder = fs::canonical(path.parent_path(), failed);
  if (failed || folder != fs::path("/proc") / std::to_string(::getpid()) / "fd")
    return std::nullopt;
  return descriptor;
}

/// Follows symbolic links up to a descriptor of this process.
std::optional<int> open_already(const std::string& path) {
  constexpr int kMostLinks = 40;
  fs::path at = path;
  for (int i = 0; i < kMostLinks; ++i) {
    if (const auto descriptor = descriptor_of(at)) return descriptor;
    std::error_code failed;
    const fs::path next = fs::read_symlink(at, failed);
    if (failed) return std::nullopt;
    at = next.is_absolute() ? next : at.parent_path() / next;
  }
  return std::nullopt;
}

}  // namespace

int open_stream_target(const std::string& path) {
  int fd = -1;
  if (const auto descriptor = open_already(path)) {
    fd = ::fcntl(*descriptor, F_DUPFD_CLOEXEC, 3);
  } else {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return -1;
    if (!S_ISFIFO(info.st_mode) && !S_ISCHR(info.st_mode)) return -1;
    do {
      fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
  }
  if (fd < 0) throw_system_error("write", path, errno);
  return fd;
}

}  // namespace tightloop::io
