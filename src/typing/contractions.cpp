// Contractions: a product of aligned operands and its sum, typed as those two would be; NumPy's
// promotion keeps the dtype of the operands.
#include "typing/resolver.hpp"

namespace tightloop::typing {

// An einsum of several operands is made of sums and products of its own, with its own span.
void Resolver::find_parts() {
  parts_found_ = true;
  const auto is_einsum = [&](const ir::Node& n) {
    return n.op == Op::contract &&
           graph_.contracts()[n.attr].kind == ir::ContractSpec::Kind::labels;
  };
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    const auto user = static_cast<NodeId>(i);
    const ir::Node& n = graph_[user];
    if (!is_einsum(n)) continue;
    for (std::size_t k = 0; k < n.nargs; ++k) {
      const Span own = graph_.span(n.args[k]), whole = graph_.span(user);
      if (is_einsum(graph_[n.args[k]]) && own == whole) parts_.insert(n.args[k]);
    }
  }
  for (NodeId result : graph_.results) parts_.erase(result);
}

DType Resolver::summand(NodeId of, const Value& x) const {
  const auto at = summands_.find(of);
  return at == summands_.end() ? dtype(x) : at->second;
}

// Sums of integers modulo 2^n may be taken of sums modulo 2^64: only the whole is cut.
Value Resolver::in_dtype(const Value& x, DType t) {
  if (!parts_found_) find_parts();
  if (parts_.count(current_) != 0) {
    summands_[current_] = t;
    return x;
  }
  if (is_bool(t)) return {truth(x), false, {}};
  const bool wraps = !range_of(t).contains(range(x));
  if (!check_ || !wraps) return {b_.cast(x.id, t), false, {}};
  return {b_.make(Op::cast, t, {x.id}, range_of(t), true), false, {}};
}

Value Resolver::contraction(const ir::Node& n) {
  const ir::ContractSpec& spec = graph_.contracts()[n.attr];
  const bool sums = graph_.reduces()[spec.sum].all || !graph_.reduces()[spec.sum].axes.empty();
  const bool by_dtype = policy_.promotion == Promotion::numpy;
  Value x = strong(values_[n.args[0]]);
  if (n.nargs == 1) {
    const Value aligned{b_.align(x.id, kNoNode, n.attr, false), false, {}};
    if (!sums) return aligned;
    const Value sum = total(Op::sum, aligned, spec.sum);
    return by_dtype && is_integral(dtype(x)) ? in_dtype(sum, summand(n.args[0], x)) : sum;
  }
  const Value y = strong(values_[n.args[1]]);
  const bool conjugates = spec.kind == ir::ContractSpec::Kind::vdot && is_complex(dtype(x));
  const NodeId left = conjugates ? b_.make(Op::conj, dtype(x), {x.id}) : x.id;
  const Value l{b_.align(left, y.id, n.attr, false), false, {}};
  const Value r{b_.align(y.id, left, n.attr, true), false, {}};
  if (by_dtype) {
    const DType t = promote(summand(n.args[0], x), summand(n.args[1], y));
    const std::uint32_t* sum = sums ? &spec.sum : nullptr;
    return is_integral(t) ? product_in_dtype(l, r, t, sum) : product_of_floats(l, r, t, sum);
  }
  if (sums) {
    if (const auto sum = checked_products(x, y, {l, r}, spec.sum)) return *sum;
  }
  const Value factors[] = {l, r};
  const Value product = arithmetic(Op::multiply, factors);
  return sums ? total(Op::sum, product, spec.sum) : product;
}

std::uint32_t Resolver::all_axes() {
  const auto [at, fresh] =
      plain_.try_emplace(Axes{true, false, false, {}}, static_cast<std::uint32_t>(reduces_.size()));
  if (fresh) reduces_.push_back({true, false, {}});
  return at->second;
}

// Two contractions without a check in them: C modulo 2^64, and F in float64. The sum is C + k *
// 2^64 for the k that brings it nearest to F, if F errs by less than 2^63. Of n products of 32-bit
// integers it does; else n * |x| * |y| (Frobenius), with n roundings in each, says whether it does.
// If not, a product is far past 64 bits.
std::optional<Value> Resolver::checked_products(const Value& x, const Value& y,
                                                const std::array<Value, 2>& aligned,
                                                std::uint32_t spec) {
  const bool exact = check_ && policy_.promotion == Promotion::exact;
  if (!exact || !all_integral(aligned)) return std::nullopt;
  const Range r[] = {range(x), range(y)};
  const Range product = result_range(RangeRule::multiply, r);
  const auto lane = narrowest(product);
  if (lane && itemsize(*lane) < 8) return std::nullopt;
  const DType t = product.lo < 0 ? DType::int64 : DType::uint64;
  const auto sum_in = [&](DType in, const Range& held) {
    const NodeId left = b_.cast(aligned[0].id, in), right = b_.cast(aligned[1].id, in);
    return b_.reduce(Op::sum, in, b_.make(Op::multiply, in, {left, right}, held), spec);
  };
  const DType f = DType::float64;
  const NodeId sum = sum_in(t, lane ? product : range_of(t));
  const NodeId real = sum_in(f, {});
  const NodeId gap = b_.make(Op::subtract, f, {real, b_.cast(sum, f)});
  const NodeId times =
      b_.make(Op::round, f, {b_.make(Op::multiply, f, {gap, b_.real(f, 0x1p-64)})});
  const NodeId k = b_.make(Op::cast, DType::int64, {times}, range_of(DType::int64));
  const NodeId sign = t == DType::int64 ? sign_word(sum) : high_word(0);
  const int128 most = static_cast<int128>(1) << 126;
  const Words total{word(sum),
                    b_.make(Op::add, DType::int64, {sign, k}, range_of(DType::int64)),
                    {t == DType::int64 ? -most : 0, most}};
  const Fit fit{t, range_of(t), true};
  if (itemsize(dtype(x)) <= 4 && itemsize(dtype(y)) <= 4) {
    return Value{narrowed_words(total, fit),
                 false,
                 {},
                 add_past({Op::constant, {}, total.range, true, total})};
  }
  const auto squares = [&](const Value& v) {
    return b_.reduce(Op::sum, f, b_.make(Op::square, f, {b_.cast(v.id, f)}), all_axes());
  };
  const NodeId sizes = b_.make(
      Op::multiply, f, {b_.make(Op::sqrt, f, {squares(x)}), b_.make(Op::sqrt, f, {squares(y)})});
  const NodeId n = b_.make(Op::extent, f, {sum});
  const NodeId error = b_.make(Op::multiply, f, {sizes, n});
  const NodeId sure = b_.make(Op::less, DType::bool_, {error, b_.real(f, 0x1p112)});
  const NodeId wanted = t == DType::int64 ? sign : high_word(0);
  const NodeId lost = b_.make(Op::not_equal, DType::bool_, {total.high, wanted});
  const NodeId bad = logical(Op::logical_or, lost, logical_not(sure));
  Past past{Op::constant, {}, {-kHuge, kHuge}, false, {}};
  past.real = choose(sure, words_to_float(total, f), real, f, {});
  return Value{reported(sum, bad, fit), false, {}, add_past(past)};
}

Value Resolver::product_in_dtype(const Value& x, const Value& y, DType t,
                                 const std::uint32_t* sum) {
  const Value factors[] = {x, y};
  const Value product = exact_integer(Op::multiply, factors);
  return in_dtype(sum != nullptr ? total(Op::sum, product, *sum) : product, t);
}

Value Resolver::product_of_floats(const Value& x, const Value& y, DType t,
                                  const std::uint32_t* sum) {
  const Value factors[] = {{to_float(x, t), false, {}}, {to_float(y, t), false, {}}};
  if (sum == nullptr) return arithmetic(Op::multiply, factors);
  // Of the half types only the sum is rounded.
  const NodeId product = b_.make(Op::multiply, t, {factors[0].id, factors[1].id});
  return total(Op::sum, {product, false, {}}, *sum);
}

}  // namespace tightloop::typing
