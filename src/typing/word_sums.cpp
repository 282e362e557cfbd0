// Sums and extremes of integers of 64 bits and more. The sum of n elements is that of their words
// modulo 2^64 and that of their upper halves: what they have below it is under n * 2^32, hence
// known from both. It is exact for up to 2^32 elements per result.
#include <algorithm>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

constexpr Range kWord = range_of(DType::uint64);
constexpr unsigned kCountBits = 32;

/// The range of sums of elements of a range; none where two words do not hold it.
std::optional<Range> total_range(const Range& r) {
  Range out;
  const int128 most = static_cast<int128>(1) << kCountBits;
  const bool lost = __builtin_mul_overflow(std::min<int128>(r.lo, 0), most, &out.lo) ||
                    __builtin_mul_overflow(std::max<int128>(r.hi, 0), most, &out.hi);
  return lost ? std::nullopt : std::optional(out);
}

}  // namespace

Words Resolver::total_of_words(NodeId x, std::uint32_t spec, NodeId& reduction) {
  const DType lane = b_[x].dtype;
  const DType acc = is_signed_int(lane) ? DType::int64 : DType::uint64;
  const Range r = b_[x].range;
  const NodeId half =
      b_.make(Op::shift_right, lane, {x, b_.integer(lane, 32)}, {r.lo >> 32, r.hi >> 32});
  reduction = b_.reduce(Op::sum, acc, x, spec);
  const NodeId upper = b_.reduce(Op::sum, acc, half, spec);
  const NodeId low = word(reduction);
  const NodeId placed = words(Op::shift_left, word(upper), constant_word(32));
  const NodeId carry = bit_word(b_.make(Op::less, DType::bool_, {low, placed}));
  const Range all = range_of(acc);
  const NodeId top =
      b_.make(Op::shift_right, acc, {upper, b_.integer(acc, 32)}, {all.lo >> 32, all.hi >> 32});
  const Range whole = *total_range(r);
  const NodeId high = b_.make(Op::add, DType::int64, {b_.cast(top, DType::int64), carry},
                              {whole.lo >> 64, whole.hi >> 64});
  return {low, high, whole};
}

// high * 2^64 + low in float64, where two words do not hold it: both are sums.
NodeId Resolver::total_of_products(const Words& high, const Words& low) {
  const Words carried{word(low.high), high_word(0), {0, kWord.hi}};
  const Words top = sum_of_words(Op::add, high, carried, high.range.join({0, kWord.hi}));
  const NodeId fits = b_.make(Op::equal, DType::bool_, {top.high, sign_word(top.low)});
  const int128 most = static_cast<int128>(1) << 126;
  const Words whole{low.low, b_.cast(top.low, DType::int64), {-most, most}};
  const NodeId far =
      b_.make(Op::multiply, DType::float64,
              {words_to_float(top, DType::float64), b_.real(DType::float64, 0x1p64)});
  return choose(fits, words_to_float(whole, DType::float64), far, DType::float64, {});
}

Resolver::IntegerTotal Resolver::exact_total(const Value& x, DType acc, std::uint32_t spec) {
  IntegerTotal out;
  const bool wide_elements = !is_bool(dtype(x)) && itemsize(dtype(x)) == 8;
  if (x.past == kNoPast && !wide_elements) {
    out.reduction = b_.reduce(Op::sum, acc, x.id, spec);
    out.value = {out.reduction, false, {}};
    return out;
  }
  const Fit f{acc, range_of(acc), true};
  if (x.past == kNoPast) {
    const Words total = total_of_words(x.id, spec, out.reduction);
    const NodeId id = check_ ? narrowed_words(total, f) : b_.reduce(Op::sum, acc, x.id, spec, true);
    out.value = {id, false, {}, add_past({Op::constant, {}, total.range, true, total})};
    return out;
  }
  Past past{Op::constant, {}, {-kHuge, kHuge}, false, {}};
  const Op op = pasts_[x.past].op;
  const auto w = op == Op::square ? std::nullopt : words_of(x);
  if (!w) {
    NodeId element = kNoNode;
    if (op == Op::square) {
      element =
          b_.make(Op::square, DType::float64, {to_float(pasts_[x.past].x[0], DType::float64)});
    } else {
      element = to_float(x, DType::float64);
    }
    past.real = b_.reduce(Op::sum, DType::float64, element, spec);
    out.reduction = past.real;
    const Value word{x.id, false, {}};
    out.value = {exact_total(word, acc, spec).value.id, false, {}, add_past(past)};
    return out;
  }
  Words total = total_of_words(w->low, spec, out.reduction);
  if (const auto r = total_range(w->range)) {
    const NodeId high = b_.reduce(Op::sum, DType::int64, w->high, spec);
    total.high = b_.make(Op::add, DType::int64, {total.high, high}, {r->lo >> 64, r->hi >> 64});
    total.range = *r;
    out.value = {narrowed_words(total, f),
                 false,
                 {},
                 add_past({Op::constant, {}, total.range, true, total})};
    return out;
  }
  NodeId unused = kNoNode;
  past.real = total_of_products(total_of_words(w->high, spec, unused), total);
  const Value word{x.id, false, {}};
  out.value = {exact_total(word, acc, spec).value.id, false, {}, add_past(past)};
  return out;
}

// The best of the high words first, then the best of the low ones that go with it.
std::optional<Value> Resolver::extreme_of_words(Op op, const Value& x, std::uint32_t spec) {
  const auto w = words_of(x);
  if (!w) return std::nullopt;
  const NodeId high = b_.reduce(op, DType::int64, w->high, spec);
  const NodeId best = b_.make(Op::equal, DType::bool_, {w->high, with_axes(high, spec)});
  const NodeId end = constant_word(op == Op::min ? kWord.hi : 0);
  const NodeId low =
      b_.reduce(op, DType::uint64, choose(best, w->low, end, DType::uint64, kWord), spec);
  return value_of_words({low, high, w->range}, false);
}

}  // namespace tightloop::typing
