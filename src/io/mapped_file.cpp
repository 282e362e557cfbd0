// Opening, reading and mapping regular files with POSIX calls.
#include "io/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "io/file_error.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {
namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

MappedIdentity identity_of(const InputFile& file) {
  struct stat info {};
  if (::fstat(file.descriptor(), &info) != 0) throw_system_error("examine", file.path(), errno);
  return {file.path(), info.st_dev, info.st_ino, file.size()};
}

int open_for_reading(const std::string& path) {
  if (path.find('\0') != std::string::npos) throw_file_error(path, "a NUL byte in the file name");
  for (;;) {
    // O_NONBLOCK: opening a pipe that nobody writes to must fail below, not wait.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) return fd;
    if (errno != EINTR) throw_system_error("open", path, errno);
  }
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path), fd_(open_for_reading(path)) {
  examine();
}

InputFile::InputFile(int descriptor, const std::string& name)
    : path_(name), fd_(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3)) {
  if (fd_ < 0) throw_system_error("read", name, errno);
  examine();
}

void InputFile::examine() {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) {
    const int reason = errno;
    ::close(fd_);
    throw_system_error("examine", path_, reason);
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(fd_);
    throw_file_error(path_, std::string("is ") + kind_of(info.st_mode) + ", not a file");
  }
  size_ = static_cast<std::uint64_t>(info.st_size);
}

InputFile::~InputFile() {
  ::close(fd_);
}

std::size_t InputFile::read_some(std::uint64_t offset, void* out, std::size_t count) const {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // read() moves at most 2 GiB at once
  auto* to = static_cast<std::byte*>(out);
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(fd_, to + done, std::min(count - done, kMost), static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_error("read", path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void InputFile::read(std::uint64_t offset, void* out, std::size_t count) const {
  const std::size_t got = read_some(offset, out, count);
  if (got < count) {
    throw_file_error(path_,
                     "ended " + std::to_string(count - got) + " bytes early while being read");
  }
}

MappedFile::MappedFile(const InputFile& file) : size_(static_cast<std::size_t>(file.size())) {
  if (file.size() > std::numeric_limits<std::size_t>::max() / 2) {
    throw_file_error(file.path(), "is too large to map");
  }
  void* at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (at == MAP_FAILED) {
    if (errno == ENOMEM) {
      throw Error(ErrorCode::memory, "no address space to map " + in_quotes(file.path()) + " (" +
                                         std::to_string(size_) + " bytes)");
    }
    throw_system_error("map", file.path(), errno);
  }
  data_ = static_cast<const std::byte*>(at);
  try {
    identity_ = identity_of(file);
    mark_.emplace(at, size_, false, &identity_);
  } catch (...) {
    ::munmap(at, size_);
    throw;
  }
}

MappedFile::~MappedFile() {
  mark_.reset();
  ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace tightloop::io
