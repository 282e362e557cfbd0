// The fma of instruction sets that have none, against the C library's: every bit, with operands
// that cancel, tie, overflow and end below the normal numbers.
#if defined(__x86_64__)
#include "math/software_fma.hpp"

#include <array>

#include "catch.hpp"
#include "samples.hpp"

namespace tightloop::math {
namespace {

constexpr std::uint64_t kSeed = 2008;

/// Bit patterns, short significands, and magnitudes down to where products lose bits.
template <class T>
T draw(std::mt19937_64& random) {
  const std::uint64_t bits = random(), kind = random() % 3;
  T x;
  std::memcpy(&x, &bits, sizeof x);
  if (kind == 0) return x;
  const double sign = (bits & 1) != 0 ? -1 : 1;
  if (kind == 1) {
    return static_cast<T>(sign * std::ldexp(static_cast<double>(bits >> (40 + bits % 23)),
                                            static_cast<int>(random() % 48) - 28));
  }
  const int least = sizeof(T) == 4 ? -150 : -1100;
  return static_cast<T>(sign * std::ldexp(1 + std::ldexp(static_cast<double>(bits >> 12), -52),
                                          least + static_cast<int>(random() % (-least + 100))));
}

template <class T>
using Operands = std::array<T, 3>;

template <class T>
Operands<T> draw_operands(std::mt19937_64& random) {
  Operands<T> o{draw<T>(random), draw<T>(random), draw<T>(random)};
  const std::uint64_t kind = random() % 4;
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  if (kind == 0) o[2] = -o[0] * o[1] * static_cast<T>(1 + eps * static_cast<double>(random() % 5));
  if (kind == 1) o[2] = o[0] * o[1] * std::ldexp(T(1), static_cast<int>(random() % 120) - 60);
  return o;
}

void run(const Operands<double> (&o)[2], double (&out)[2]) {
  const __m128d y =
      fma_lanes(__m128d{o[0][0], o[1][0]}, __m128d{o[0][1], o[1][1]}, __m128d{o[0][2], o[1][2]});
  std::memcpy(out, &y, sizeof y);
}
void run(const Operands<float> (&o)[4], float (&out)[4]) {
  __m128 x[3];
  for (std::size_t k = 0; k < 3; ++k) x[k] = __m128{o[0][k], o[1][k], o[2][k], o[3][k]};
  const __m128 y = fma_lanes(x[0], x[1], x[2]);
  std::memcpy(out, &y, sizeof y);
}

template <class T, int lanes>
void check_fma(int rounds) {
  std::mt19937_64 random(kSeed);
  Operands<T> wrong{};
  int count = 0;
  for (int i = 0; i < rounds; ++i) {
    Operands<T> o[lanes];
    T got[lanes];
    for (Operands<T>& lane : o) lane = draw_operands<T>(random);
    run(o, got);
    for (int k = 0; k < lanes; ++k) {
      if (bits_of(got[k]) == bits_of(std::fma(o[k][0], o[k][1], o[k][2]))) continue;
      wrong = o[k];
      ++count;
    }
  }
  CAPTURE(kSeed, sizeof(T), wrong[0], wrong[1], wrong[2]);
  CHECK(count == 0);
}

}  // namespace

TEST_CASE("math: fma without the instruction rounds once") {
  check_fma<float, 4>(100000);
  check_fma<double, 2>(100000);
}

}  // namespace tightloop::math
#endif
