// Results written part by part: into a file that appears whole, or down a pipe.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "io/atomic_file.hpp"
#include "io/descriptor.hpp"
#include "io/element_layout.hpp"
#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/stream_target.hpp"
#include "tightloop/stream.hpp"

namespace tightloop {
namespace {

class FileSink final : public Sink {
 public:
  FileSink(std::string path, const io::Format& format) : path_(std::move(path)), format_(format) {}
  ~FileSink() override {
    if (stream_ >= 0) ::close(stream_);
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  void begin(DType dtype, const Dims& shape) override {
    const std::string header = format_.header(dtype, shape);
    left_ = io::element_bytes(dtype, shape);
    begun_ = true;
    stream_ = io::open_stream_target(path_);
    if (stream_ >= 0) return io::write_to(stream_, header.data(), header.size(), path_);
    file_.emplace(path_, header.size() + left_);
    file_->write(0, header.data(), header.size());
    at_ = header.size();
  }

  void write(const void* elements, std::size_t bytes) override {
    if (!begun_ || bytes > left_)
      throw Error(ErrorCode::value, "more elements than were announced");
    left_ -= bytes;
    if (stream_ >= 0) return io::write_to(stream_, elements, bytes, path_);
    file_->write(at_, elements, bytes);
    at_ += bytes;
  }

  void flush() override {
    if (!begun_ || left_ > 0) throw Error(ErrorCode::value, "fewer elements than were announced");
    if (file_) file_->flush();
  }

  void finish() override {
    if (file_) return file_->commit();
    const int written = std::exchange(stream_, -1);
    if (::close(written) != 0 && errno != EINTR) io::throw_system_error("write", path_, errno);
  }

 private:
  const std::string path_;
  const io::Format& format_;  ///< has a header
  std::optional<io::AtomicFile> file_;
  int stream_ = -1;  // instead of the file, where the path names none
  bool begun_ = false;
  std::uint64_t at_ = 0;
  std::uint64_t left_ = 0;
};

class NpyDescriptorSink final : public Sink {
 public:
  NpyDescriptorSink(int descriptor, std::string name) : fd_(descriptor), name_(std::move(name)) {}

  void begin(DType dtype, const Dims& shape) override {
    const std::string header = io::formats::npy.header(dtype, shape);
    write(header.data(), header.size());
  }

  void write(const void* elements, std::size_t bytes) override {
    io::write_to(fd_, elements, bytes, name_);
  }

  void finish() override {}

 private:
  const int fd_;
  const std::string name_;
};

}  // namespace

Sink::~Sink() = default;

bool has_file_sink(const std::string& path) {
  const io::Format* format = io::format_of_name(path);
  return format == nullptr ? std::filesystem::path(path).extension().empty()
                           : format->header != nullptr;
}

std::unique_ptr<Sink> file_sink(const std::string& path) {
  if (!has_file_sink(path)) {
    io::throw_file_error(path, "cannot be written in parts",
                         "use " + list_file_ends(&FileFormat::in_parts, " or "));
  }
  const io::Format* format = io::format_of_name(path);
  return std::make_unique<FileSink>(path, format == nullptr ? io::formats::npy : *format);
}

std::unique_ptr<Sink> npy_descriptor_sink(int descriptor, std::string name) {
  return std::make_unique<NpyDescriptorSink>(descriptor, std::move(name));
}

}  // namespace tightloop
