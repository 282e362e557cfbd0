// A Source whose elements stand one after another in a stream of bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/byte_stream.hpp"
#include "io/element_layout.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

class StreamSource final : public Source {
 public:
  /// Takes a stream that stands at `layout.offset`.
  StreamSource(std::string name, const ElementLayout& layout, std::unique_ptr<ByteStream> stream);
  bool rewindable() const override { return stream_->rewindable(); }
  std::uint64_t reading_bytes() const override { return stream_->reading_bytes(); }
  void read(void* into, std::size_t bytes) override;
  void seek(std::uint64_t byte) override;
  void stop_when(const std::atomic<bool>* stop) override { stream_->stop_when(stop); }
  /// Returns rows (all but the first axis; columns of Fortran order) where bytes are unpacked in
  /// order.
  Dims chunk_shape() const override;
  /// Returns where the elements stand in a file as they are; none where they stand nowhere.
  std::optional<FilePlace> place() const;

 private:
  std::unique_ptr<ByteStream> stream_;
  std::uint64_t offset_;
  std::uint64_t at_ = 0;
};

/// Reads the elements of an array in memory.
class ArraySource final : public Source {
 public:
  /// Takes a C-contiguous array in native byte order.
  ArraySource(std::string name, Array array);
  bool rewindable() const override { return true; }
  void read(void* into, std::size_t bytes) override;
  void seek(std::uint64_t byte) override;
  void read_region(const Dims& start, const Dims& count, void* into) override;

 private:
  Array array_;
  std::uint64_t at_ = 0;
};

/// Throws Error(value) where fewer than `count` bytes of a source are left at byte `at`, or where
/// `at` is past its end.
void require_left(const Source& source, std::uint64_t at, std::uint64_t count);

/// Reads all elements of a source that stands at its beginning into memory, in C order and native
/// byte order. Throws Error(file), Error(memory).
Array read_whole(Source& source);

}  // namespace tightloop::io
