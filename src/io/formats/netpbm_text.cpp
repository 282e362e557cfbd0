// Numbers of Netpbm images, as pbm(5), pgm(5) and ppm(5) have them.
#include "io/formats/netpbm_text.hpp"

#include <algorithm>

#include "io/file_error.hpp"

namespace tightloop::io {

bool is_netpbm_space(int c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

NetpbmText::NetpbmText(ByteStream& stream, const std::string& name, std::size_t refill)
    : stream_(stream), name_(name), refill_(std::min(refill, block_.size())) {}

int NetpbmText::next() {
  if (at_ == size_) {
    at_ = 0;
    size_ = stream_.read(block_.data(), refill_);
    if (size_ == 0) return -1;
  }
  return static_cast<unsigned char>(block_[at_++]);
}

int NetpbmText::skip_space(const char* what) {
  int c = next();
  while (is_netpbm_space(c) || c == '#') {
    if (c == '#') {
      while (c != '\n' && c != '\r' && c != -1) c = next();
    } else {
      c = next();
    }
  }
  if (c == -1) throw_file_error(name_, std::string("ends where ") + what + " should follow");
  return c;
}

std::string NetpbmText::word(const char* what, std::size_t most) {
  std::string out;
  for (int c = skip_space(what); c != -1 && !is_netpbm_space(c); c = next()) {
    if (out.size() == most) throw_file_error(name_, std::string("has no number for ") + what);
    out += static_cast<char>(c);
  }
  return out;
}

std::uint32_t NetpbmText::number(const char* what, std::uint32_t most) {
  int c = skip_space(what);
  if (c < '0' || c > '9') throw_file_error(name_, std::string("has no number for ") + what);
  std::uint64_t value = 0;
  for (; c >= '0' && c <= '9'; c = next()) {
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > most) {
      throw_file_error(name_, std::string(what) + " is more than " + std::to_string(most));
    }
  }
  if (c != -1 && !is_netpbm_space(c) && c != '#') {
    throw_file_error(name_, std::string("has a stray character after ") + what);
  }
  if (c == '#') {
    while (c != '\n' && c != '\r' && c != -1) c = next();
  }
  return static_cast<std::uint32_t>(value);
}

std::size_t CountedStream::read(void* into, std::size_t count) {
  constexpr std::uint64_t kLongest = 1 << 16;
  if (count_ >= kLongest) throw_file_error(name_, "has a header of more than 64 KiB");
  const std::size_t got = inner_.read(into, count);
  count_ += got;
  return got;
}

void require_samples(std::uint64_t needed, std::uint64_t size, std::uint64_t header,
                     const std::string& name) {
  if (size == kUnknownSize || needed <= size - header) return;
  throw_file_error(name,
                   "is shorter than its header says: " + std::to_string(needed - (size - header)) +
                       " of " + std::to_string(needed) + " bytes of samples are missing");
}

}  // namespace tightloop::io
