// Bytes in order: what every format is read from. A part of a regular file, or a pipe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "io/mapped_file.hpp"

namespace tightloop::io {

/// The size of a stream that nobody knows before its end.
inline constexpr std::uint64_t kUnknownSize = std::numeric_limits<std::uint64_t>::max();

/// The place in a regular file at which a stream begins.
struct FilePlace {
  std::shared_ptr<const InputFile> file;
  std::uint64_t offset = 0;
};

/// Bytes that are read in order. Not thread-safe.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Reads `count` bytes; returns how many, fewer only where the stream ends. Throws Error(file).
  virtual std::size_t read(void* into, std::size_t count) = 0;
  /// Returns the number of bytes from the beginning to the end, or kUnknownSize.
  virtual std::uint64_t size() const = 0;
  virtual bool rewindable() const = 0;
  /// Returns the bytes that reading takes, as Source::reading_bytes() does.
  virtual std::uint64_t reading_bytes() const { return 0; }
  /// Goes to that byte; only where rewindable().
  virtual void seek(std::uint64_t offset) = 0;
  /// From now on a read that waits for somebody ends with Error(stopped) soon after `stop`, which
  /// outlives the reads, becomes true. Null: never.
  virtual void stop_when(const std::atomic<bool>* /*stop*/) {}
  /// Returns where the bytes stand in a file as they are; none where they stand nowhere.
  virtual std::optional<FilePlace> place() const { return std::nullopt; }
};

/// The bytes [begin, begin + size) of a regular file.
class FileStream final : public ByteStream {
 public:
  explicit FileStream(const std::shared_ptr<const InputFile>& file);
  FileStream(std::shared_ptr<const InputFile> file, std::uint64_t begin, std::uint64_t size);
  std::size_t read(void* into, std::size_t count) override;
  std::uint64_t size() const override { return size_; }
  bool rewindable() const override { return true; }
  void seek(std::uint64_t offset) override { at_ = offset; }
  std::optional<FilePlace> place() const override { return FilePlace{file_, begin_}; }

 private:
  std::shared_ptr<const InputFile> file_;
  std::uint64_t begin_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
};

/// What a pipe, or standard input, delivers.
class PipeStream final : public ByteStream {
 public:
  /// Opens a named pipe; waits for who writes to it. Throws Error(file).
  explicit PipeStream(const std::string& path);
  /// Reads a descriptor of the caller's, which stays open.
  PipeStream(int descriptor, std::string name);
  ~PipeStream() override;
  PipeStream(const PipeStream&) = delete;
  PipeStream& operator=(const PipeStream&) = delete;

  std::size_t read(void* into, std::size_t count) override;
  std::uint64_t size() const override { return kUnknownSize; }
  bool rewindable() const override { return false; }
  void seek(std::uint64_t offset) override;
  void stop_when(const std::atomic<bool>* stop) override { stop_ = stop; }

 private:
  std::string name_;
  int fd_;
  bool owned_;
  const std::atomic<bool>* stop_ = nullptr;
};

/// Opens standard input, which may be a file, too. Throws Error(file) for a terminal.
std::unique_ptr<ByteStream> open_standard_input();

/// What messages call standard input.
inline constexpr const char* kStandardInput = "standard input";

}  // namespace tightloop::io
