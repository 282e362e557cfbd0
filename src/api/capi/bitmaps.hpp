// Arrow's bitmaps (the lowest bit of a byte first) as bools of a byte each, and back; eight at a
// time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace tightloop::capi {

static_assert(std::endian::native == std::endian::little, "the first of eight bools is the lowest");
inline constexpr std::uint64_t kEveryByte = 0x0101010101010101U;

/// 0 or 1 in each byte: whether that byte of `word` is not 0.
inline std::uint64_t nonzero_bytes(std::uint64_t word) {
  constexpr std::uint64_t low = kEveryByte * 0x7f;
  return (((word & low) + low) | word) >> 7 & kEveryByte;
}

/// Unpacks `count` bits from bit `first` on; returns how many are 0.
inline std::int64_t unpack_bits(const void* bits, std::int64_t first, std::int64_t count,
                                std::uint8_t* to) {
  constexpr std::uint64_t bit_of_its_byte = 0x8040201008040201U;
  const auto* bytes = static_cast<const std::uint8_t*>(bits) + (first >> 3);
  const auto shift = static_cast<unsigned>(first & 7);
  std::int64_t ones = 0;
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8, ++bytes) {
    unsigned eight = bytes[0];
    if (shift != 0)
      eight = (eight >> shift | static_cast<unsigned>(bytes[1]) << (8 - shift)) & 0xff;
    const std::uint64_t bools = nonzero_bytes(eight * kEveryByte & bit_of_its_byte);
    std::memcpy(to + i, &bools, sizeof bools);
    ones += std::popcount(eight);
  }
  for (unsigned at = shift; i < count; ++i, ++at) {
    to[i] = static_cast<std::uint8_t>(bytes[at >> 3] >> (at & 7) & 1);
    ones += to[i];
  }
  return count - ones;
}

/// Packs bools, any byte that is not 0 for true; the bits that fill up the last byte are 0. Returns
/// how many bools are false.
inline std::int64_t pack_bits(const std::uint8_t* bools, std::int64_t count, std::uint8_t* to) {
  constexpr std::uint64_t gather = 0x0102040810204080U;  // the lowest bit of byte i to bit 56 + i
  std::int64_t ones = 0;
  for (std::int64_t i = 0; i < count; i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bools + i, static_cast<std::size_t>(count - i < 8 ? count - i : 8));
    const auto packed = static_cast<std::uint8_t>(nonzero_bytes(eight) * gather >> 56);
    to[i / 8] = packed;
    ones += std::popcount(packed);
  }
  return count - ones;
}

}  // namespace tightloop::capi
