// Files are written beside their target and renamed; pipes and devices are written directly.
#include "text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "tightloop/error.hpp"

namespace tightloop::tool {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(ErrorCode::file, "cannot write '" + path + "': " + std::strerror(error));
}

/// Returns errno of the first call that failed, or 0.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
}

/// Follows symbolic links to the file that is to be written.
std::string target_of(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(path, failed);
  return failed ? path : target.string();
}

/// Opens what is no file that could be replaced: a pipe, a device, a descriptor that is open
/// already; -1 for anything else.
int open_stream(const std::string& path) {
  for (const auto& [name, descriptor] :
       {std::pair{"/dev/stdout", STDOUT_FILENO}, std::pair{"/dev/stderr", STDERR_FILENO}}) {
    if (path == name) return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return -1;
  if (!S_ISFIFO(info.st_mode) && !S_ISCHR(info.st_mode)) return -1;
  return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

}  // namespace

void write_text(const std::string& path, std::string_view text) {
  if (const int stream = open_stream(path); stream >= 0) {
    const int failed = write_all(stream, text);
    ::close(stream);
    if (failed != 0 && failed != EINVAL && failed != EROFS) fail(path, failed);
    return;
  }
  const std::string target = target_of(path);
  struct stat info {};
  const bool exists = ::stat(target.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) fail(path, EISDIR);
  if (exists && !S_ISREG(info.st_mode)) fail(path, EINVAL);
  if (exists && ::access(target.c_str(), W_OK) != 0) fail(path, errno);
  std::string temporary = target + ".tmp-XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) fail(path, errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  int error = ::fchmod(fd, exists ? info.st_mode & 07777 : 0666 & ~mask) == 0 ? 0 : errno;
  if (error == 0) error = write_all(fd, text);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  fail(path, error);
}

}  // namespace tightloop::tool
