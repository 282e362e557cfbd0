// A Source whose elements stand one after another in a stream of bytes.
#pragma once

#include <memory>

#include "io/byte_stream.hpp"
#include "io/element_layout.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

class StreamSource final : public Source {
 public:
  /// Takes a stream that stands at `layout.offset`.
  StreamSource(std::string name, const ElementLayout& layout, std::unique_ptr<ByteStream> stream);
  bool rewindable() const override { return stream_->rewindable(); }
  void read(void* into, std::size_t bytes) override;
  void seek(std::uint64_t byte) override;

 private:
  std::unique_ptr<ByteStream> stream_;
  std::uint64_t offset_;
  std::uint64_t at_ = 0;
};

/// Reads a .npy header from a stream; the rest of the stream is the elements. Throws Error(file).
std::unique_ptr<Source> open_npy_stream(std::unique_ptr<ByteStream> stream,
                                        const std::string& name);

/// Reads all elements of a source that stands at its beginning into memory, in C order and native
/// byte order. Throws Error(file), Error(memory).
Array read_whole(Source& source);

}  // namespace tightloop::io
