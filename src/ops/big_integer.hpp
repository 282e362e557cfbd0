// Integers of any size (up to a bound that its users keep), for literals and constant arithmetic:
// sign and magnitude in 32-bit limbs. Python's meaning of every operation.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/range.hpp"

namespace tightloop {

class BigInteger {
 public:
  /// Constants of more bits than this are refused by those who make them.
  static constexpr int kMaxBits = 4096;

  BigInteger() = default;
  BigInteger(int128 value);  // NOLINT(google-explicit-constructor): a wider integer
  /// Reads digits of a base up to 16; none where another character stands among them.
  static std::optional<BigInteger> parse(std::string_view digits, int base);

  bool is_negative() const { return negative_; }
  bool is_zero() const { return limbs_.empty(); }
  bool is_odd() const { return !limbs_.empty() && (limbs_[0] & 1) != 0; }
  /// The number of bits of the magnitude.
  int bits() const;
  /// The number of ones of the magnitude.
  int ones() const;
  /// The value where it is within +-2^125; none for others.
  std::optional<int128> narrow() const;
  /// The value modulo 2^64.
  std::uint64_t low_word() const;
  std::string to_string() const;
  /// Rounds once to the nearest, ties to even; past the largest finite value, infinity.
  double to_double() const;
  float to_float() const;
  std::uint64_t hash() const;

  BigInteger operator-() const;
  BigInteger operator~() const;
  friend BigInteger operator+(const BigInteger& x, const BigInteger& y);
  friend BigInteger operator-(const BigInteger& x, const BigInteger& y);
  friend BigInteger operator*(const BigInteger& x, const BigInteger& y);
  friend BigInteger operator&(const BigInteger& x, const BigInteger& y);
  friend BigInteger operator|(const BigInteger& x, const BigInteger& y);
  friend BigInteger operator^(const BigInteger& x, const BigInteger& y);
  /// By n >= 0 bits; to the right towards minus infinity.
  friend BigInteger operator<<(const BigInteger& x, int n);
  friend BigInteger operator>>(const BigInteger& x, int n);
  friend std::strong_ordering operator<=>(const BigInteger& x, const BigInteger& y);
  friend bool operator==(const BigInteger& x, const BigInteger& y) = default;
  /// Towards minus infinity; y is not zero.
  friend BigInteger floor_divide(const BigInteger& x, const BigInteger& y);
  /// The quotient rounded once to the nearest double; y is not zero.
  friend double true_divide(const BigInteger& x, const BigInteger& y);

 private:
  using Limbs = std::vector<std::uint32_t>;
  BigInteger(Limbs limbs, bool negative);
  /// Two's complement in n limbs, and back.
  Limbs words(std::size_t n) const;
  static BigInteger from_words(Limbs words);

  Limbs limbs_;  // the lowest first, none of value zero on top
  bool negative_ = false;
};

}  // namespace tightloop
