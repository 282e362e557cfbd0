// Integer arrays with constants that 64 bits cannot hold: computed on words modulo 2^64, with a
// test that tells the elements whose result has a dtype from the others. Where no element can have
// one, the operation is refused.
#include <algorithm>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

BigInteger lowest(DType t) {
  return range_of(t).lo;
}
BigInteger highest(DType t) {
  return range_of(t).hi;
}
Fit whole(DType t) {
  return {t, range_of(t), true};
}

BigInteger ceil_divide(const BigInteger& x, const BigInteger& y) {
  return -floor_divide(-x, y);
}

}  // namespace

bool Resolver::any_beyond(Values x) const {
  return std::any_of(x.begin(), x.end(), [](const Value& v) { return beyond_words(v); });
}

NodeId Resolver::at_least(NodeId x, const BigInteger& bound) {
  const Range r = b_[x].range;
  if (bound <= BigInteger(r.lo)) return b_.integer(DType::bool_, 1);
  if (bound > BigInteger(r.hi)) return b_.integer(DType::bool_, 0);
  return compare_integers(Op::greater_equal, x, b_.integer(b_[x].dtype, *bound.narrow()));
}

NodeId Resolver::outside(NodeId x, const BigInteger& low, const BigInteger& high) {
  return logical(Op::logical_or, logical_not(at_least(x, low)), at_least(x, high + 1));
}

Value Resolver::checked(NodeId word, NodeId bad, const Fit& f, bool weak) {
  const NodeId value = held(word, f);
  const Scalar* known = b_.constant_of(bad);
  if (!check_ || (known != nullptr && !known->as<bool>())) {
    return {narrowed(value, f.dtype), weak, {}};
  }
  if (known != nullptr) {
    fail(ErrorCode::overflow, "no integer dtype holds the result of " + operation_text(),
         "make the constant a float, or pass overflow='wrap'");
  }
  return {reported(value, bad, f), weak, {}};
}

Value Resolver::past_words(Op op, Values x) {
  const bool weak = all_weak(x);
  switch (op) {
    case Op::add:
    case Op::subtract:
    case Op::multiply: return past_linear(op, x[0], x[1]);
    case Op::absdiff: {
      const Value& c = beyond_words(x[0]) ? x[0] : x[1];
      const Value& other = &c == &x[0] ? x[1] : x[0];
      return c.number->is_negative() ? past_linear(Op::subtract, other, c)
                                     : past_linear(Op::subtract, c, other);
    }
    case Op::fma: {
      const Value sum[] = {exact_integer(Op::multiply, x.first(2)), x[2]};
      return exact_integer(Op::add, sum);
    }
    case Op::floor_divide:
    case Op::mod:
    case Op::fmod:
      if (beyond_words(x[1])) return past_quotient(op, x[0], *x[1].number, weak);
      return past_remainder(op, *x[0].number, x[1], weak);
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor: {
      const bool first = beyond_words(x[0]);
      return past_bits(op, first ? x[1] : x[0], *x[first ? 0 : 1].number, weak);
    }
    case Op::minimum:
    case Op::maximum:
    case Op::fmin:
    case Op::fmax: return past_extreme(op, x[0], x[1]);
    case Op::clip: return past_clip(x);
    case Op::where: return past_where(x);
    default:
      throw Error(ErrorCode::internal, "'" + spelling(op) + "' has no rule for wide constants");
  }
}

Value Resolver::past_linear(Op op, const Value& x, const Value& y) {
  const bool first = beyond_words(x);
  const BigInteger& c = *(first ? x : y).number;
  const NodeId array = first ? y.id : x.id;
  const Value both[] = {x, y};
  const Range r[] = {value_range(x), value_range(y)};
  const DType t = fit(result_range(info(op).range_rule, r)).dtype;
  BigInteger low = lowest(t), high = highest(t);
  if (op == Op::add) {
    low = low - c;
    high = high - c;
  } else if (op == Op::subtract) {
    const BigInteger least = first ? c - high : low + c;
    high = first ? c - low : high + c;
    low = least;
  } else {
    const bool below = c.is_negative();
    const BigInteger least = ceil_divide(below ? high : low, c);
    high = floor_divide(below ? low : high, c);
    low = least;
  }
  const NodeId constant = constant_word(static_cast<int128>(c.low_word()));
  const NodeId result = first ? words(op, constant, word(array)) : words(op, word(array), constant);
  return checked(result, outside(array, low, high), whole(t), all_weak(both));
}

/// The quotient takes at most three values, each between two bounds of x; the remainder is x less
/// that multiple of the divisor.
Value Resolver::past_quotient(Op op, const Value& x, const BigInteger& c, bool weak) {
  const Range r = range(x);
  if (op == Op::fmod) {
    if (r.hi <= range_of(DType::int64).hi || !c.is_negative()) return negate(Op::positive, x);
    const Value sizes[] = {x, integer_literal(-c)};
    return exact_integer(Op::mod, sizes);
  }
  const bool below = c.is_negative();
  BigInteger k = floor_divide(r.lo, c);
  const BigInteger last = floor_divide(r.hi, c);
  const bool quotient = op == Op::floor_divide;
  if (!quotient && k.is_zero() && last.is_zero()) return negate(Op::positive, x);
  const Fit f = quotient
                    ? fit(Range{*k.narrow(), *k.narrow()}.join({*last.narrow(), *last.narrow()}))
                    : whole(below ? DType::int64 : DType::uint64);
  const auto value_of = [&](const BigInteger& n) {
    const NodeId multiple = constant_word(static_cast<int128>((quotient ? n : n * c).low_word()));
    return quotient ? multiple : words(Op::subtract, word(x.id), multiple);
  };
  const auto bad_of = [&](const BigInteger& n) {
    if (quotient) return b_.integer(DType::bool_, 0);
    return outside(x.id, lowest(f.dtype) + n * c, highest(f.dtype) + n * c);
  };
  NodeId value = value_of(k), bad = bad_of(k);
  while (k != last) {
    const BigInteger next = below ? k - 1 : k + 1;
    const NodeId from = at_least(x.id, below ? k * c + 1 : next * c);
    value = choose(from, value_of(next), value, DType::uint64, range_of(DType::uint64));
    bad = choose(from, bad_of(next), bad, DType::bool_, {0, 1});
    k = next;
  }
  if (quotient) return {narrowed(filled(b_.cast(value, f.dtype), x.id), f.dtype), weak, {}};
  return checked(value, bad, f, weak);
}

/// Above the lowest word all bits of x are its sign, so all bits there depend on it alone.
Value Resolver::past_bits(Op op, const Value& x, const BigInteger& c, bool weak) {
  const BigInteger upper = c >> 64, zero, ones(-1);
  const Range r = range(x);
  const BigInteger of_positive = op == Op::bit_and ? zero : upper;
  const BigInteger of_negative = op == Op::bit_and ? upper : op == Op::bit_or ? ones : ~upper;
  const bool is_signed =
      (r.hi >= 0 && of_positive.is_negative()) || (r.lo < 0 && of_negative.is_negative());
  const DType t = is_signed ? DType::int64 : DType::uint64;
  const NodeId result = words(op, word(x.id), constant_word(static_cast<int128>(c.low_word())));
  const NodeId top =
      b_.make(Op::greater, DType::bool_, {result, constant_word(range_of(DType::int64).hi)});
  const auto bad = [&](const BigInteger& above) {
    if (above != zero && above != ones) return b_.integer(DType::bool_, 1);
    if (!is_signed) return b_.integer(DType::bool_, above == zero ? 0 : 1);
    return above == zero ? top : logical_not(top);
  };
  NodeId fails = bad(r.lo < 0 ? of_negative : of_positive);
  if (r.lo < 0 && r.hi >= 0) {
    fails = choose(is_negative(x.id), bad(of_negative), bad(of_positive), DType::bool_, {0, 1});
  }
  Fit f = whole(t);
  if (op == Op::bit_and && r.lo >= 0) f = fit({0, r.hi});
  if (f.dtype != t)
    return {narrowed(b_.make(Op::cast, f.dtype, {result}, f.range), f.dtype), weak, {}};
  return checked(result, fails, f, weak);
}

Value Resolver::past_extreme(Op op, const Value& x, const Value& y) {
  const Value& c = beyond_words(x) ? x : y;
  const Value& other = beyond_words(x) ? y : x;
  const bool smallest = op == Op::minimum || op == Op::fmin;
  if (smallest == c.number->is_negative()) no_dtype(c);
  return negate(Op::positive, other);
}

Value Resolver::past_clip(Values x) {
  if (beyond_words(x[0])) {
    // Above all lower ends, or below them.
    if (x[0].number->is_negative()) return exact_integer(Op::minimum, x.subspan(1));
    if (beyond_words(x[2]) && !x[2].number->is_negative()) no_dtype(x[0]);
    const Value choice[] = {{b_.integer(DType::bool_, 1), true, {}}, x[2], x[1]};
    return exact_integer(Op::where, choice);
  }
  if (x[1].number != nullptr && x[2].number != nullptr && *x[1].number >= *x[2].number) {
    if (beyond_words(x[2])) no_dtype(x[2]);
    return {filled(x[2].id, x[0].id), all_weak(x), {}};
  }
  if (beyond_words(x[1]) && !x[1].number->is_negative()) {
    // Below no upper end that an array has: the upper end is the result.
    if (beyond_words(x[2])) no_dtype(x[1]);
    const Value choice[] = {{b_.integer(DType::bool_, 1), true, {}}, x[2], x[0]};
    return exact_integer(Op::where, choice);
  }
  const Value upper[] = {exact_integer(Op::maximum, x.first(2)), x[2]};
  return exact_integer(Op::minimum, upper);
}

Value Resolver::past_where(Values x) {
  const Range all = value_range(x[1]).join(value_range(x[2]));
  const DType t = fit(all).dtype;
  const auto word_of = [&](const Value& v) {
    return beyond_words(v) ? constant_word(static_cast<int128>(v.number->low_word())) : word(v.id);
  };
  const auto bad = [&](const Value& v) {
    return beyond_words(v) ? b_.integer(DType::bool_, 1) : outside(v.id, lowest(t), highest(t));
  };
  const NodeId value =
      choose(x[0].id, word_of(x[1]), word_of(x[2]), DType::uint64, range_of(DType::uint64));
  return checked(value, choose(x[0].id, bad(x[1]), bad(x[2]), DType::bool_, {0, 1}), whole(t),
                 all_weak(x));
}

Value Resolver::past_shift(Op op, const Value& x, const Value& by) {
  const Value both[] = {x, by};
  const bool weak = all_weak(both);
  const BigInteger& c = *x.number;
  if (op == Op::shift_left) {
    const NodeId zero = filled(constant_word(0), by.id);
    return checked(zero, at_least(by.id, 0), whole(DType::uint64), weak);
  }
  // c >> n is (c >> least) >> (n - least) for n from `least` on, where it has come into a word.
  const int least = c.is_negative() ? (~c).bits() - 63 : c.bits() - 64;
  const Value first[] = {by, integer_literal(least)};
  const Value rest[] = {exact_integer(Op::maximum, first), integer_literal(least)};
  const Value shifted =
      exact_shift(op, integer_literal(c >> least), exact_integer(Op::subtract, rest));
  const DType t = c.is_negative() ? DType::int64 : DType::uint64;
  const NodeId negative = is_negative(by.id);
  const NodeId sign = b_.integer(t, c.is_negative() ? -1 : 0);
  const NodeId value = choose(negative, sign, shifted.id, t, range_of(t));
  const NodeId bad =
      logical(Op::logical_and, logical_not(negative), logical_not(at_least(by.id, least)));
  return checked(word(value), bad, whole(t), weak);
}

Value Resolver::past_power(const Value& base, const Value& exponent) {
  if (beyond_words(exponent)) {
    // Of bases other than 0, 1 and -1 nothing fits; of these the last bit of the exponent decides.
    return exact_power(base, integer_literal(highest(DType::uint64) -
                                             BigInteger(exponent.number->is_odd() ? 0 : 1)));
  }
  const Value both[] = {base, exponent};
  const NodeId one = filled(constant_word(1), exponent.id);
  return checked(one, at_least(exponent.id, 1), whole(DType::uint64), all_weak(both));
}

/// Long division of a constant by each element: digits of 32 bits for divisors that narrow, else
/// the first 64 bits at once and then bit by bit.
Resolver::LongDivision Resolver::divided(const BigInteger& size, NodeId d) {
  const auto bit_of = [&](int at) { return static_cast<int>((size >> at).low_word() & 1); };
  LongDivision out{constant_word(0), constant_word(0), b_.integer(DType::bool_, 0)};
  const bool narrow = b_[d].range.hi < static_cast<int128>(1) << 32;
  const int digit = narrow ? 32 : 1;
  int rest = size.bits();
  if (!narrow) {
    rest = std::max(0, size.bits() - 64);
    const NodeId top = constant_word(static_cast<int128>((size >> rest).low_word()));
    out.quotient = words(Op::floor_divide, top, d);
    out.remainder = words(Op::mod, top, d);
  }
  const auto shifted = [&](NodeId x) { return words(Op::shift_left, x, constant_word(digit)); };
  for (int at = (rest + digit - 1) / digit * digit - digit; at >= 0; at -= digit) {
    const NodeId lost = words(Op::shift_right, out.quotient, constant_word(64 - digit));
    out.large = logical(Op::logical_or, out.large,
                        b_.make(Op::not_equal, DType::bool_, {lost, constant_word(0)}));
    NodeId next = kNoNode;
    if (narrow) {
      const auto low = static_cast<std::uint32_t>((size >> at).low_word() & 0xffffffffU);
      const NodeId both = words(Op::bit_or, shifted(out.remainder), constant_word(low));
      next = words(Op::floor_divide, both, d);
      out.remainder = words(Op::mod, both, d);
    } else {
      // 2 r + bit is at least d where r + bit is at least d - r, which no word is too narrow for.
      const NodeId gap = words(Op::subtract, d, out.remainder);
      const NodeId r = words(Op::add, out.remainder, constant_word(bit_of(at)));
      const NodeId more = b_.make(Op::greater_equal, DType::bool_, {r, gap});
      out.remainder = choose(more, words(Op::subtract, r, gap), words(Op::add, r, out.remainder),
                             DType::uint64, range_of(DType::uint64));
      next = word(more);
    }
    out.quotient = words(Op::bit_or, shifted(out.quotient), next);
  }
  return out;
}

Value Resolver::past_remainder(Op op, const BigInteger& c, const Value& y, bool weak) {
  const bool below = c.is_negative(), quotient = op == Op::floor_divide;
  const BigInteger size = below ? -c : c;
  const NodeId zero = constant_word(0), d = size_of(y.id);
  const NodeId by_zero = b_.make(Op::equal, DType::bool_, {d, zero});
  const int most = quotient ? 128 : 320;
  const bool wide_divisor = b_[d].range.hi >= static_cast<int128>(1) << 32;
  if (quotient && size.bits() > most) {
    return checked(filled(zero, y.id), logical_not(by_zero), whole(DType::uint64), weak);
  }
  if (wide_divisor && size.bits() > most) {
    fail(ErrorCode::limit,
         "the dividend of " + operation_text() + " has more than " + std::to_string(most) + " bits",
         "a divisor of 32 bits divides any constant");
  }
  const LongDivision l = divided(size, d);
  const NodeId negative = is_negative(y.id);
  const NodeId differ = below ? logical_not(negative) : negative;
  const NodeId inexact = b_.make(Op::not_equal, DType::bool_, {l.remainder, zero});
  const NodeId floored = logical(Op::logical_and, differ, inexact);
  const auto signed_word = [&](NodeId sign, NodeId x) {
    return choose(sign, words(Op::subtract, zero, x), x, DType::uint64, range_of(DType::uint64));
  };
  const auto above = [&](NodeId x, int128 bound) {
    return b_.make(Op::greater, DType::bool_, {x, constant_word(bound)});
  };
  const int128 end = range_of(DType::int64).hi;
  const Range r = range(y);
  NodeId value = kNoNode, bad = b_.integer(DType::bool_, 0);
  Fit f;
  if (quotient) {
    const NodeId away = words(Op::add, l.quotient, word(floored));
    f = whole((below ? r.hi > 0 : r.lo < 0) ? DType::int64 : DType::uint64);
    value = signed_word(differ, away);
    if (f.dtype == DType::int64) {
      const NodeId low = logical(Op::logical_or, above(away, end + 1), above(l.quotient, end + 1));
      bad = choose(differ, low, above(l.quotient, end), DType::bool_, {0, 1});
    }
    bad = logical(Op::logical_and, logical(Op::logical_or, bad, l.large), logical_not(by_zero));
  } else if (op == Op::fmod) {
    const int128 largest = std::max<int128>(b_[d].range.hi - 1, 0);
    f = fit(below ? Range{-largest, 0} : Range{0, largest});
    value = below ? words(Op::subtract, zero, l.remainder) : l.remainder;
    if (f.wraps) bad = above(l.remainder, end + 1);
  } else {
    f = fit({std::min<int128>(r.lo + 1, 0), std::max<int128>(r.hi - 1, 0)});
    value = choose(floored, words(Op::subtract, d, l.remainder), l.remainder, DType::uint64,
                   range_of(DType::uint64));
    value = signed_word(negative, value);
  }
  value = choose(by_zero, zero, value, DType::uint64, range_of(DType::uint64));
  if (f.wraps) return checked(value, bad, f, weak);
  return {narrowed(f.dtype == DType::uint64 ? value : b_.make(Op::cast, f.dtype, {value}, f.range),
                   f.dtype),
          weak,
          {}};
}

}  // namespace tightloop::typing
