// Files that are written whole or not at all: a temporary of the final size on the target's file
// system, then a rename. What is no ordinary file is written in one stream at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "io/mapping_guard.hpp"

namespace tightloop::io {

/// A file of a fixed size being written without a name, or, where the file system has no such
/// files, under a temporary one, ".<name>.tmp-<n>" in the target's folder. Destroyed before
/// commit(), it leaves nothing behind; what a process that was killed has left under such a name
/// goes when the target is next written. A target that open_stream_target() knows is not replaced:
/// it receives all bytes at commit(). Not thread-safe.
class AtomicFile {
 public:
  /// Creates the temporary and reserves `size` bytes on disk. A symbolic link is followed and stays
  /// one: the file that it leads to is replaced. An existing file keeps its permissions. Throws
  /// Error(file): no such folder, no permission, disk full, a size beyond the process's limit, a
  /// target that is a folder, a disk or write-protected.
  AtomicFile(const std::string& path, std::uint64_t size);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Writes `count` bytes at `offset`. Throws Error(file).
  void write(std::uint64_t offset, const void* bytes, std::size_t count);
  /// Maps the whole file, which must not be empty, writable and shared; the memory is valid until
  /// commit() or destruction.
  std::byte* map();
  /// Waits until the bytes are on the disk, so that not even a power cut can show part of them
  /// under the final name. Throws Error(file).
  void flush();
  /// Renames onto the target, or writes the stream. Throws Error(file).
  void commit();
  bool committed() const noexcept { return committed_; }

 private:
  void create_staging();
  void create_temporary();
  void name_temporary();
  void reserve();
  void write_stream();
  void replace_target();
  void discard() noexcept;
  void unmap() noexcept;

  std::string path_;       // as the caller wrote it, for messages
  std::string target_;     // path_ with symbolic links followed
  std::string temporary_;  // empty while it has no name
  std::uint64_t size_;
  std::byte* mapped_ = nullptr;
  std::optional<MappingMark> mark_;
  int fd_ = -1;
  int stream_ = -1;  // a target that is no ordinary file
  bool committed_ = false;
};

}  // namespace tightloop::io
