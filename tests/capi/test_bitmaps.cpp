// Bitmaps against bits looked at one by one.
#include <random>
#include <vector>

#include "api/capi/bitmaps.hpp"
#include "catch.hpp"

using namespace tightloop::capi;

TEST_CASE("capi: bitmaps of every length and offset") {
  std::mt19937 random(20);
  int wrong = 0;
  for (int count = 0; count < 70; ++count) {
    for (int first = 0; first < 20; ++first) {
      const auto ends = static_cast<std::size_t>(first + count + 7) / 8;
      std::vector<std::uint8_t> bits(ends), bools(static_cast<std::size_t>(count));
      for (auto& b : bits) b = static_cast<std::uint8_t>(random());
      const std::int64_t zeros = unpack_bits(bits.data(), first, count, bools.data());
      std::int64_t counted = 0;
      for (std::size_t i = 0; i < bools.size(); ++i) {
        const std::size_t at = static_cast<std::size_t>(first) + i;
        wrong += bools[i] != (bits[at / 8] >> (at % 8) & 1);
        counted += 1 - bools[i];
      }
      wrong += zeros != counted;
      for (auto& b : bools) {
        if (b != 0) b = static_cast<std::uint8_t>(1 + random() % 255);
      }
      std::vector<std::uint8_t> packed((bools.size() + 7) / 8);
      wrong += pack_bits(bools.data(), count, packed.data()) != counted;
      for (std::size_t i = 0; i < 8 * packed.size(); ++i) {
        const bool set = i < bools.size() && bools[i] != 0;
        wrong += (packed[i / 8] >> (i % 8) & 1) != (set ? 1 : 0);
      }
    }
  }
  CHECK(wrong == 0);
}
