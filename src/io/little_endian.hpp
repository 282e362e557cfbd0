// Integers in the byte order of most file formats, least significant byte first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tightloop::io {

/// Reads an unsigned integer of sizeof(T) bytes.
template <class T>
T little_endian(const std::byte* bytes) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 |
                           std::to_integer<std::uint64_t>(bytes[i]));
  }
  return value;
}

/// Appends an unsigned integer of sizeof(T) bytes.
template <class T>
void append_little_endian(std::string& out, T value) {
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i, rest >>= 8) out += static_cast<char>(rest & 0xff);
}

}  // namespace tightloop::io
