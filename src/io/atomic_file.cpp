// Temporary, reservation, rename. A rename never disturbs a process that has the old file mapped,
// so the target may be one of the inputs of the expression whose result is written.
#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <system_error>
#include <vector>

#include "io/descriptor.hpp"
#include "io/file_error.hpp"
#include "io/stream_target.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {
namespace {

namespace fs = std::filesystem;

/// Follows symbolic links of the last component, also to a file that does not exist yet.
std::string resolve(const std::string& path) {
  constexpr int kMostLinks = 40;
  fs::path at = path;
  for (int i = 0; i < kMostLinks; ++i) {
    std::error_code failed;
    const fs::path next = fs::read_symlink(at, failed);
    if (failed) return at.string();
    at = next.is_absolute() ? next : at.parent_path() / next;
  }
  throw_system_error("write", path, ELOOP);
}

std::string temporary_name(const std::string& target, int number) {
  constexpr std::size_t kLongestStem = 200;  // with the suffix it stays below NAME_MAX
  const fs::path whole = target;
  const std::string stem = whole.filename().string().substr(0, kLongestStem);
  const std::string name = "." + stem + ".tmp-" + std::to_string(number);
  return (whole.parent_path() / name).string();
}

/// Removes a temporary whose writer is gone: a writer holds its lock from before the file has a
/// name until it has its last one. Who has the lock of the file of that name may remove it.
void sweep(const std::string& temporary) {
  const int fd = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  struct stat held {
  }, named{};
  const bool own = ::fstat(fd, &held) == 0 && S_ISREG(held.st_mode) && held.st_uid == ::geteuid();
  if (own && ::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::lstat(temporary.c_str(), &named) == 0 &&
      named.st_dev == held.st_dev && named.st_ino == held.st_ino) {
    ::unlink(temporary.c_str());
  }
  ::close(fd);
}

/// Of every target, the first few names of temporaries are looked at.
void sweep_all(const std::string& target) {
  constexpr int kMostSwept = 4;
  for (int i = 0; i < kMostSwept; ++i) sweep(temporary_name(target, i));
}

std::string path_of_descriptor(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

/// Makes a file without a name, which goes with the process however that ends, on the target's file
/// system; -1 where that has none or they could not get a name later.
int open_unnamed(const std::string& target) {
  const fs::path folder = fs::path(target).parent_path();
  const int fd =
      ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (fd >= 0 && ::access(path_of_descriptor(fd).c_str(), F_OK) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

constexpr int kMostTries = 1000;  // of names for a temporary

}  // namespace

AtomicFile::AtomicFile(const std::string& path, std::uint64_t size) : path_(path), size_(size) {
  if (path.empty()) throw_file_error(path, "an empty file name");
  if (path.find('\0') != std::string::npos) throw_file_error(path, "a NUL byte in the file name");
  try {
    stream_ = open_stream_target(path);
    if (stream_ >= 0) {
      create_staging();
    } else {
      target_ = resolve(path);
      create_temporary();
    }
    reserve();
  } catch (...) {
    discard();
    throw;
  }
}

AtomicFile::~AtomicFile() {
  discard();
}

/// Bytes that have no name wait for the end in a file that nobody sees.
void AtomicFile::create_staging() {
  std::error_code failed;
  const fs::path folder = fs::temp_directory_path(failed);
  if (!failed) fd_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0) fd_ = ::memfd_create("result", MFD_CLOEXEC);
  if (fd_ < 0) throw_system_error("write", path_, errno);
}

void AtomicFile::create_temporary() {
  struct stat old {};
  const bool exists = ::stat(target_.c_str(), &old) == 0;
  if (!exists && errno != ENOENT) throw_system_error("write", path_, errno);
  if (exists && !S_ISREG(old.st_mode)) {
    throw_file_error(path_, S_ISDIR(old.st_mode) ? "is a folder, not a file"
                                                 : "is not a regular file and is not replaced");
  }
  if (exists && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) {
    throw_system_error("write", path_, errno);
  }
  sweep_all(target_);
  fd_ = open_unnamed(target_);
  for (int i = 0; fd_ < 0; ++i) {
    temporary_ = temporary_name(target_, i);
    fd_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd_ >= 0) break;
    temporary_.clear();  // whoever made it owns it
    if ((errno != EEXIST && errno != EINTR) || i == kMostTries) {
      throw_system_error("write", path_, errno);
    }
  }
  ::flock(fd_, LOCK_EX | LOCK_NB);  // see sweep()
  if (exists && ::fchmod(fd_, old.st_mode & 0777) != 0) throw_system_error("write", path_, errno);
}

void AtomicFile::reserve() {
  // Growing past RLIMIT_FSIZE would raise SIGXFSZ, which ends a process that does not expect it.
  struct rlimit limit {};
  const bool limited = ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  if (size_ > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) ||
      size_ > std::numeric_limits<std::size_t>::max() / 2 || (limited && size_ > limit.rlim_cur)) {
    throw_system_error("write", path_, EFBIG);
  }
  if (size_ == 0) return;
  int failed = 0;
  do {
    failed = ::posix_fallocate(fd_, 0, static_cast<off_t>(size_));
  } while (failed == EINTR);
  if (failed != 0) throw_system_error("write", path_, failed);
}

void AtomicFile::write(std::uint64_t offset, const void* bytes, std::size_t count) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  const auto* from = static_cast<const std::byte*>(bytes);
  while (count > 0) {
    const ssize_t done = ::pwrite(fd_, from, std::min(count, kMost), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_system_error("write", path_, errno);
    from += done;
    offset += static_cast<std::uint64_t>(done);
    count -= static_cast<std::size_t>(done);
  }
}

std::byte* AtomicFile::map() {
  if (mapped_ == nullptr) {
    void* at = ::mmap(nullptr, static_cast<std::size_t>(size_), PROT_READ | PROT_WRITE, MAP_SHARED,
                      fd_, 0);
    if (at == MAP_FAILED) throw_system_error("map", path_, errno);
    mapped_ = static_cast<std::byte*>(at);
    mark_.emplace(at, static_cast<std::size_t>(size_), true, nullptr);
  }
  return mapped_;
}

void AtomicFile::flush() {
  if (stream_ >= 0) return;
  int failed = 0;
  do {
    failed = ::fdatasync(fd_) == 0 ? 0 : errno;
  } while (failed == EINTR);
  // EINVAL, ENOTSUP: a file system that cannot; its bytes are as safe as they get.
  if (failed != 0 && failed != EINVAL && failed != ENOTSUP) {
    throw_system_error("write", path_, failed);
  }
}

void AtomicFile::commit() {
  if (committed_) throw Error(ErrorCode::value, in_quotes(path_) + " was committed already");
  if (mark_ && mark_->lost()) throw_file_error(path_, "lost its space while it was written");
  unmap();
  stream_ >= 0 ? write_stream() : replace_target();
  committed_ = true;
  ::close(fd_);
  fd_ = -1;
}

void AtomicFile::write_stream() {
  constexpr std::size_t kPart = std::size_t{1} << 20;
  std::vector<std::byte> part(static_cast<std::size_t>(std::min<std::uint64_t>(size_, kPart)));
  for (std::uint64_t at = 0; at < size_;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_ - at, kPart));
    const ssize_t got = ::pread(fd_, part.data(), count, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw_system_error("write", path_, got < 0 ? errno : EIO);
    write_to(stream_, part.data(), static_cast<std::size_t>(got), path_);
    at += static_cast<std::uint64_t>(got);
  }
  const int written = stream_;
  stream_ = -1;
  if (::close(written) != 0 && errno != EINTR) throw_system_error("write", path_, errno);
}

void AtomicFile::replace_target() {
  if (temporary_.empty()) name_temporary();
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw_system_error("write", path_, errno);
  }
  temporary_.clear();
}

/// rename() replaces a file, linking does not: the file gets a name of its own first.
void AtomicFile::name_temporary() {
  for (int i = 0;; ++i) {
    const std::string name = temporary_name(target_, i);
    if (::linkat(AT_FDCWD, path_of_descriptor(fd_).c_str(), AT_FDCWD, name.c_str(),
                 AT_SYMLINK_FOLLOW) == 0) {
      temporary_ = name;
      return;
    }
    if (errno != EEXIST || i == kMostTries) throw_system_error("write", path_, errno);
    sweep(name);
  }
}

void AtomicFile::unmap() noexcept {
  mark_.reset();
  if (mapped_ != nullptr) ::munmap(mapped_, static_cast<std::size_t>(size_));
  mapped_ = nullptr;
}

void AtomicFile::discard() noexcept {
  unmap();
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
  if (fd_ >= 0) ::close(fd_);
  if (stream_ >= 0) ::close(stream_);
  fd_ = stream_ = -1;
}

}  // namespace tightloop::io
