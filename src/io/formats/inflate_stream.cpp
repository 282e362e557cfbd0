// zlib's inflate(), fed in blocks.
#define ZLIB_CONST
#include "io/formats/inflate_stream.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "io/file_error.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // zlib counts in 32 bits

}  // namespace

struct InflateStream::State {
  State() {
    constexpr int kRawDeflate = -15;
    if (inflateInit2(&stream, kRawDeflate) != Z_OK) {
      throw Error(ErrorCode::memory, "no memory to unpack with");
    }
  }
  ~State() { inflateEnd(&stream); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  z_stream stream{};
  std::vector<std::byte> block = std::vector<std::byte>(kBlock);
  bool ended = false;
};

InflateStream::InflateStream(std::unique_ptr<ByteStream> packed, std::uint64_t size,
                             std::string name)
    : packed_(std::move(packed)),
      state_(std::make_unique<State>()),
      name_(std::move(name)),
      size_(size) {}

InflateStream::~InflateStream() = default;

/// Unpacks up to `count` bytes; 0 at the end of the deflate stream.
std::size_t InflateStream::inflate_some(std::byte* to, std::size_t count) {
  z_stream& z = state_->stream;
  z.next_out = reinterpret_cast<Bytef*>(to);
  z.avail_out = static_cast<uInt>(std::min(count, kMostAtOnce));
  const uInt wanted = z.avail_out;
  while (z.avail_out == wanted && !state_->ended) {
    if (z.avail_in == 0) {
      z.avail_in = static_cast<uInt>(packed_->read(state_->block.data(), kBlock));
      z.next_in = reinterpret_cast<const Bytef*>(state_->block.data());
    }
    const bool fed = z.avail_in > 0;
    const int status = ::inflate(&z, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw Error(ErrorCode::memory, "no memory to unpack with");
    if (status == Z_STREAM_END) {
      state_->ended = true;
    } else if (status == Z_BUF_ERROR && !fed) {
      throw_file_error(name_, "is cut off inside its compressed bytes");
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw_file_error(name_, "its compressed bytes are damaged");
    }
  }
  return wanted - z.avail_out;
}

std::size_t InflateStream::read(void* into, std::size_t count) {
  auto* to = static_cast<std::byte*>(into);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - at_));
  std::size_t done = 0;
  while (done < wanted) {
    const std::size_t got = inflate_some(to + done, wanted - done);
    if (got == 0) throw_file_error(name_, "unpacks to fewer bytes than the archive says");
    done += got;
    at_ += got;
  }
  if (at_ == size_ && !state_->ended) {
    std::byte more;
    if (inflate_some(&more, 1) > 0) {
      throw_file_error(name_, "unpacks to more bytes than the archive says");
    }
  }
  return done;
}

void InflateStream::seek(std::uint64_t offset) {
  if (offset < at_) {
    packed_->seek(0);
    state_ = std::make_unique<State>();
    at_ = 0;
  }
  std::vector<std::byte> skipped(
      static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, std::min(offset, size_) - at_)));
  while (at_ < std::min(offset, size_)) {
    read(skipped.data(),
         static_cast<std::size_t>(std::min<std::uint64_t>(skipped.size(), offset - at_)));
  }
}

CheckedStream::CheckedStream(std::unique_ptr<ByteStream> inner, std::uint32_t checksum,
                             std::string name)
    : inner_(std::move(inner)), name_(std::move(name)), wanted_(checksum) {}

std::size_t CheckedStream::read(void* into, std::size_t count) {
  const std::size_t got = inner_->read(into, count);
  const std::uint64_t end = at_ + got;
  if (at_ <= summed_ && end > summed_) {
    const auto* from = static_cast<const Bytef*>(into) + (summed_ - at_);
    while (summed_ < end) {
      const auto part = static_cast<uInt>(std::min<std::uint64_t>(end - summed_, kMostAtOnce));
      sum_ = static_cast<std::uint32_t>(::crc32(sum_, from, part));
      from += part;
      summed_ += part;
    }
    if (summed_ == inner_->size() && sum_ != wanted_) {
      throw_file_error(name_, "is damaged: its bytes do not have the checksum of the archive");
    }
  }
  at_ = end;
  return got;
}

void CheckedStream::seek(std::uint64_t offset) {
  inner_->seek(offset);
  at_ = offset;
}

}  // namespace tightloop::io
