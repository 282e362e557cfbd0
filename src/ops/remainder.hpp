// fmod of floats, exactly, in a time that grows by a few nanoseconds for every 64 binary digits of
// the quotient: the C library's takes them one by one. The remainder of a word pair by a word is
// that of Moeller and Granlund, "Improved division by invariant integers" (2011), algorithm 4.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace tightloop {
namespace detail {

/// A divisor with its top bit set.
class WordDivisor {
 public:
  explicit WordDivisor(std::uint64_t d) : d_(d) {
    const auto all = (static_cast<Pair>(~d) << 64) | ~std::uint64_t{0};
    inverse_ = static_cast<std::uint64_t>(all / d);
  }
  /// (high * 2^64 + low) mod d, for high < d.
  std::uint64_t rest(std::uint64_t high, std::uint64_t low) const {
    const Pair product = static_cast<Pair>(inverse_) * high;
    const Pair q = product + ((static_cast<Pair>(high) << 64) | low);
    const auto quotient = static_cast<std::uint64_t>(q >> 64) + 1;
    std::uint64_t r = low - quotient * d_;
    if (r > static_cast<std::uint64_t>(q)) r += d_;
    return r >= d_ ? r - d_ : r;
  }

 private:
  __extension__ using Pair = unsigned __int128;
  std::uint64_t d_, inverse_ = 0;
};

/// A positive finite number as mantissa * 2^exponent.
struct Parts {
  explicit Parts(std::uint64_t bits) {
    const auto biased = static_cast<int>(bits >> 52);
    mantissa = bits & ((std::uint64_t{1} << 52) - 1);
    if (biased != 0) mantissa |= std::uint64_t{1} << 52;
    exponent = biased != 0 ? biased : 1;
  }
  std::uint64_t mantissa;
  int exponent;  // biased
};

/// |x| mod |y| of finite numbers, |x| >= |y| > 0.
inline double large_remainder(std::uint64_t x, std::uint64_t y) {
  const Parts a(x), b(y);
  const int shift = std::countl_zero(b.mantissa);
  const WordDivisor divisor(b.mantissa << shift);
  // Remainders are shifted as the divisor is. The first one is of a mantissa that may be larger.
  const auto wide = [&](std::uint64_t r, int by) {  // r * 2^by, by < 64, r < 2^by * divisor
    return by == 0 ? divisor.rest(0, r) : divisor.rest(r >> (64 - by), r << by);
  };
  std::uint64_t r = wide(a.mantissa, shift);
  int left = a.exponent - b.exponent;
  for (; left >= 64; left -= 64) r = divisor.rest(r, 0);
  if (left > 0) r = wide(r, left);
  return std::ldexp(static_cast<double>(r >> shift), b.exponent - 1075);
}

}  // namespace detail

/// x - trunc(x / y) * y with the sign of x, exactly; NaN where x is infinite or y is 0.
inline double exact_fmod(double x, double y) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  constexpr std::uint64_t kInfinity = std::uint64_t{0x7ff} << 52;
  const std::uint64_t a = std::bit_cast<std::uint64_t>(x) & ~kSign;
  const std::uint64_t b = std::bit_cast<std::uint64_t>(y) & ~kSign;
  if (a >= kInfinity || b == 0 || b > kInfinity) return std::fmod(x, y);
  if (a < b) return x;
  return std::copysign(detail::large_remainder(a, b), x);
}

/// The remainder of two float32 is a float32, whatever it is computed in.
inline float exact_fmod(float x, float y) {
  return static_cast<float>(exact_fmod(static_cast<double>(x), static_cast<double>(y)));
}

}  // namespace tightloop
