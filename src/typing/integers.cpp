// Exact promotion of integers and bools: every operation in the narrowest lane that holds its
// operands and its result, then narrowed to what the result needs.
#include <algorithm>

#include "typing/resolver.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {

std::optional<DType> Resolver::common_lane(Values x, const Fit& f) const {
  if (f.wraps) {
    const bool hold = std::all_of(
        x.begin(), x.end(), [&](const Value& v) { return range_of(f.dtype).contains(range(v)); });
    return hold ? std::optional(f.dtype) : std::nullopt;
  }
  Range all = f.range;
  for (const Value& v : x) all = all.join(range(v));
  return narrowest(all);
}

NodeId Resolver::narrowed(NodeId x, DType t) {
  return b_.cast(x, t);
}

Value Resolver::exact_integer(Op op, Values x) {
  const RangeRule rule = info(op).range_rule;
  if (const auto literal = literal_result(rule, x)) return *literal;
  if (any_beyond(x)) return past_words(op, x);
  if (op == Op::square) return exact_square(x[0]);
  if (op == Op::multiply && x[0].id == x[1].id) return exact_square(x[0]);
  if (op == Op::fmod) return exact_fmod(x[0], x[1]);
  if (op == Op::fma) {
    const Value sum[] = {exact_integer(Op::multiply, x.first(2)), x[2]};
    return exact_integer(Op::add, sum);
  }
  if (op == Op::fmin) op = Op::minimum;
  if (op == Op::fmax) op = Op::maximum;

  Range r[3];
  for (std::size_t i = 0; i < x.size(); ++i) r[i] = range(x[i]);
  const Fit f = fit(result_range(rule, std::span<const Range>(r, x.size())));
  const auto lane = common_lane(op == Op::where ? x.subspan(1) : x, f);
  if (!lane) return wide(op, x, f);
  std::vector<NodeId> args;
  for (const Value& v : x) args.push_back(b_.cast(v.id, *lane));
  if (op == Op::where) args[0] = x[0].id;
  return {narrowed(node(op, *lane, args, f.range, f.wraps), f.dtype), all_weak(x), {}};
}

std::optional<Value> Resolver::magnitude_of_difference(const Value& x) {
  const NodeId operand = graph_[current_].args[0];
  if (values_[operand].id != x.id || graph_[operand].op != Op::subtract) return std::nullopt;
  const Value terms[] = {values_[graph_[operand].args[0]], values_[graph_[operand].args[1]]};
  if (!all_integral(terms) || !exact(terms)) return std::nullopt;
  return exact_absdiff(terms[0], terms[1]);
}

Value Resolver::exact_square(const Value& x) {
  if (const auto literal = literal_result(RangeRule::square, {&x, 1})) return *literal;
  const Range r = range(x);
  const Fit f = fit(result_range(RangeRule::square, {&r, 1}));
  Value base = x;
  if (r.lo < 0) {
    // The square of the magnitude is the same, and the magnitude shares the result's lane.
    const auto signed_lane = common_lane({&x, 1}, f);
    if (const auto difference = magnitude_of_difference(x)) {
      base = *difference;
    } else if (!signed_lane || itemsize(*signed_lane) > itemsize(f.dtype)) {
      base = exact_magnitude(x);
    }
  }
  const auto lane = common_lane({&base, 1}, f);
  const DType t = lane.value_or(DType::uint64);
  const NodeId squared = b_.make(Op::square, t, {b_.cast(base.id, t)}, f.range, f.wraps);
  return {narrowed(squared, f.dtype), x.weak, {}};
}

Value Resolver::exact_magnitude(const Value& x) {
  if (const auto literal = literal_result(RangeRule::abs, {&x, 1})) return *literal;
  const Range r = range(x);
  if (r.lo >= 0) return x;
  if (const auto difference = magnitude_of_difference(x)) return *difference;
  const Fit f = fit(result_range(RangeRule::abs, {&r, 1}));
  const NodeId size = b_.make(Op::abs, unsigned_twin(dtype(x)), {x.id}, f.range);
  return {narrowed(size, f.dtype), x.weak, {}};
}

Value Resolver::exact_absdiff(const Value& x, const Value& y) {
  const Value both[] = {x, y};
  if (const auto literal = literal_result(RangeRule::absdiff, both)) return *literal;
  if (any_beyond(both)) return past_words(Op::absdiff, both);
  const Range r[] = {range(x), range(y)};
  const Fit f = fit(result_range(RangeRule::absdiff, r));
  const bool weak = all_weak(both);
  const auto lane = narrowest(r[0].join(r[1]));
  if (!lane) return {narrowed(wide_absdiff(x.id, y.id, f), f.dtype), weak, {}};
  const NodeId d = b_.make(Op::absdiff, unsigned_twin(*lane),
                           {b_.cast(x.id, *lane), b_.cast(y.id, *lane)}, f.range);
  return {narrowed(d, f.dtype), weak, {}};
}

NodeId Resolver::shift_count(NodeId count, DType lane, bool by_value) {
  const int128 width = 8 * static_cast<int>(itemsize(lane));
  const int128 values = static_cast<int128>(1) << static_cast<int>(width);
  // Counts that wrap into the lane stay below zero or past the width, unless they go once around.
  const Range safe = by_value ? range_of(lane) : Range{width - values, values - 1};
  if (!safe.contains(b_[count].range)) {
    const DType t = b_[count].dtype;
    const Range r = b_[count].range;
    count = b_.make(Op::minimum, t, {count, b_.integer(t, 64)}, {std::min<int128>(r.lo, 64), 64});
    if (r.lo < -1) count = b_.make(Op::maximum, t, {count, b_.integer(t, -1)}, {-1, 64});
  }
  return b_.cast(count, lane);
}

Value Resolver::exact_shift(Op op, const Value& x, const Value& by) {
  const RangeRule rule = info(op).range_rule;
  const Value given[] = {x, by};
  if (const auto literal = literal_result(rule, given)) return *literal;
  if (beyond_words(x)) return past_shift(op, x, by);
  // All counts past 64 bits do the same.
  const Value count = beyond_words(by) ? integer_literal(by.number->is_negative() ? -1 : 64) : by;
  const Value both[] = {x, count};
  const Range r[] = {range(x), range(count)};
  const Fit f = fit(result_range(rule, r));
  const DType lane = common_lane({&x, 1}, f).value_or(f.dtype);
  const bool reports = f.wraps && check_;
  NodeId operand = b_.cast(x.id, lane);
  if (reports && r[1].lo < 0 && is_unsigned_int(lane)) {
    // The lane takes a negative count for a large one, but its result is 0, not an overflow.
    operand = choose(is_negative(count.id), b_.integer(lane, 0), operand, lane, range_of(lane));
  }
  const NodeId shifted =
      b_.make(op, lane, {operand, shift_count(count.id, lane, reports)}, f.range, f.wraps);
  return {narrowed(shifted, f.dtype), all_weak(both), {}};
}

Value Resolver::integer_repeated(NodeId base, unsigned exponent, DType lane, bool weak) {
  const Range r = b_[base].range;
  const auto power_range = [&](unsigned n) {
    const Range operands[] = {r, {n, n}};
    return fit_into(result_range(RangeRule::power, operands), lane);
  };
  const NodeId id = repeated(b_.cast(base, lane), exponent, [&](NodeId a, NodeId c, unsigned n) {
    const Fit f = power_range(n);
    const bool wraps = f.wraps && (check_ || policy_.promotion == Promotion::exact);
    return a == c ? b_.make(Op::square, lane, {a}, f.range, wraps)
                  : b_.make(Op::multiply, lane, {a, c}, f.range, wraps);
  });
  return {id, weak, {}};
}

Value Resolver::exact_power(const Value& x, const Value& y) {
  const Value both[] = {x, y};
  if (const auto literal = literal_result(RangeRule::power, both)) return *literal;
  if (any_beyond(both)) return past_power(x, y);
  const bool weak = all_weak(both);
  const auto n = constant_exponent(y);
  if (n == 0) return {filled(b_.integer(DType::uint8, 1), x.id), weak, {}};
  if (n == 1) return negate(Op::positive, x);
  if (n == 2) {
    Value squared = exact_square(x);
    squared.weak = weak;
    return squared;
  }
  const Range r[] = {range(x), range(y)};
  const Fit f = fit(result_range(RangeRule::power, r));
  if (n && *n <= 8) {
    const DType lane = common_lane({&x, 1}, f).value_or(f.dtype);
    Value p = integer_repeated(x.id, static_cast<unsigned>(*n), lane, weak);
    p.id = narrowed(p.id, f.dtype);
    return p;
  }
  const auto lane = common_lane(both, f);
  const DType t = lane.value_or(r[0].lo < 0 ? DType::int64 : DType::uint64);
  const NodeId exponent = lane || t == DType::uint64 ? b_.cast(y.id, t) : wide_exponent(y.id);
  // An even power of a signed base may be typed unsigned: the same bits in a signed lane.
  const Range held = range_of(t).contains(f.range) ? f.range : range_of(t);
  const NodeId p = b_.make(Op::pow, t, {b_.cast(x.id, t), exponent}, held, f.wraps);
  return {narrowed(p, f.dtype), weak, {}};
}

NodeId Resolver::signed_remainder(const Value& x, const Value& y, DType lane, const Range& range) {
  const Value sizes[] = {exact_magnitude(x), exact_magnitude(y)};
  const NodeId size = b_.cast(exact_integer(Op::mod, sizes).id, lane);
  if (this->range(x).lo >= 0) return size;
  const NodeId negated = b_.make(Op::negative, lane, {size}, range_of(lane));
  return choose(is_negative(x.id), negated, size, lane, range);
}

Value Resolver::exact_fmod(const Value& x, const Value& y) {
  const Range r[] = {range(x), range(y)};
  const Fit f = fit(result_range(RangeRule::fmod, r));
  const Value both[] = {x, y};
  return {signed_remainder(x, y, f.dtype, f.range), all_weak(both), {}};
}

Value Resolver::exact_invert(const Value& x) {
  if (x.weak) {
    // A literal has no width of its own: ~x is -1 - x, as in Python.
    const Value terms[] = {integer_literal(-1), x};
    return exact_integer(Op::subtract, terms);
  }
  const DType t = dtype(x);
  const Range r = range(x), all = range_of(t);
  const Range inverted = {all.lo + all.hi - r.hi, all.lo + all.hi - r.lo};
  const NodeId id = b_.make(Op::invert, t, {x.id}, inverted);
  if (policy_.promotion == Promotion::numpy) return {id, false, {}};
  return {narrowed(id, fit(inverted).dtype), false, {}};
}

}  // namespace tightloop::typing
