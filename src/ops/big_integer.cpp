// Arithmetic of wide integers: schoolbook products, long division (Knuth, TAOCP 2, 4.3.1, D), and
// roundings to floats.
#include "ops/big_integer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tightloop {
namespace {

using Limbs = std::vector<std::uint32_t>;
constexpr std::uint64_t kBase = std::uint64_t{1} << 32;

void trim(Limbs& x) {
  while (!x.empty() && x.back() == 0) x.pop_back();
}

std::uint32_t low_half(std::uint64_t x) {
  return static_cast<std::uint32_t>(x & (kBase - 1));
}

int bits_of(const Limbs& x) {
  return x.empty() ? 0 : static_cast<int>(32 * x.size()) - std::countl_zero(x.back());
}

std::strong_ordering compare(const Limbs& x, const Limbs& y) {
  if (x.size() != y.size()) return x.size() <=> y.size();
  for (std::size_t i = x.size(); i-- > 0;) {
    if (x[i] != y[i]) return x[i] <=> y[i];
  }
  return std::strong_ordering::equal;
}

Limbs add(const Limbs& x, const Limbs& y) {
  const Limbs& longer = x.size() < y.size() ? y : x;
  const Limbs& other = x.size() < y.size() ? x : y;
  Limbs sum;
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < longer.size(); ++i) {
    carry += std::uint64_t{longer[i]} + (i < other.size() ? other[i] : 0);
    sum.push_back(low_half(carry));
    carry >>= 32;
  }
  if (carry != 0) sum.push_back(low_half(carry));
  return sum;
}

/// x - y, where x >= y.
Limbs subtract(const Limbs& x, const Limbs& y) {
  Limbs rest;
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint64_t d = std::uint64_t{x[i]} - (i < y.size() ? y[i] : 0) - borrow;
    rest.push_back(low_half(d));
    borrow = d >> 63;
  }
  trim(rest);
  return rest;
}

Limbs multiply(const Limbs& x, const Limbs& y) {
  Limbs product(x.size() + y.size(), 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      carry += std::uint64_t{x[i]} * y[k] + product[i + k];
      product[i + k] = low_half(carry);
      carry >>= 32;
    }
    product[i + y.size()] = low_half(carry);
  }
  trim(product);
  return product;
}

Limbs shift_left(const Limbs& x, int n) {
  if (x.empty()) return {};
  Limbs out(static_cast<std::size_t>(n / 32), 0);
  std::uint64_t carry = 0;
  for (const std::uint32_t limb : x) {
    carry |= std::uint64_t{limb} << (n % 32);
    out.push_back(low_half(carry));
    carry >>= 32;
  }
  out.push_back(low_half(carry));
  trim(out);
  return out;
}

Limbs shift_right(const Limbs& x, int n) {
  Limbs out;
  for (auto i = static_cast<std::size_t>(n / 32); i < x.size(); ++i) {
    const std::uint64_t above = i + 1 < x.size() ? x[i + 1] : 0;
    out.push_back(low_half((above << 32 | x[i]) >> (n % 32)));
  }
  trim(out);
  return out;
}

/// True where any of the lowest n bits is set.
bool any_below(const Limbs& x, int n) {
  return n > 0 && bits_of(x) > 0 && shift_left(shift_right(x, n), n) != x;
}

std::uint32_t divide_by_limb(Limbs& x, std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t i = x.size(); i-- > 0;) {
    rest = rest << 32 | x[i];
    x[i] = low_half(rest / divisor);
    rest %= divisor;
  }
  trim(x);
  return low_half(rest);
}

/// Takes q times v from the limbs of u at `at`; returns true where that was one v too much.
bool take(Limbs& u, const Limbs& v, std::size_t at, std::uint64_t q) {
  std::uint64_t borrow = 0, carry = 0;
  for (std::size_t i = 0; i <= v.size(); ++i) {
    carry += i < v.size() ? q * v[i] : 0;
    const std::uint64_t d = std::uint64_t{u[at + i]} - low_half(carry) - borrow;
    u[at + i] = low_half(d);
    borrow = d >> 63;
    carry >>= 32;
  }
  return borrow != 0;
}

void give_back(Limbs& u, const Limbs& v, std::size_t at) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i <= v.size(); ++i) {
    carry += std::uint64_t{u[at + i]} + (i < v.size() ? v[i] : 0);
    u[at + i] = low_half(carry);
    carry >>= 32;
  }
}

/// The quotient of magnitudes; x becomes the rest.
Limbs divide(Limbs& x, const Limbs& y) {
  if (compare(x, y) < 0) return {};
  if (y.size() == 1) {
    Limbs q = x;
    const std::uint32_t rest = divide_by_limb(q, y[0]);
    x = rest == 0 ? Limbs{} : Limbs{rest};
    return q;
  }
  const int shift = std::countl_zero(y.back());
  const Limbs v = shift_left(y, shift);
  Limbs u = shift_left(x, shift);
  u.resize(x.size() + 1, 0);
  const std::size_t n = v.size();
  Limbs q(u.size() - n, 0);
  for (std::size_t at = q.size(); at-- > 0;) {
    const std::uint64_t top = std::uint64_t{u[at + n]} << 32 | u[at + n - 1];
    std::uint64_t digit = top / v[n - 1], rest = top % v[n - 1];
    while (digit >= kBase || digit * v[n - 2] > (rest << 32 | u[at + n - 2])) {
      --digit;
      rest += v[n - 1];
      if (rest >= kBase) break;
    }
    if (take(u, v, at, digit)) {
      --digit;
      give_back(u, v, at);
    }
    q[at] = low_half(digit);
  }
  trim(u);
  x = shift_right(u, shift);
  trim(q);
  return q;
}

/// x * 2^exponent, a little more where `more`, rounded to so many digits, and none below 2^lowest.
double rounded(const Limbs& x, int exponent, bool more, int digits, int lowest) {
  const int drop = std::max(bits_of(x) - digits, lowest - exponent);
  if (drop <= 0) {
    double value = 0;
    for (std::size_t i = x.size(); i-- > 0;) value = value * static_cast<double>(kBase) + x[i];
    return std::ldexp(value, exponent);
  }
  Limbs kept = shift_right(x, drop);
  const bool half = !shift_right(x, drop - 1).empty() && (shift_right(x, drop - 1)[0] & 1) != 0;
  const bool odd = !kept.empty() && (kept[0] & 1) != 0;
  if (half && (odd || more || any_below(x, drop - 1))) kept = add(kept, {1});
  return rounded(kept, exponent + drop, false, digits + 1, lowest);
}

constexpr int kLowestDouble = -1074;

}  // namespace

BigInteger::BigInteger(int128 value) : negative_(value < 0) {
  auto rest = static_cast<unsigned __int128>(value);
  if (negative_) rest = 0 - rest;
  for (; rest != 0; rest >>= 32) limbs_.push_back(static_cast<std::uint32_t>(rest));
}

BigInteger::BigInteger(Limbs limbs, bool negative)
    : limbs_(std::move(limbs)), negative_(negative && !limbs_.empty()) {}

std::optional<BigInteger> BigInteger::parse(std::string_view digits, int base) {
  Limbs value;
  for (const char c : digits) {
    const int letter = (c | 0x20) - 'a';
    const int digit = c >= '0' && c <= '9' ? c - '0' : letter >= 0 && letter < 6 ? letter + 10 : 99;
    if (digit >= base) return std::nullopt;
    auto carry = static_cast<std::uint64_t>(digit);
    for (std::uint32_t& limb : value) {
      carry += std::uint64_t{limb} * static_cast<std::uint64_t>(base);
      limb = low_half(carry);
      carry >>= 32;
    }
    if (carry != 0) value.push_back(low_half(carry));
  }
  return BigInteger(std::move(value), false);
}

int BigInteger::bits() const {
  return bits_of(limbs_);
}

int BigInteger::ones() const {
  int count = 0;
  for (const std::uint32_t limb : limbs_) count += std::popcount(limb);
  return count;
}

std::optional<int128> BigInteger::narrow() const {
  if (bits() > 125) return std::nullopt;
  int128 value = 0;
  for (std::size_t i = limbs_.size(); i-- > 0;)
    value = value * static_cast<int128>(kBase) + limbs_[i];
  return negative_ ? -value : value;
}

std::uint64_t BigInteger::low_word() const {
  std::uint64_t word = limbs_.empty() ? 0 : limbs_[0];
  if (limbs_.size() > 1) word |= std::uint64_t{limbs_[1]} << 32;
  return negative_ ? 0 - word : word;
}

std::string BigInteger::to_string() const {
  if (limbs_.empty()) return "0";
  std::string text;
  for (Limbs rest = limbs_; !rest.empty();) {
    std::uint32_t group = divide_by_limb(rest, 1'000'000'000);
    for (int i = 0; i < 9 && (group != 0 || !rest.empty()); ++i, group /= 10) {
      text += static_cast<char>('0' + group % 10);
    }
  }
  if (negative_) text += '-';
  std::reverse(text.begin(), text.end());
  return text;
}

double BigInteger::to_double() const {
  const double size = rounded(limbs_, 0, false, 53, 0);
  return negative_ ? -size : size;
}

float BigInteger::to_float() const {
  const double size = rounded(limbs_, 0, false, 24, 0);
  const bool held = size <= static_cast<double>(std::numeric_limits<float>::max());
  const float value = held ? static_cast<float>(size) : std::numeric_limits<float>::infinity();
  return negative_ ? -value : value;
}

std::uint64_t BigInteger::hash() const {
  std::uint64_t h = negative_ ? 1 : 0;
  for (const std::uint32_t limb : limbs_) h = (h ^ limb) * 0xff51afd7ed558ccdU + (h >> 29);
  return h;
}

BigInteger BigInteger::operator-() const {
  return {limbs_, !negative_};
}

BigInteger BigInteger::operator~() const {
  return -*this - BigInteger(1);
}

BigInteger operator+(const BigInteger& x, const BigInteger& y) {
  if (x.negative_ == y.negative_) return {add(x.limbs_, y.limbs_), x.negative_};
  if (compare(x.limbs_, y.limbs_) < 0) return {subtract(y.limbs_, x.limbs_), y.negative_};
  return {subtract(x.limbs_, y.limbs_), x.negative_};
}

BigInteger operator-(const BigInteger& x, const BigInteger& y) {
  return x + -y;
}

BigInteger operator*(const BigInteger& x, const BigInteger& y) {
  return {multiply(x.limbs_, y.limbs_), x.negative_ != y.negative_};
}

BigInteger::Limbs BigInteger::words(std::size_t n) const {
  Limbs w = limbs_;
  w.resize(n, 0);
  if (!negative_) return w;
  std::uint64_t carry = 1;
  for (std::uint32_t& limb : w) {
    carry += low_half(~std::uint64_t{limb});
    limb = low_half(carry);
    carry >>= 32;
  }
  return w;
}

BigInteger BigInteger::from_words(Limbs w) {
  const bool negative = !w.empty() && w.back() >> 31 != 0;
  BigInteger value(std::move(w), negative);
  if (negative) value.limbs_ = value.words(value.limbs_.size());
  trim(value.limbs_);
  return value;
}

BigInteger operator&(const BigInteger& x, const BigInteger& y) {
  const std::size_t n = std::max(x.limbs_.size(), y.limbs_.size()) + 1;
  Limbs a = x.words(n);
  const Limbs b = y.words(n);
  for (std::size_t i = 0; i < n; ++i) a[i] &= b[i];
  return BigInteger::from_words(std::move(a));
}

BigInteger operator|(const BigInteger& x, const BigInteger& y) {
  return ~(~x & ~y);
}

BigInteger operator^(const BigInteger& x, const BigInteger& y) {
  return (x | y) & ~(x & y);
}

BigInteger operator<<(const BigInteger& x, int n) {
  return {shift_left(x.limbs_, n), x.negative_};
}

BigInteger operator>>(const BigInteger& x, int n) {
  const BigInteger cut(shift_right(x.limbs_, n), x.negative_);
  return x.negative_ && any_below(x.limbs_, n) ? cut - BigInteger(1) : cut;
}

std::strong_ordering operator<=>(const BigInteger& x, const BigInteger& y) {
  if (x.negative_ != y.negative_) return y.negative_ <=> x.negative_;
  return x.negative_ ? compare(y.limbs_, x.limbs_) : compare(x.limbs_, y.limbs_);
}

BigInteger floor_divide(const BigInteger& x, const BigInteger& y) {
  Limbs rest = x.limbs_;
  const BigInteger q(divide(rest, y.limbs_), x.negative_ != y.negative_);
  const bool below = !rest.empty() && x.negative_ != y.negative_;
  return below ? q - BigInteger(1) : q;
}

double true_divide(const BigInteger& x, const BigInteger& y) {
  // Enough bits of the quotient that what is cut off can only break a tie.
  const int shift = std::clamp(66 - x.bits() + y.bits(), 0, 2 - kLowestDouble);
  Limbs rest = shift_left(x.limbs_, shift);
  const Limbs q = divide(rest, y.limbs_);
  const double size = rounded(q, -shift, !rest.empty(), 53, kLowestDouble);
  return x.negative_ != y.negative_ ? -size : size;
}

}  // namespace tightloop
