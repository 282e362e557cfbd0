// Integer constants of any size: literals and what operations make of constants alone, exactly; and
// what a constant is where it meets floats.
#include <cmath>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

using Numbers = std::span<const BigInteger>;

/// The count of a shift: as an int, where `most` stands for more than all bits.
std::optional<int> shift_count(const BigInteger& n, int most) {
  if (n.is_negative()) return std::nullopt;
  return n < BigInteger(most) ? static_cast<int>(*n.narrow()) : most;
}

/// None where the result is larger than constants may be.
std::optional<BigInteger> shift_left(const BigInteger& x, const BigInteger& n) {
  const auto count = shift_count(n, BigInteger::kMaxBits);
  if (!count || x.is_zero()) return BigInteger();
  if (x.bits() + *count > BigInteger::kMaxBits) return std::nullopt;
  return x << *count;
}

BigInteger shift_right(const BigInteger& x, const BigInteger& n) {
  return x >> shift_count(n, BigInteger::kMaxBits).value_or(BigInteger::kMaxBits);
}

/// By zero the result is 0.
BigInteger quotient(const BigInteger& x, const BigInteger& y) {
  return y.is_zero() ? BigInteger() : floor_divide(x, y);
}

BigInteger modulo(const BigInteger& x, const BigInteger& y) {
  return y.is_zero() ? BigInteger() : x - floor_divide(x, y) * y;
}

BigInteger magnitude(const BigInteger& x) {
  return x.is_negative() ? -x : x;
}

BigInteger signed_remainder(const BigInteger& x, const BigInteger& y) {
  const BigInteger size = modulo(magnitude(x), magnitude(y));
  return x.is_negative() ? -size : size;
}

std::optional<BigInteger> power(BigInteger base, const BigInteger& exponent) {
  const bool unit = magnitude(base) == BigInteger(1);
  if (exponent.is_zero()) return BigInteger(1);
  if (unit) return exponent.is_odd() ? base : BigInteger(1);
  if (exponent.is_negative() || base.is_zero()) return BigInteger();
  if (exponent > BigInteger(BigInteger::kMaxBits)) return std::nullopt;
  auto rest = static_cast<unsigned>(*exponent.narrow());
  if ((base.bits() - 1) * static_cast<int>(rest) >= BigInteger::kMaxBits) return std::nullopt;
  BigInteger result(1);
  for (; rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) result = result * base;
    if (rest > 1) base = base * base;
  }
  return result;
}

BigInteger lesser(const BigInteger& x, const BigInteger& y) {
  return y < x ? y : x;
}
BigInteger greater(const BigInteger& x, const BigInteger& y) {
  return x < y ? y : x;
}

/// The exact value of an integer operation; none where it has none or one larger than may be.
std::optional<BigInteger> exact_value(RangeRule rule, Numbers x) {
  switch (rule) {
    case RangeRule::none:
    case RangeRule::where: return std::nullopt;
    case RangeRule::zero: return BigInteger();
    case RangeRule::same: return x[0];
    case RangeRule::add: return x[0] + x[1];
    case RangeRule::subtract: return x[0] - x[1];
    case RangeRule::multiply: return x[0] * x[1];
    case RangeRule::floor_divide: return quotient(x[0], x[1]);
    case RangeRule::mod: return modulo(x[0], x[1]);
    case RangeRule::fmod: return signed_remainder(x[0], x[1]);
    case RangeRule::power: return power(x[0], x[1]);
    case RangeRule::negate: return -x[0];
    case RangeRule::absdiff: return magnitude(x[0] - x[1]);
    case RangeRule::fma: return x[0] * x[1] + x[2];
    case RangeRule::bit_and: return x[0] & x[1];
    case RangeRule::bit_or: return x[0] | x[1];
    case RangeRule::bit_xor: return x[0] ^ x[1];
    case RangeRule::invert: return ~x[0];
    case RangeRule::shift_left: return shift_left(x[0], x[1]);
    case RangeRule::shift_right: return shift_right(x[0], x[1]);
    case RangeRule::popcount: return BigInteger(x[0].ones());
    case RangeRule::abs: return magnitude(x[0]);
    case RangeRule::sign: return BigInteger(x[0].is_zero() ? 0 : x[0].is_negative() ? -1 : 1);
    case RangeRule::square: return x[0] * x[0];
    case RangeRule::minimum: return lesser(x[0], x[1]);
    case RangeRule::maximum: return greater(x[0], x[1]);
    case RangeRule::clip: return lesser(greater(x[0], x[1]), x[2]);
  }
  return std::nullopt;
}

}  // namespace

Value Resolver::integer_literal(BigInteger exact) {
  const BigInteger& kept = numbers_.emplace_back(std::move(exact));
  const DType t = kept.is_negative() ? DType::int64 : DType::uint64;
  if (const auto value = kept.narrow()) {
    if (const auto narrow = narrowest({*value, *value})) {
      return {b_.integer(*narrow, *value), true, &kept};
    }
  }
  return {b_.integer(t, kept.is_negative() ? range_of(t).lo : range_of(t).hi), true, &kept};
}

std::optional<Value> Resolver::literal_result(RangeRule rule, Values x) {
  BigInteger numbers[3];
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i].number == nullptr) return std::nullopt;
    numbers[i] = *x[i].number;
  }
  if (rule == RangeRule::none || rule == RangeRule::where) return std::nullopt;
  auto exact = exact_value(rule, Numbers(numbers, x.size()));
  if (!exact || exact->bits() > BigInteger::kMaxBits) {
    fail(ErrorCode::limit,
         "an integer constant has more than " + std::to_string(BigInteger::kMaxBits) + " bits",
         "make one of its operands a float");
  }
  return integer_literal(std::move(*exact));
}

std::optional<Value> Resolver::literal_quotient(Values x) {
  if (x[0].number == nullptr || x[1].number == nullptr || x[1].number->is_zero()) {
    return std::nullopt;
  }
  const double quotient = true_divide(*x[0].number, *x[1].number);
  if (std::isinf(quotient)) {
    fail(ErrorCode::value, "the quotient of two integers is too large for float64",
         "'//' gives the integer");
  }
  return Value{b_.real(DType::float64, quotient), true, {}};
}

Range Resolver::value_range(const Value& x) const {
  if (x.number == nullptr) return range(x);
  const int128 value = x.number->narrow().value_or(x.number->is_negative() ? -kHuge : kHuge);
  return {value, value};
}

NodeId Resolver::float_comparison(Op op, const Value& x, const Value& y, DType t) {
  const bool narrow = is_half(t) || real_part(t) == DType::float32;
  const double value = narrow ? static_cast<double>(y.number->to_float()) : y.number->to_double();
  if (!std::isinf(value) || is_complex(t)) {
    return b_.make(op, DType::bool_, {to_float(x, t), to_float(y, t)});
  }
  // Larger than all finite values, but less than infinity; or the same below zero.
  const bool below = value < 0;
  const NodeId a = to_float(x, t), end = b_.real(t, value);
  const auto compared = [&](Op by) { return b_.make(by, DType::bool_, {a, end}); };
  const NodeId never = compared(below ? Op::less : Op::greater);
  switch (op) {
    case Op::less:
    case Op::less_equal: return compared(below ? Op::less_equal : Op::less);
    case Op::greater:
    case Op::greater_equal: return compared(below ? Op::greater : Op::greater_equal);
    case Op::not_equal: return logical_not(never);
    default: return never;
  }
}

void Resolver::no_dtype(const Value& x) const {
  fail(ErrorCode::value, "no integer dtype holds " + shortened(*x.number),
       "float64(...) gives the nearest float, and with a float it is one");
}

}  // namespace tightloop::typing
