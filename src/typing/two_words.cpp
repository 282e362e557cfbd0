// Integers past 64 bits that are compared or turned to float: two words, of which typing makes
// operations of 64-bit lanes. Only where such a value has to be one word again is it checked.
#include <algorithm>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

constexpr Range kWord = range_of(DType::uint64);
constexpr Range kSigned = range_of(DType::int64);
/// What passes two words too is computed in float64, nested so deep: it is written out recursively.
constexpr unsigned kMostFloats = 32;

/// Interval arithmetic of two words: none where they cannot hold the result.
std::optional<Range> sum_range(Op op, const Range& x, const Range& y) {
  Range r;
  const bool lost =
      op == Op::add
          ? __builtin_add_overflow(x.lo, y.lo, &r.lo) || __builtin_add_overflow(x.hi, y.hi, &r.hi)
          : __builtin_sub_overflow(x.lo, y.hi, &r.lo) || __builtin_sub_overflow(x.hi, y.lo, &r.hi);
  return lost ? std::nullopt : std::optional(r);
}

std::optional<Range> product_range(const Range& x, const Range& y) {
  int128 p[4];
  if (__builtin_mul_overflow(x.lo, y.lo, &p[0]) || __builtin_mul_overflow(x.lo, y.hi, &p[1]) ||
      __builtin_mul_overflow(x.hi, y.lo, &p[2]) || __builtin_mul_overflow(x.hi, y.hi, &p[3])) {
    return std::nullopt;
  }
  return Range{*std::min_element(p, p + 4), *std::max_element(p, p + 4)};
}

Range shifted(const Range& r, unsigned n) {
  return {r.lo >> n, r.hi >> n};
}

}  // namespace

Range Resolver::exact_range(const Value& x) const {
  if (x.number != nullptr) return value_range(x);
  return x.past == kNoPast ? range(x) : pasts_[x.past].range;
}

bool Resolver::any_past(Values x) {
  return std::any_of(x.begin(), x.end(), [](const Value& v) { return v.past != kNoPast; });
}

std::uint32_t Resolver::add_past(const Past& past) {
  pasts_.push_back(past);
  return static_cast<std::uint32_t>(pasts_.size() - 1);
}

NodeId Resolver::high_word(int128 value) {
  return b_.integer(DType::int64, value);
}

NodeId Resolver::bit_word(NodeId truth) {
  return b_.make(Op::cast, DType::int64, {truth}, {0, 1});
}

NodeId Resolver::sign_word(NodeId word) {
  return b_.make(Op::shift_right, DType::int64,
                 {b_.cast(word, DType::int64), b_.integer(DType::int64, 63)}, {-1, 0});
}

std::optional<Words> Resolver::words_of(const Value& x) {
  if (x.past != kNoPast) return words_of_past(x.past);
  if (x.number != nullptr) {
    const auto held = x.number->narrow();
    if (!held) return std::nullopt;
    const int128 n = *held;
    return Words{constant_word(n & kWord.hi), high_word(n >> 64), {n, n}};
  }
  if (!is_integral(dtype(x))) return std::nullopt;
  const NodeId high = range(x).lo < 0 ? sign_word(b_.cast(x.id, DType::int64)) : high_word(0);
  return Words{word(x.id), high, range(x)};
}

// Chains may be as long as a text: no recursion. Operands precede what is made of them.
std::optional<Words> Resolver::words_of_past(std::uint32_t last) {
  std::vector<std::uint32_t> waiting{last};
  while (!waiting.empty()) {
    const std::uint32_t at = waiting.back();
    if (pasts_[at].words || !pasts_[at].fits_words) {
      waiting.pop_back();
      continue;
    }
    const Past past = pasts_[at];
    const std::size_t before = waiting.size();
    for (const Value& v : past.x) {
      if (v.past == kNoPast || pasts_[v.past].words) continue;
      waiting.push_back(v.past);
    }
    if (waiting.size() != before) continue;
    pasts_[at].words = combined(past);
    waiting.pop_back();
  }
  return pasts_[last].words;
}

Words Resolver::combined(const Past& past) {
  const Words x = *words_of(past.x[0]);
  if (past.op == Op::square) return product_of_words(x, x, past.range);
  if (past.op == Op::negative) {
    return sum_of_words(Op::subtract, {constant_word(0), high_word(0), {0, 0}}, x, past.range);
  }
  const Words y = *words_of(past.x[1]);
  if (past.op == Op::multiply) return product_of_words(x, y, past.range);
  return sum_of_words(past.op, x, y, past.range);
}

Words Resolver::sum_of_words(Op op, const Words& x, const Words& y, const Range& r) {
  const Range highs = shifted(r, 64);
  const NodeId low = words(op, x.low, y.low);
  const bool adds = op == Op::add;
  const NodeId carry =
      bit_word(b_.make(Op::less, DType::bool_, {adds ? low : x.low, adds ? x.low : y.low}));
  const NodeId high = b_.make(op, DType::int64, {x.high, y.high}, kSigned);
  return {low, b_.make(op, DType::int64, {high, carry}, highs), r};
}

NodeId Resolver::high_product(NodeId x, NodeId y) {
  const NodeId width = constant_word(32);
  const auto top = [&](NodeId w) {
    return b_.make(Op::shift_right, DType::uint64, {w, width}, {0, kWord.hi >> 32});
  };
  const auto rest = [&](NodeId w) {
    return b_.make(Op::bit_and, DType::uint64, {w, constant_word(kWord.hi >> 32)},
                   {0, kWord.hi >> 32});
  };
  const auto times = [&](NodeId a, NodeId c) { return words(Op::multiply, a, c); };
  const auto plus = [&](NodeId a, NodeId c) { return words(Op::add, a, c); };
  const NodeId x0 = rest(x), x1 = top(x), y0 = rest(y), y1 = top(y);
  const NodeId cross = times(x0, y1), other = times(x1, y0);
  const NodeId middle = plus(plus(top(times(x0, y0)), rest(cross)), rest(other));
  return plus(plus(times(x1, y1), top(cross)), plus(top(other), top(middle)));
}

Words Resolver::product_of_words(const Words& x, const Words& y, const Range& r) {
  const NodeId xh = word(x.high), yh = word(y.high);
  NodeId high = high_product(x.low, y.low);
  const auto add_product = [&](NodeId h, NodeId low) {
    if (b_.constant_of(h) != nullptr && b_[h].range == Range{0, 0}) return;
    high = words(Op::add, high, words(Op::multiply, h, low));
  };
  add_product(xh, y.low);
  add_product(yh, x.low);
  return {words(Op::multiply, x.low, y.low),
          b_.make(Op::cast, DType::int64, {high}, shifted(r, 64)), r};
}

NodeId Resolver::words_compare(Op op, const Words& x, const Words& y) {
  const auto test = [&](Op o, NodeId a, NodeId c) { return b_.make(o, DType::bool_, {a, c}); };
  if (op == Op::equal) {
    return logical(Op::logical_and, test(op, x.high, y.high), test(op, x.low, y.low));
  }
  if (op == Op::not_equal) {
    return logical(Op::logical_or, test(op, x.high, y.high), test(op, x.low, y.low));
  }
  const Op strict = op == Op::less || op == Op::less_equal ? Op::less : Op::greater;
  return logical(Op::logical_or, test(strict, x.high, y.high),
                 logical(Op::logical_and, test(Op::equal, x.high, y.high), test(op, x.low, y.low)));
}

Words Resolver::choose_words(NodeId c, const Words& x, const Words& y) {
  const Range r = x.range.join(y.range);
  return {choose(c, x.low, y.low, DType::uint64, kWord),
          choose(c, x.high, y.high, DType::int64, shifted(r, 64)), r};
}

Words Resolver::shift_words(const Words& x, unsigned n) {
  const auto by = [&](DType t, unsigned count) { return b_.integer(t, count); };
  const Range r = shifted(x.range, n);
  const NodeId high =
      b_.make(Op::shift_right, DType::int64, {x.high, by(DType::int64, n)}, shifted(r, 64));
  const NodeId below = words(Op::shift_right, x.low, by(DType::uint64, n));
  const NodeId above = words(Op::shift_left, word(x.high), by(DType::uint64, 64 - n));
  return {words(Op::bit_or, below, above), high, r};
}

Words Resolver::lesser_words(const Words& x, const Words& y) {
  const Range r[] = {x.range, y.range};
  Words out = choose_words(words_compare(Op::less, x, y), x, y);
  out.range = result_range(RangeRule::minimum, r);
  return out;
}

Words Resolver::greater_words(const Words& x, const Words& y) {
  const Range r[] = {x.range, y.range};
  Words out = choose_words(words_compare(Op::greater, x, y), x, y);
  out.range = result_range(RangeRule::maximum, r);
  return out;
}

std::optional<Words> Resolver::selected_words(Op op, Values x) {
  Words w[3];
  for (std::size_t i = op == Op::where ? 1 : 0; i < x.size(); ++i) {
    const auto held = words_of(x[i]);
    if (!held) return std::nullopt;
    w[i] = *held;
  }
  switch (op) {
    case Op::minimum: return lesser_words(w[0], w[1]);
    case Op::maximum: return greater_words(w[0], w[1]);
    case Op::clip: return lesser_words(greater_words(w[0], w[1]), w[2]);
    case Op::where: return choose_words(x[0].id, w[1], w[2]);
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor: {
      const Range r[] = {w[0].range, w[1].range};
      return Words{words(op, w[0].low, w[1].low),
                   b_.make(op, DType::int64, {w[0].high, w[1].high}, kSigned),
                   result_range(info(op).range_rule, r)};
    }
    default: return std::nullopt;
  }
}

Value Resolver::value_of_words(const Words& w, bool weak) {
  const Fit f = fit(w.range);
  if (!f.wraps) return {narrowed(held(w.low, f), f.dtype), weak, {}};
  return {narrowed_words(w, f), weak, {}, add_past({Op::constant, {}, w.range, true, w})};
}

NodeId Resolver::narrowed_words(const Words& w, const Fit& f) {
  const NodeId wanted = f.dtype == DType::int64 ? sign_word(w.low) : high_word(0);
  return reported(held(w.low, f), b_.make(Op::not_equal, DType::bool_, {w.high, wanted}), f);
}

Value Resolver::magnitude_of_words(const Words& w, bool weak) {
  const Words zero{constant_word(0), high_word(0), {0, 0}};
  const NodeId below = b_.make(Op::less, DType::bool_, {w.high, high_word(0)});
  Words size = choose_words(
      below, sum_of_words(Op::subtract, zero, w, *sum_range(Op::subtract, zero.range, w.range)), w);
  size.range = result_range(RangeRule::abs, {&w.range, 1});
  return value_of_words(size, weak);
}

Value Resolver::sign_of_words(const Words& w, bool weak) {
  const Words zero{constant_word(0), high_word(0), {0, 0}};
  const auto is = [&](Op o) { return b_.cast(words_compare(o, w, zero), DType::int8); };
  return {b_.make(Op::subtract, DType::int8, {is(Op::greater), is(Op::less)}, {-1, 1}), weak, {}};
}

std::optional<Value> Resolver::quotient_of_words(Op op, Values x) {
  const auto divisor = x[1].number != nullptr ? x[1].number->narrow() : std::nullopt;
  if (!divisor || *divisor <= 1 || *divisor > kSigned.hi) return std::nullopt;
  const int128 d = *divisor;
  const auto w = words_of(x[0]);
  if (!w || (d & (d - 1)) != 0) return std::nullopt;
  if (op == Op::mod) {
    const Range r{0, d - 1};
    const NodeId rest = b_.make(Op::bit_and, DType::uint64, {w->low, constant_word(d - 1)}, r);
    return Value{narrowed(rest, *narrowest(r)), all_weak(x), {}};
  }
  unsigned n = 0;
  while (d >> n != 1) ++n;
  return value_of_words(shift_words(*w, n), all_weak(x));
}

std::optional<Value> Resolver::past_selection(Op op, Values x) {
  if (!follows_words(x)) return std::nullopt;
  const bool past = any_past(x);
  switch (op) {
    case Op::sign:
      if (const auto w = past ? words_of(x[0]) : std::nullopt) return sign_of_words(*w, x[0].weak);
      return std::nullopt;
    case Op::floor_divide:
    case Op::mod: return past ? quotient_of_words(op, x) : std::nullopt;
    case Op::minimum:
    case Op::maximum:
    case Op::clip:
    case Op::where:
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor: break;
    default: return std::nullopt;
  }
  Range r[3];
  for (std::size_t i = 0; i < x.size(); ++i) r[i] = exact_range(x[i]);
  if (!past && narrowest(result_range(info(op).range_rule, std::span<const Range>(r, x.size())))) {
    return std::nullopt;
  }
  const auto w = selected_words(op, x);
  return w ? std::optional(value_of_words(*w, all_weak(x))) : std::nullopt;
}

bool Resolver::follows_words(Values x) const {
  return check_ && policy_.promotion == Promotion::exact && !all_weak(x);
}

void Resolver::follow(Value& result, Op op, Values x) {
  if (!follows_words(x)) return;
  for (const Value& v : x) {
    if (v.number != nullptr && !v.number->narrow()) return;
  }
  std::optional<Range> r;
  const Range a = exact_range(x[0]);
  switch (op) {
    case Op::add:
    case Op::subtract: r = sum_range(op, a, exact_range(x[1])); break;
    case Op::negative: r = sum_range(Op::subtract, {0, 0}, a); break;
    case Op::multiply: r = product_range(a, exact_range(x[1])); break;
    case Op::square: r = product_range(a, a); break;
    default: return;
  }
  if (r && op == Op::square) r->lo = 0;
  if (r && narrowest(*r)) return;
  Past past;
  past.op = op;
  std::copy(x.begin(), x.end(), past.x.begin());
  bool words = true;
  for (const Value& v : x) {
    if (v.past == kNoPast) continue;
    words &= pasts_[v.past].fits_words;
    past.depth = std::max(past.depth, pasts_[v.past].depth);
  }
  past.fits_words = words && r;
  if (!past.fits_words && ++past.depth > kMostFloats) return;
  past.range = r.value_or(Range{op == Op::square ? 0 : -kHuge, kHuge});
  result.past = add_past(past);
}

}  // namespace tightloop::typing
