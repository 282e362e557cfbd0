// The text of Netpbm images: numbers between white space and comments, in headers and in plain
// samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "io/byte_stream.hpp"

namespace tightloop::io {

/// No image has more rows or columns.
inline constexpr std::uint32_t kLargestExtent = 0x7fffffff;

bool is_netpbm_space(int c);

/// Reads numbers that white space and comments ('#' to the end of the line) stand between. A
/// refill of one byte at a time reads no byte too many; larger ones are for what follows to the
/// end.
class NetpbmText {
 public:
  NetpbmText(ByteStream& stream, const std::string& name, std::size_t refill);

  void restart() {
    at_ = 0;
    size_ = 0;
  }
  /// Returns the next byte, or -1 at the end.
  int next();
  /// Takes a word and the one byte after it. Throws Error(file) at the end, and for a longer one.
  std::string word(const char* what, std::size_t most);
  /// Takes a number and the one byte after it. Throws Error(file).
  std::uint32_t number(const char* what, std::uint32_t most);

 private:
  int skip_space(const char* what);

  ByteStream& stream_;
  const std::string& name_;
  std::array<char, 1 << 14> block_;
  std::size_t refill_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

/// Counts what a header takes from a stream, and ends one that goes on and on: it is read byte by
/// byte.
class CountedStream final : public ByteStream {
 public:
  CountedStream(ByteStream& inner, const std::string& name) : inner_(inner), name_(name) {}
  std::size_t read(void* into, std::size_t count) override;
  std::uint64_t size() const override { return inner_.size(); }
  bool rewindable() const override { return false; }
  void seek(std::uint64_t) override {}
  std::uint64_t count() const { return count_; }

 private:
  ByteStream& inner_;
  const std::string& name_;
  std::uint64_t count_ = 0;
};

/// Throws Error(file) where `needed` bytes of samples are more than those that a stream of `size`
/// bytes (or kUnknownSize) has behind its header.
void require_samples(std::uint64_t needed, std::uint64_t size, std::uint64_t header,
                     const std::string& name);

}  // namespace tightloop::io
