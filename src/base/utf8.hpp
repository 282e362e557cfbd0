// UTF-8, one code point at a time: strict decoding (RFC 3629: no overlong forms, no surrogates).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tightloop {

/// Holds one decoded code point; `size` is its length in bytes, 0 where the bytes are not UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;
};

/// Decodes the code point at text[at]; `at` must be inside the text.
constexpr CodePoint decode_utf8(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || size > text.size() - at) return {};
  char32_t value = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fU);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[size] || value > 0x10ffff || surrogate) return {};
  return {value, size};
}

/// True for a byte that continues a code point.
constexpr bool is_utf8_tail(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
}

}  // namespace tightloop
