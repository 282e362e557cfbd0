// Reading files by position and pipes in order, with POSIX calls.
#include "io/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/descriptor.hpp"
#include "io/file_error.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {

FileStream::FileStream(const std::shared_ptr<const InputFile>& file)
    : FileStream(file, 0, file->size()) {}

FileStream::FileStream(std::shared_ptr<const InputFile> file, std::uint64_t begin,
                       std::uint64_t size)
    : file_(std::move(file)), begin_(begin), size_(size) {
  // Advice only: the disk may read far ahead.
  ::posix_fadvise(file_->descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::size_t FileStream::read(void* into, std::size_t count) {
  const std::uint64_t left = size_ - std::min(at_, size_);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, left));
  const std::size_t got = file_->read_some(begin_ + at_, into, wanted);
  at_ += got;
  return got;
}

PipeStream::PipeStream(const std::string& path) : name_(path), fd_(-1), owned_(true) {
  do {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  } while (fd_ < 0 && errno == EINTR);
  if (fd_ < 0) throw_system_error("open", path, errno);
}

PipeStream::PipeStream(int descriptor, std::string name)
    : name_(std::move(name)), fd_(descriptor), owned_(false) {}

PipeStream::~PipeStream() {
  if (owned_) ::close(fd_);
}

std::size_t PipeStream::read(void* into, std::size_t count) {
  return read_from(fd_, into, count, name_, stop_);
}

void PipeStream::seek(std::uint64_t) {
  throw_file_error(name_, "is a pipe, which can be read only once");
}

std::unique_ptr<ByteStream> open_standard_input() {
  struct stat info {};
  if (::fstat(STDIN_FILENO, &info) != 0) throw_system_error("read", kStandardInput, errno);
  if (S_ISDIR(info.st_mode)) throw_file_error(kStandardInput, "is a folder");
  if (S_ISREG(info.st_mode)) {
    auto file = std::make_shared<const InputFile>(STDIN_FILENO, kStandardInput);
    const off_t at = ::lseek(STDIN_FILENO, 0, SEEK_CUR);
    const std::uint64_t begin = at < 0 ? 0 : std::min(static_cast<std::uint64_t>(at), file->size());
    const std::uint64_t size = file->size() - begin;
    return std::make_unique<FileStream>(std::move(file), begin, size);
  }
  if (::isatty(STDIN_FILENO) != 0) throw_file_error(kStandardInput, "is a terminal");
  return std::make_unique<PipeStream>(STDIN_FILENO, kStandardInput);
}

}  // namespace tightloop::io
