// Windows: bytes stay where they were put while they are in the window, whichever memory holds
// them.
#include <cstdint>
#include <random>
#include <string>

#include "catch.hpp"
#include "streaming/window.hpp"

using namespace tightloop::streaming;

namespace {

char stamp(std::uint64_t at) {
  return static_cast<char>(at * 0x9e3779b97f4a7c15ULL >> 57 | 1);
}

constexpr std::uint64_t kBetween = 2048;  // from one stamp to the next: every page has some

std::uint64_t first_stamp(std::uint64_t from) {
  return (from + kBetween - 1) / kBetween * kBetween;
}

int wrong_stamps(const Window& window, std::uint64_t begin, std::uint64_t end) {
  int wrong = 0;
  for (std::uint64_t at = first_stamp(begin); at < end; at += kBetween) {
    wrong += window.data()[at] != stamp(at) ? 1 : 0;
  }
  return wrong;
}

/// Opens, writes, checks and releases at random, front to back, `rounds` times.
void walk(Unit unit, std::uint64_t bytes, std::uint64_t most, int rounds, std::uint64_t seed) {
  INFO("seed " << seed << ", unit " << unit_bytes(unit));
  std::mt19937_64 random(seed);
  Window window(bytes, unit);
  int wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    std::uint64_t begin = 0, end = 0;
    while (end < bytes) {
      const bool jump = random() % 8 == 0 && begin == end;
      if (jump) begin = end = std::min(bytes, end + random() % most);
      const std::uint64_t to = std::min({bytes, end + 1 + random() % most, begin + most});
      window.open(end, to);
      for (std::uint64_t at = first_stamp(end); at < to; at += kBetween) {
        window.data()[at] = stamp(at);
      }
      end = to;
      wrong += wrong_stamps(window, begin, end);
      begin += random() % (end - begin + 1);
      if (end == bytes) begin = end;
      window.release(begin);
    }
    window.reset();
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("streaming: windows of pages keep what is in them") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    walk(Unit::page, 300'000, 40'000, 3, seed);
    walk(Unit::page, 4096 * 8, 4096, 2, seed);
    walk(Unit::page, 1, 1, 2, seed);
  }
}

TEST_CASE("streaming: windows of large units keep what is in them") {
  const std::uint64_t unit = unit_bytes(Unit::large);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    walk(Unit::large, 20 * unit + 12345, 3 * unit, 3, seed);
    walk(Unit::large, 5 * unit, unit / 3, 2, seed);
  }
}
