// Interval arithmetic: the hull of each integer operation over boxes of operands.
#include "typing/ranges.hpp"
#include "types/text.hpp"

#include <algorithm>
#include <bit>
#include <initializer_list>

namespace tightloop::typing {
namespace {

constexpr int128 clamp_huge(int128 v) {
  return std::clamp(v, -kHuge, kHuge);
}

int128 sat_add(int128 a, int128 b) {
  return clamp_huge(a + b);  // both are within 2^125, so the sum is within 128 bits
}

int128 sat_mul(int128 a, int128 b) {
  int128 r = 0;
  if (!__builtin_mul_overflow(a, b, &r)) return clamp_huge(r);
  return (a < 0) == (b < 0) ? kHuge : -kHuge;
}

int128 sat_pow(int128 base, int128 exponent) {
  int128 r = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0) r = sat_mul(r, base);
    exponent >>= 1;
    if (exponent > 0) base = sat_mul(base, base);
  }
  return r;
}

int128 floor_div(int128 a, int128 b) {
  const int128 q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

int128 floor_mod(int128 a, int128 b) {
  return a - floor_div(a, b) * b;
}

Range hull(std::initializer_list<int128> values) {
  return {std::min(values), std::max(values)};
}

Range negate(const Range& x) {
  return {-x.hi, -x.lo};
}

Range multiply(const Range& x, const Range& y) {
  return hull({sat_mul(x.lo, y.lo), sat_mul(x.lo, y.hi), sat_mul(x.hi, y.lo), sat_mul(x.hi, y.hi)});
}

Range magnitude(const Range& x) {
  if (x.lo >= 0) return x;
  if (x.hi <= 0) return negate(x);
  return {0, std::max(-x.lo, x.hi)};
}

Range square(const Range& x) {
  const Range m = magnitude(x);
  return {sat_mul(m.lo, m.lo), sat_mul(m.hi, m.hi)};
}

/// Joins the ranges of the pieces of a case distinction; at least one is added.
class Union {
 public:
  void add(const Range& r) {
    range_ = any_ ? range_.join(r) : r;
    any_ = true;
  }
  const Range& range() const { return range_; }

 private:
  Range range_;
  bool any_ = false;
};

/// Splits a divisor at zero; by zero the result is 0.
template <class F>
Range by_divisor_sign(const Range& y, F piece) {
  Union u;
  if (y.lo < 0) u.add(piece(Range{y.lo, std::min<int128>(y.hi, -1)}));
  if (y.contains(Range{0, 0})) u.add({0, 0});
  if (y.hi > 0) u.add(piece(Range{std::max<int128>(y.lo, 1), y.hi}));
  return u.range();
}

Range floor_divide(const Range& x, const Range& y) {
  return by_divisor_sign(y, [&](const Range& d) {
    return hull({floor_div(x.lo, d.lo), floor_div(x.lo, d.hi), floor_div(x.hi, d.lo),
                 floor_div(x.hi, d.hi)});
  });
}

Range mod_positive(const Range& x, const Range& y) {
  if (x.lo >= 0 && x.hi < y.lo) return x;
  if (y.lo == y.hi && floor_div(x.lo, y.lo) == floor_div(x.hi, y.lo)) {
    return {floor_mod(x.lo, y.lo), floor_mod(x.hi, y.lo)};
  }
  return {0, x.lo >= 0 ? std::min(x.hi, y.hi - 1) : y.hi - 1};
}

Range mod(const Range& x, const Range& y) {
  return by_divisor_sign(y, [&](const Range& d) {
    return d.lo > 0 ? mod_positive(x, d) : negate(mod_positive(negate(x), negate(d)));
  });
}

Range negative_part(const Range& x) {
  return {x.lo, std::min<int128>(x.hi, -1)};
}

/// The remainder with the sign of x: that of the magnitudes.
Range fmod(const Range& x, const Range& y) {
  Union u;
  if (x.hi >= 0) u.add(mod({std::max<int128>(x.lo, 0), x.hi}, magnitude(y)));
  if (x.lo < 0) u.add(negate(mod(negate(negative_part(x)), magnitude(y))));
  return u.range();
}

/// Powers of negative bases: even exponents give positive results, odd ones negative.
void add_negative_powers(Union& u, const Range& m, const Range& e) {
  const int128 even_lo = e.lo + (e.lo & 1);
  const int128 even_hi = e.hi - (e.hi & 1);
  if (even_lo <= even_hi) u.add({sat_pow(m.lo, even_lo), sat_pow(m.hi, even_hi)});
  const int128 odd_lo = e.lo + 1 - (e.lo & 1);
  const int128 odd_hi = e.hi - 1 + (e.hi & 1);
  if (odd_lo <= odd_hi) u.add({-sat_pow(m.hi, odd_hi), -sat_pow(m.lo, odd_lo)});
}

/// A negative exponent gives 0, but 1 for base 1 and +-1 for base -1.
void add_negative_exponents(Union& u, const Range& x, const Range& e) {
  if (x.lo != x.hi || (x.lo != 1 && x.lo != -1)) u.add({0, 0});
  if (x.contains(Range{1, 1})) u.add({1, 1});
  if (!x.contains(Range{-1, -1})) return;
  if (e.lo < e.hi || (e.lo & 1) == 0) u.add({1, 1});
  if (e.lo < e.hi || (e.lo & 1) != 0) u.add({-1, -1});
}

Range power(const Range& x, const Range& y) {
  Union u;
  if (y.lo < 0) add_negative_exponents(u, x, {y.lo, std::min<int128>(y.hi, -1)});
  if (y.hi < 0) return u.range();
  const Range e{std::max<int128>(y.lo, 0), y.hi};
  if (x.hi > 0) u.add({sat_pow(std::max<int128>(x.lo, 1), e.lo), sat_pow(x.hi, e.hi)});
  if (x.contains(Range{0, 0})) {
    if (e.lo == 0) u.add({1, 1});
    if (e.hi > 0) u.add({0, 0});
  }
  if (x.lo < 0) add_negative_powers(u, negate(negative_part(x)), e);
  return u.range();
}

/// Returns the number of bits that hold v without its sign.
int bits_of(int128 v) {
  int n = 0;
  for (int128 m = v < 0 ? ~v : v; m != 0; m >>= 1) ++n;
  return n;
}

Range popcount(const Range& x) {
  const Range m = magnitude(x);
  if (m.lo == m.hi) {
    const auto words = static_cast<unsigned __int128>(m.lo);
    const int count = std::popcount(static_cast<std::uint64_t>(words)) +
                      std::popcount(static_cast<std::uint64_t>(words >> 64));
    return {count, count};
  }
  return {m.lo == 0 ? 0 : 1, bits_of(m.hi)};
}

int128 power_of_two(int n) {
  return static_cast<int128>(1) << n;
}

bool is_point(const Range& x) {
  return x.lo == x.hi;
}

Range bit_and(const Range& x, const Range& y) {
  if (is_point(x) && is_point(y)) return {x.lo & y.lo, x.lo & y.lo};
  Union u;
  if (x.hi >= 0 && y.hi >= 0) u.add({0, std::min(x.hi, y.hi)});
  if (x.hi >= 0 && y.lo < 0) u.add({0, x.hi});
  if (x.lo < 0 && y.hi >= 0) u.add({0, y.hi});
  if (x.lo < 0 && y.lo < 0) {
    const int bits = std::max(bits_of(x.lo), bits_of(y.lo));
    u.add({-power_of_two(bits), std::min<int128>({-1, x.hi, y.hi})});
  }
  return u.range();
}

Range complement(const Range& x) {
  return {~x.hi, ~x.lo};
}

Range bit_or(const Range& x, const Range& y) {
  if (x.lo >= 0 && y.lo >= 0 && !(is_point(x) && is_point(y))) {
    const int bits = std::max(bits_of(x.hi), bits_of(y.hi));
    return {std::max(x.lo, y.lo), power_of_two(bits) - 1};
  }
  return complement(bit_and(complement(x), complement(y)));
}

Range bit_xor(const Range& x, const Range& y) {
  if (is_point(x) && is_point(y)) return {x.lo ^ y.lo, x.lo ^ y.lo};
  const int bits = std::max({bits_of(x.lo), bits_of(x.hi), bits_of(y.lo), bits_of(y.hi)});
  const int128 m = power_of_two(bits);
  Union u;
  if ((x.hi >= 0 && y.hi >= 0) || (x.lo < 0 && y.lo < 0)) u.add({0, m - 1});
  if ((x.hi >= 0 && y.lo < 0) || (x.lo < 0 && y.hi >= 0)) u.add({-m, -1});
  return u.range();
}

int128 shift_up(int128 x, int128 n) {
  return sat_mul(x, power_of_two(static_cast<int>(std::min<int128>(n, 125))));
}

int128 shift_down(int128 x, int128 n) {
  return x >> static_cast<int>(std::min<int128>(n, 127));
}

Range shift_left(const Range& x, const Range& n) {
  Union u;
  if (n.lo < 0) u.add({0, 0});
  if (n.hi >= 0) {
    const int128 least = std::max<int128>(n.lo, 0);
    u.add(hull({shift_up(x.lo, least), shift_up(x.lo, n.hi), shift_up(x.hi, least),
                shift_up(x.hi, n.hi)}));
  }
  return u.range();
}

Range shift_right(const Range& x, const Range& n) {
  Union u;
  if (n.lo < 0) u.add({shift_down(x.lo, 127), shift_down(x.hi, 127)});
  if (n.hi >= 0) {
    const int128 least = std::max<int128>(n.lo, 0);
    u.add(hull({shift_down(x.lo, least), shift_down(x.lo, n.hi), shift_down(x.hi, least),
                shift_down(x.hi, n.hi)}));
  }
  return u.range();
}

int128 sign_of(int128 v) {
  return v < 0 ? -1 : v > 0 ? 1 : 0;
}

Range smaller(const Range& x, const Range& y) {
  return {std::min(x.lo, y.lo), std::min(x.hi, y.hi)};
}

Range larger(const Range& x, const Range& y) {
  return {std::max(x.lo, y.lo), std::max(x.hi, y.hi)};
}

Range add(const Range& x, const Range& y) {
  return {sat_add(x.lo, y.lo), sat_add(x.hi, y.hi)};
}

}  // namespace

Range result_range(RangeRule rule, std::span<const Range> x) {
  switch (rule) {
    case RangeRule::none: return {0, 0};
    case RangeRule::zero: return {0, 0};
    case RangeRule::same: return x[0];
    case RangeRule::add: return add(x[0], x[1]);
    case RangeRule::subtract: return add(x[0], negate(x[1]));
    case RangeRule::multiply: return multiply(x[0], x[1]);
    case RangeRule::floor_divide: return floor_divide(x[0], x[1]);
    case RangeRule::mod: return mod(x[0], x[1]);
    case RangeRule::fmod: return fmod(x[0], x[1]);
    case RangeRule::power: return power(x[0], x[1]);
    case RangeRule::negate: return negate(x[0]);
    case RangeRule::absdiff: return magnitude(add(x[0], negate(x[1])));
    case RangeRule::fma: return add(multiply(x[0], x[1]), x[2]);
    case RangeRule::bit_and: return bit_and(x[0], x[1]);
    case RangeRule::bit_or: return bit_or(x[0], x[1]);
    case RangeRule::bit_xor: return bit_xor(x[0], x[1]);
    case RangeRule::invert: return complement(x[0]);
    case RangeRule::shift_left: return shift_left(x[0], x[1]);
    case RangeRule::shift_right: return shift_right(x[0], x[1]);
    case RangeRule::popcount: return popcount(x[0]);
    case RangeRule::abs: return magnitude(x[0]);
    case RangeRule::sign: return {sign_of(x[0].lo), sign_of(x[0].hi)};
    case RangeRule::square: return square(x[0]);
    case RangeRule::minimum: return smaller(x[0], x[1]);
    case RangeRule::maximum: return larger(x[0], x[1]);
    case RangeRule::clip: return smaller(larger(x[0], x[1]), x[2]);
    case RangeRule::where: return x[1].join(x[2]);
  }
  return {0, 0};
}

Fit fit(const Range& exact) {
  if (const auto dtype = narrowest(exact)) return {*dtype, exact, false};
  const DType dtype = exact.lo < 0 ? DType::int64 : DType::uint64;
  return {dtype, range_of(dtype), true};
}

Fit fit_into(const Range& exact, DType dtype) {
  const Range full = range_of(dtype);
  if (full.contains(exact)) return {dtype, exact, false};
  return {dtype, full, true};
}

std::string shortened(const BigInteger& value) {
  const std::string text = value.to_string();
  constexpr std::size_t most = 50, kept = 20;
  if (text.size() <= most) return text;
  const std::size_t digits = text.size() - (value.is_negative() ? 1 : 0);
  return text.substr(0, kept) + "... (" + std::to_string(digits) + " digits)";
}

}  // namespace tightloop::typing
