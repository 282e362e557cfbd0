// 64-bit integers whose operands share no lane (uint64 with negatives): computed on 64-bit words
// modulo 2^64 with the signs aside, so that every result is exact where its dtype holds it. Under
// Overflow::check a result that does not fit is reported by an addition that overflows.
#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

constexpr int128 kWordMax = range_of(DType::uint64).hi;
constexpr int128 kSignedMax = range_of(DType::int64).hi;

}  // namespace

NodeId Resolver::word(NodeId x) {
  return b_.cast(x, DType::uint64);
}

NodeId Resolver::is_negative(NodeId x) {
  const DType t = b_[x].dtype;
  if (b_[x].range.lo >= 0) return b_.integer(DType::bool_, 0);
  return b_.make(Op::less, DType::bool_, {x, b_.integer(t, 0)});
}

NodeId Resolver::size_of(NodeId x) {
  const Range r = b_[x].range;
  if (r.lo >= 0) return word(x);
  return word(
      b_.make(Op::abs, unsigned_twin(b_[x].dtype), {x}, result_range(RangeRule::abs, {&r, 1})));
}

NodeId Resolver::held(NodeId w, const Fit& f) {
  if (f.dtype == DType::uint64) return w;
  return b_.make(Op::cast, f.dtype, {w}, f.range);
}

NodeId Resolver::reported(NodeId value, NodeId bad, const Fit& f) {
  const DType t = f.dtype;
  const NodeId most = b_.integer(t, range_of(t).hi);
  const NodeId stopped = choose(bad, most, value, t, range_of(t));
  return b_.make(Op::add, t, {stopped, b_.cast(bad, t)}, range_of(t), true);
}

Value Resolver::wide(Op op, Values x, const Fit& f) {
  const auto binary = [&]() -> NodeId {
    switch (op) {
      case Op::add:
      case Op::subtract: return wide_sum(op, x[0].id, x[1].id, f);
      case Op::negative: return wide_sum(Op::subtract, b_.integer(DType::uint8, 0), x[0].id, f);
      case Op::multiply: return wide_product(x[0].id, x[1].id, f);
      case Op::floor_divide:
      case Op::mod: return wide_quotient(op, x[0].id, x[1].id, f);
      case Op::bit_and:
      case Op::bit_or:
      case Op::bit_xor: return wide_bits(op, x[0].id, x[1].id, f);
      case Op::minimum:
      case Op::maximum: return wide_extreme(op, x[0].id, x[1].id, f);
      case Op::where: return wide_where(x[0].id, x[1].id, x[2].id, f);
      default:
        throw Error(ErrorCode::internal, "'" + spelling(op) + "' has no rule for wide integers");
    }
  };
  if (op == Op::clip) {
    const Value upper[] = {exact_integer(Op::maximum, x.first(2)), x[2]};
    return exact_integer(Op::minimum, upper);
  }
  return {narrowed(binary(), f.dtype), all_weak(x), {}};
}

NodeId Resolver::wide_sum(Op op, NodeId x, NodeId y, const Fit& f) {
  const NodeId xw = word(x), yw = word(y);
  const NodeId d = words(op, xw, yw);
  const NodeId value = held(d, f);
  if (!f.wraps || !check_) return value;
  const NodeId lost =
      f.dtype == DType::int64 ? lost_by_signed(op, x, y, d) : lost_by_unsigned(op, x, y, d);
  return reported(value, is_negative(b_.cast(lost, DType::int64)), f);
}

// Words whose top bit says that the sum or difference d of words does not fit. To look at words
// keeps all of it in lanes of 64 bits.
NodeId Resolver::lost_by_signed(Op op, NodeId x, NodeId y, NodeId d) {
  const NodeId xw = word(x), yw = word(y);
  const auto differ = [&](NodeId a, NodeId b) { return words(Op::bit_xor, a, b); };
  // As signed words: the operands agree in sign (of a difference: do not), d has another. An
  // unsigned operand past the signed ones was taken for 2^64 less, which an overflow makes good.
  NodeId lost = op == Op::add ? words(Op::bit_and, differ(xw, d), differ(yw, d))
                              : words(Op::bit_and, differ(xw, yw), differ(xw, d));
  if (b_[x].range.hi > kSignedMax) lost = differ(lost, xw);
  if (b_[y].range.hi > kSignedMax) lost = differ(lost, yw);
  return lost;
}

NodeId Resolver::lost_by_unsigned(Op op, NodeId x, NodeId y, NodeId d) {
  const NodeId xw = word(x), yw = word(y);
  const auto both = [&](NodeId a, NodeId b) { return words(Op::bit_and, a, b); };
  const auto inverted = [&](NodeId a) {
    return b_.make(Op::invert, DType::uint64, {a}, range_of(DType::uint64));
  };
  const NodeId differ = words(Op::bit_xor, xw, yw);
  const NodeId carry = op == Op::add
                           ? words(Op::bit_or, both(xw, yw), both(differ, inverted(d)))
                           : words(Op::bit_or, both(inverted(xw), yw), both(inverted(differ), d));
  // A negative operand stands for 2^64 less: the carry, or the borrow it leaves, makes it good. A
  // difference from a negative one is negative.
  if (b_[x].range.lo < 0) return words(op == Op::add ? Op::bit_xor : Op::bit_or, carry, xw);
  return b_[y].range.lo < 0 ? words(Op::bit_xor, carry, yw) : carry;
}

NodeId Resolver::wide_product(NodeId x, NodeId y, const Fit& f) {
  if (!f.wraps || !check_) return held(words(Op::multiply, word(x), word(y)), f);
  // The product of the magnitudes, and a word of ones where the result is negative.
  const NodeId p =
      b_.make(Op::multiply, DType::uint64, {size_of(x), size_of(y)}, {0, kWordMax}, true);
  const NodeId zero = constant_word(0);
  NodeId signs = zero;
  for (const NodeId v : {x, y}) {
    if (b_[v].range.lo < 0) signs = signs == zero ? word(v) : words(Op::bit_xor, signs, word(v));
  }
  const NodeId below = words(Op::shift_right, signs, constant_word(63));
  const NodeId ones = words(Op::subtract, zero, below);
  const NodeId value = held(words(Op::subtract, words(Op::bit_xor, p, ones), ones), f);
  // Words whose top bit is set where p is above 2^63 - 1, or 2^63 of a negative result; for
  // unsigned results, where p is not 0 and the result is negative.
  const NodeId lost =
      f.dtype == DType::int64
          ? words(Op::bit_and, p, words(Op::subtract, p, below))
          : words(Op::bit_and, ones, words(Op::bit_or, p, words(Op::subtract, zero, p)));
  return reported(value, is_negative(b_.cast(lost, DType::int64)), f);
}

NodeId Resolver::wide_quotient(Op op, NodeId x, NodeId y, const Fit& f) {
  const NodeId xs = size_of(x), ys = size_of(y), zero = constant_word(0);
  const Range all = range_of(DType::uint64);
  const NodeId r = words(Op::mod, xs, ys);
  const NodeId inexact = b_.make(Op::not_equal, DType::bool_, {r, zero});
  const NodeId differ = logical(Op::logical_xor, is_negative(x), is_negative(y));
  if (op == Op::mod) {
    const NodeId gap = choose(logical(Op::logical_and, differ, inexact), words(Op::subtract, ys, r),
                              r, DType::uint64, all);
    const NodeId d =
        choose(is_negative(y), words(Op::subtract, zero, gap), gap, DType::uint64, all);
    return held(d, f);
  }
  const NodeId q = words(Op::floor_divide, xs, ys);
  const NodeId away = words(Op::add, q, word(inexact));
  const NodeId d = choose(differ, words(Op::subtract, zero, away), q, DType::uint64, all);
  const NodeId value = held(d, f);
  if (!f.wraps || !check_) return value;
  const NodeId size = choose(differ, away, q, DType::uint64, all);
  const NodeId most = choose(differ, constant_word(kSignedMax + 1), constant_word(kSignedMax),
                             DType::uint64, {kSignedMax, kSignedMax + 1});
  return reported(value, b_.make(Op::greater, DType::bool_, {size, most}), f);
}

NodeId Resolver::wide_bits(Op op, NodeId x, NodeId y, const Fit& f) {
  const NodeId value = held(words(op, word(x), word(y)), f);
  if (!f.wraps || !check_) return value;
  const NodeId u = b_[x].range.hi > kSignedMax ? x : y;
  const NodeId s = u == x ? y : x;
  NodeId bad = b_.make(Op::greater, DType::bool_, {word(u), constant_word(kSignedMax)});
  // In or, the sign of a negative operand covers the top bit; in xor it does not.
  if (op == Op::bit_or) bad = logical(Op::logical_and, bad, logical_not(is_negative(s)));
  return reported(value, bad, f);
}

NodeId Resolver::wide_extreme(Op op, NodeId x, NodeId y, const Fit& f) {
  const NodeId first = compare_integers(op == Op::minimum ? Op::less : Op::greater, x, y);
  return held(choose(first, word(x), word(y), DType::uint64, range_of(DType::uint64)), f);
}

NodeId Resolver::wide_where(NodeId c, NodeId x, NodeId y, const Fit& f) {
  const NodeId value = held(choose(c, word(x), word(y), DType::uint64, {0, kWordMax}), f);
  if (!f.wraps || !check_) return value;
  const auto too_large = [&](NodeId v) {
    if (b_[v].range.hi <= kSignedMax) return b_.integer(DType::bool_, 0);
    return b_.make(Op::greater, DType::bool_, {word(v), constant_word(kSignedMax)});
  };
  return reported(value, choose(c, too_large(x), too_large(y), DType::bool_, {0, 1}), f);
}

NodeId Resolver::wide_absdiff(NodeId x, NodeId y, const Fit& f) {
  const NodeId xw = word(x), yw = word(y);
  const NodeId below = compare_integers(Op::less, x, y);
  const NodeId value = held(choose(below, words(Op::subtract, yw, xw), words(Op::subtract, xw, yw),
                                   DType::uint64, {0, kWordMax}),
                            f);
  if (!f.wraps || !check_) return value;
  const NodeId s = b_[x].range.lo < 0 ? x : y;
  const NodeId u = s == x ? yw : xw;
  const NodeId carry = b_.make(Op::less, DType::bool_, {words(Op::add, u, size_of(s)), u});
  return reported(value, logical(Op::logical_and, is_negative(s), carry), f);
}

NodeId Resolver::wide_exponent(NodeId y) {
  // Powers modulo 2^64 of odd bases repeat after 2^62 exponents, those of even ones stay 0, and
  // parity decides for -1: an exponent past int64 becomes one of 63 bits that gives the same.
  const int128 period = static_cast<int128>(1) << 62;
  const NodeId w = word(y);
  const NodeId large = b_.make(Op::greater, DType::bool_, {w, constant_word(kSignedMax)});
  const NodeId rest =
      b_.make(Op::bit_and, DType::uint64, {w, constant_word(period - 1)}, {0, period - 1});
  const NodeId same =
      b_.make(Op::add, DType::uint64, {rest, constant_word(period)}, {period, 2 * period - 1});
  return b_.cast(choose(large, same, w, DType::uint64, {0, kSignedMax}), DType::int64);
}

}  // namespace tightloop::typing
