// Takes a fuzzer's bytes apart: numbers first, the rest as text. Past the end all is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tightloop::fuzz {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}
  template <class T>
  T take() {
    T value{};
    const std::size_t count = left_ < sizeof value ? left_ : sizeof value;
    std::memcpy(&value, at_, count);
    skip(count);
    return value;
  }
  /// Takes a number of [0, most].
  std::uint32_t up_to(std::uint32_t most) { return take<std::uint16_t>() % (most + 1); }
  std::string_view text(std::size_t count) {
    const std::string_view out(reinterpret_cast<const char*>(at_), count < left_ ? count : left_);
    skip(out.size());
    return out;
  }
  std::string_view rest() { return text(left_); }
  std::size_t left() const { return left_; }

 private:
  void skip(std::size_t count) {
    at_ += count;
    left_ -= count;
  }
  const std::uint8_t* at_;
  std::size_t left_;
};

}  // namespace tightloop::fuzz
