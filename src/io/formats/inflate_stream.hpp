// Unpacking deflated bytes as they are read (zlib), and comparing what was read with its checksum.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/byte_stream.hpp"

namespace tightloop::io {

/// No deflated byte can stand for more bytes than this.
inline constexpr std::uint64_t kMostInflation = 1032;

/// The bytes that a raw deflate stream (RFC 1951) stands for.
class InflateStream final : public ByteStream {
 public:
  /// `size` is what the bytes unpack to; `name` is for messages.
  InflateStream(std::unique_ptr<ByteStream> packed, std::uint64_t size, std::string name);
  ~InflateStream() override;

  /// Throws Error(file) where the stream is damaged, ends early or goes on past `size`.
  std::size_t read(void* into, std::size_t count) override;
  std::uint64_t size() const override { return size_; }
  bool rewindable() const override { return packed_->rewindable(); }
  /// Unpacks what lies before; from the beginning, to go back.
  void seek(std::uint64_t offset) override;

 private:
  struct State;
  std::size_t inflate_some(std::byte* to, std::size_t count);

  std::unique_ptr<ByteStream> packed_;
  std::unique_ptr<State> state_;
  std::string name_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
};

/// Another stream, whose CRC-32 is compared once all its bytes have been read, unless some were
/// skipped.
class CheckedStream final : public ByteStream {
 public:
  CheckedStream(std::unique_ptr<ByteStream> inner, std::uint32_t checksum, std::string name);

  /// Throws Error(file) where the checksum is another.
  std::size_t read(void* into, std::size_t count) override;
  std::uint64_t size() const override { return inner_->size(); }
  bool rewindable() const override { return inner_->rewindable(); }
  void seek(std::uint64_t offset) override;
  std::optional<FilePlace> place() const override { return inner_->place(); }

 private:
  std::unique_ptr<ByteStream> inner_;
  std::string name_;
  std::uint32_t wanted_;
  std::uint32_t sum_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t summed_ = 0;  ///< bytes from the beginning that sum_ is of
};

}  // namespace tightloop::io
