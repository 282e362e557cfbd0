// Files that are read: opened once, checked to be regular files, then copied from or mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "io/mapping_guard.hpp"

namespace tightloop::io {

/// An open regular file. Not copyable; reading is thread-safe.
class InputFile {
 public:
  /// Opens without ever blocking. Throws Error(file) for a missing file, a folder, a pipe, a
  /// device.
  explicit InputFile(const std::string& path);
  /// Reads a copy of an open descriptor of a regular file; `name` is for messages.
  InputFile(int descriptor, const std::string& name);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const noexcept { return path_; }
  /// Returns the size in bytes when the file was opened.
  std::uint64_t size() const noexcept { return size_; }
  int descriptor() const noexcept { return fd_; }
  /// Copies `count` bytes from `offset` on; returns how many, fewer only where the file ends.
  /// Throws Error(file).
  std::size_t read_some(std::uint64_t offset, void* out, std::size_t count) const;
  /// As read_some(), but throws Error(file) where the file ends before them.
  void read(std::uint64_t offset, void* out, std::size_t count) const;

 private:
  void examine();

  std::string path_;
  std::uint64_t size_ = 0;
  int fd_ = -1;
};

/// A whole file as read-only private memory, page-aligned. Outlives the InputFile.
class MappedFile {
 public:
  /// Maps; the file must not be empty. Throws Error(file), or Error(memory) where the address
  /// space is full.
  explicit MappedFile(const InputFile& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  MappedIdentity identity_;
  std::optional<MappingMark> mark_;
};

}  // namespace tightloop::io
