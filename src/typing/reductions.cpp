// Reductions: accumulator dtypes, where=, initial= and the skipping of NaN in terms of element-wise
// operations, sums of 64-bit integers that notice overflow.
#include <cmath>
#include <complex>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

Scalar negative_zero(DType t) {
  return is_complex(t) ? Scalar::of(std::complex<double>(-0.0, -0.0)) : Scalar::of(-0.0);
}

/// The reduction that a nan... reduction is over what is not NaN; none for others.
std::optional<Op> skipping(Op op) {
  switch (op) {
    case Op::nansum: return Op::sum;
    case Op::nanprod: return Op::prod;
    case Op::nanmin: return Op::min;
    case Op::nanmax: return Op::max;
    case Op::nanmean: return Op::mean;
    case Op::nanvar: return Op::var;
    case Op::nanstd: return Op::std;
    case Op::nanargmin: return Op::argmin;
    case Op::nanargmax: return Op::argmax;
    default: return std::nullopt;
  }
}

/// True for reductions whose results are floats, whatever they reduce.
bool is_average(Op op) {
  return op == Op::mean || op == Op::var || op == Op::std || op == Op::norm || op == Op::logsumexp;
}

}  // namespace

Resolver::Reduction Resolver::gathered(const ir::Node& n) {
  const ir::ReduceSpec& spec = graph_.reduces()[n.attr];
  Reduction r;
  r.op = skipping(n.op).value_or(n.op);
  Value operand = values_[n.args[0]];
  if (beyond_words(operand) && is_average(r.op)) {
    operand = {to_float(operand, DType::float64), false, {}};
  }
  r.x = policy_.promotion == Promotion::numexpr ? numexpr_result(operand) : strong(operand);
  r.ddof = spec.ddof;
  r.spec = axes_of(n.attr);
  r.has_where = spec.where;
  if (spec.where) r.mask = truth(values_[n.args[1]]);
  if (spec.initial) r.initial = values_[n.args[n.nargs - std::size_t{1}]];
  if (r.initial && beyond_words(*r.initial) && is_integral(dtype(r.x))) no_dtype(*r.initial);
  r.skips_nan = r.op != n.op && !is_integral(dtype(r.x));
  if (r.skips_nan) {
    const NodeId number = logical_not(b_.make(Op::isnan, DType::bool_, {r.x.id}));
    r.mask = spec.where ? logical(Op::logical_and, r.mask, number) : number;
  }
  return r;
}

Value Resolver::reduction(const ir::Node& n) {
  const OpInfo& row = info(n.op);
  if (!row.accepts_complex && !row.complex_by_parts) {
    reject_complex(n.op, {&values_[n.args[0]], 1});
  }
  const Reduction r = gathered(n);
  if (row.complex_by_parts && has_complex({&r.x, 1})) return of_complex_parts(r);
  switch (r.op) {
    case Op::sum:
    case Op::prod: return total(r.op, r);
    case Op::mean: return mean(r);
    case Op::var: return deviation(r, false);
    case Op::std: return deviation(r, true);
    case Op::norm: return norm(r);
    case Op::logsumexp: return log_sum_exp(r);
    case Op::min:
    case Op::max: return extreme(r.op, r);
    case Op::ptp: return spread(r);
    case Op::any:
    case Op::all:
    case Op::count_nonzero: return counted(r.op, r);
    case Op::argmin:
    case Op::argmax: return position(r.op, r);
    default: break;
  }
  throw Error(ErrorCode::internal, "'" + spelling(n.op) + "' has no reduction rule");
}

NodeId Resolver::watched(NodeId sum) {
  if (!policy_.report_events) return sum;
  // x + -0 is x; kernels look at accumulators where they read them.
  return b_.make(Op::add, b_[sum].dtype,
                 {sum, b_.constant(negative_zero(b_[sum].dtype), b_[sum].dtype, {})});
}

std::uint32_t Resolver::axes_of(std::uint32_t attr) {
  if (plain_.empty()) {
    for (std::size_t i = 0; i < reduces_.size(); ++i) {
      const ir::ReduceSpec& s = reduces_[i];
      if (s.where || s.initial || s.ddof != 0) continue;
      plain_.try_emplace(Axes{s.all, s.keepdims, false, s.axes}, static_cast<std::uint32_t>(i));
    }
  }
  const ir::ReduceSpec& from = reduces_[attr];
  const auto [at, fresh] =
      plain_.try_emplace(Axes{from.all, from.keepdims, from.initial, from.axes},
                         static_cast<std::uint32_t>(reduces_.size()));
  if (fresh) {
    ir::ReduceSpec plain{from.all, from.keepdims, from.axes};
    plain.initial = from.initial;
    reduces_.push_back(std::move(plain));
  }
  return at->second;
}

NodeId Resolver::selected(const Reduction& r, double otherwise) {
  if (r.mask == kNoNode) return r.x.id;
  const DType t = dtype(r.x);
  Range range;
  NodeId fill = kNoNode;
  if (is_integral(t)) {
    const auto value = static_cast<int128>(otherwise);
    fill = b_.integer(t, value);
    range = b_[r.x.id].range.join({value, value});
  } else {
    fill = b_.real(t, otherwise);
  }
  return b_.make(Op::where, t, {r.mask, r.x.id, fill}, range);
}

Value Resolver::selected_value(const Reduction& r, int otherwise) {
  if (r.mask == kNoNode) return {r.x.id, false, {}, r.x.past};
  if (r.x.past == kNoPast) return {selected(r, otherwise), false, {}};
  const Value choice[] = {{r.mask, false, {}}, r.x, integer_literal(otherwise)};
  return exact_integer(Op::where, choice);
}

NodeId Resolver::full_mask(const Reduction& r) {
  return r.has_where ? filled(r.mask, r.x.id) : r.mask;
}

Value Resolver::total(Op op, const Value& x, std::uint32_t attr) {
  Reduction r;
  r.op = op;
  r.x = x;
  r.spec = axes_of(attr);
  return total(op, r);
}

Value Resolver::total(Op op, const Reduction& r) {
  const Value x = selected_value(r, op == Op::sum ? 0 : 1);
  Reduction whole = r;
  whole.x = x;
  const Value both[] = {x, r.initial.value_or(x)};
  if (const auto t = common_float(both)) return float_total(op, whole, *t);
  const bool by_dtype = policy_.promotion != Promotion::exact;
  const auto has_sign = [&](const Value& v) {
    return by_dtype ? !is_unsigned_int(dtype(v)) : exact_range(v).lo < 0;
  };
  const bool is_signed = has_sign(x) || (r.initial && !by_dtype && has_sign(*r.initial));
  const DType acc = is_signed ? DType::int64 : DType::uint64;
  const Value sum = integer_total(op, x, acc, r.spec);
  const bool keeps = policy_.promotion == Promotion::numexpr && dtype(x) == DType::int32;
  if (!r.initial) return keeps ? Value{b_.cast(sum.id, DType::int32), false, {}} : sum;
  const Op with = op == Op::sum ? Op::add : Op::multiply;
  Value seeded{
      b_.make(with, acc, {sum.id, b_.cast(r.initial->id, acc)}, range_of(acc), true), false, {}};
  const Value terms[] = {sum, *r.initial};
  follow(seeded, with, terms);
  return seeded;
}

bool Resolver::may_be_negative_zero(NodeId x) const {
  const Scalar* s = b_.constant_of(x);
  if (s == nullptr) return true;
  if (s->dtype != DType::complex128) return *s == negative_zero(s->dtype);
  const auto z = s->as<std::complex<double>>();
  const auto negative = [](double part) { return part == 0 && std::signbit(part); };
  return negative(z.real()) || negative(z.imag());
}

// The sum of nothing is +0, which an initial -0 would be lost in. What is NaN and skipped adds 0.
NodeId Resolver::or_seed(const Reduction& r, NodeId reduced, NodeId seed, NodeId sum) {
  Reduction added = r;
  if (r.skips_nan && !r.has_where) added.mask = kNoNode;
  const NodeId none =
      b_.make(Op::equal, DType::bool_, {count(added, reduced), b_.real(DType::float64, 0.0)});
  return b_.make(Op::where, b_[sum].dtype, {none, seed, sum});
}

// What is added and multiplied is float64, and rounded once.
Value Resolver::float_total(Op op, const Reduction& r, DType t) {
  const DType lane = is_complex(t) ? DType::complex128 : DType::float64;
  NodeId sum = kNoNode;
  NodeId reduced = kNoNode;
  if (is_integral(dtype(r.x))) {
    const bool is_signed = exact_range(r.x).lo < 0;
    const Value total = integer_total(op, r.x, is_signed ? DType::int64 : DType::uint64, r.spec);
    reduced = total.id;
    sum = to_float(total, lane);
  } else {
    const DType acc = is_complex(dtype(r.x)) ? DType::complex128 : DType::float64;
    reduced = b_.reduce(op, acc, r.x.id, r.spec);
    sum = b_.cast(watched(reduced), lane);
  }
  if (r.initial) {
    const NodeId seed = to_float(*r.initial, lane);
    const bool kept = op == Op::sum && may_be_negative_zero(seed) && is_reduction(b_[reduced].op);
    sum = b_.make(op == Op::sum ? Op::add : Op::multiply, lane, {sum, seed});
    if (kept) sum = or_seed(r, reduced, seed, sum);
  }
  if (!is_half(t)) return {b_.cast(sum, t), false, {}};
  const bool rounds_to_half = policy_.promotion == Promotion::numpy;
  return {rounds_to_half ? b_.round_half(sum, t) : b_.cast(sum, DType::float32), false, {}};
}

Value Resolver::integer_total(Op op, const Value& x, DType acc, std::uint32_t spec) {
  if (op == Op::prod) return {b_.reduce(op, acc, x.id, spec, true), false, {}};
  Value sum = exact_total(x, acc, spec).value;
  if (!check_ || policy_.promotion != Promotion::exact) sum.past = kNoPast;
  return sum;
}

// Without an initial value, where all is NaN the result is, too.
Value Resolver::extreme(Op op, const Reduction& r) {
  if (r.initial) return seeded_extreme(op, r);
  if (r.has_where) {
    fail(ErrorCode::value, "'" + spelling(graph_[current_].op) + "' with where= needs initial=",
         "say what it is where nothing is selected: " + spelling(op) + "(x, where=m, initial=0)");
  }
  const DType t = dtype(r.x);
  const double worst = op == Op::min ? HUGE_VAL : -HUGE_VAL;
  if (r.x.past != kNoPast) {
    if (const auto found = extreme_of_words(op, r.x, r.spec)) return *found;
  }
  const NodeId found = b_.reduce(op, t, selected(r, worst), r.spec);
  if (!r.skips_nan) return {found, false, {}};
  const NodeId some = b_.reduce(Op::any, DType::bool_, r.mask, r.spec);
  return {b_.make(Op::where, t, {some, found, b_.real(t, std::nan(""))}), false, {}};
}

// The initial value takes the place of what does not count: the lane holds both, and the identity
// of an empty reduction gives way to it.
Value Resolver::seeded_extreme(Op op, const Reduction& r) {
  if (r.skips_nan && is_float(dtype(*r.initial))) {
    const NodeId missing = b_.make(Op::isnan, DType::bool_, {r.initial->id});
    const Scalar* known = b_.constant_of(missing);
    if (known == nullptr || known->as<bool>()) return skipping_seed(op, r, missing);
  }
  const Value all{b_.integer(DType::bool_, 1), true, {}};
  const Value masked = r.mask == kNoNode ? all : Value{r.mask, false, {}};
  const Value choice[] = {masked, r.x, *r.initial};
  const Op pick = op == Op::min ? Op::minimum : Op::maximum;
  if (all_integral(Values(choice).subspan(1)) && !narrowest(range(r.x).join(range(*r.initial)))) {
    // No 64 bits hold both: the extreme of x first, from its own type's end.
    const Range own = range_of(dtype(r.x));
    const NodeId end = b_.integer(dtype(r.x), op == Op::min ? own.hi : own.lo);
    const NodeId x = r.mask == kNoNode ? r.x.id : choose(r.mask, r.x.id, end, dtype(r.x), own);
    const Value both[] = {{b_.reduce(op, dtype(r.x), x, r.spec), false, {}}, *r.initial};
    return select(pick, both);
  }
  const Value joined = where(choice);
  const DType t = dtype(joined);
  if (is_complex(t)) {
    Reduction whole = r;
    whole.x = {b_.cast(r.x.id, t), false, {}};
    return of_complex_parts(whole);
  }
  const Range range = b_[joined.id].range;
  const NodeId x = r.mask == kNoNode ? b_.cast(r.x.id, t) : joined.id;
  const NodeId found = b_.reduce(op, t, x, r.spec);
  const NodeId seed = is_half(t) ? to_compared(*r.initial, t) : b_.cast(r.initial->id, t);
  if (is_bool(t)) {
    return {logical(op == Op::min ? Op::logical_and : Op::logical_or, found, seed), false, {}};
  }
  return {b_.make(pick, t, {found, seed}, range), false, {}};
}

// A NaN to start from counts as little as others: the worst takes its place, and if nothing else
// counts the result is NaN.
Value Resolver::skipping_seed(Op op, const Reduction& r, NodeId missing) {
  const DType from = is_half(dtype(*r.initial)) ? DType::float32 : dtype(*r.initial);
  Reduction plain = r;
  plain.skips_nan = false;
  plain.initial = Value{
      choose(missing, b_.real(from, op == Op::min ? HUGE_VAL : -HUGE_VAL), r.initial->id, from, {}),
      r.initial->weak,
      {}};
  const Value found = seeded_extreme(op, plain);
  const NodeId some = b_.reduce(Op::any, DType::bool_, r.mask, r.spec);
  const NodeId counts = logical(Op::logical_or, some, logical_not(missing));
  const DType t = dtype(found);
  return {choose(counts, found.id, b_.real(t, std::nan("")), t, {}), false, {}};
}

Value Resolver::spread(const Reduction& r) {
  const Value ends[] = {extreme(Op::max, r), extreme(Op::min, r)};
  const bool as_numpy = policy_.promotion == Promotion::numpy && is_integral(dtype(r.x));
  return as_numpy ? arithmetic(Op::subtract, ends) : absolute_difference(ends);
}

Value Resolver::counted(Op op, const Reduction& r) {
  NodeId x = truth(r.x);
  if (r.has_where) {
    x = op == Op::all ? logical(Op::logical_or, x, logical_not(r.mask))
                      : logical(Op::logical_and, x, r.mask);
  }
  if (op == Op::count_nonzero) return {b_.reduce(Op::sum, DType::int64, x, r.spec), false, {}};
  return {b_.reduce(op, DType::bool_, x, r.spec), false, {}};
}

// Where NaN is skipped an infinity takes its place, and if the extreme is that infinity, only
// infinities remain: the first of them is the first that is not NaN.
Value Resolver::position(Op op, const Reduction& r) {
  const double worst = op == Op::argmin ? HUGE_VAL : -HUGE_VAL;
  const NodeId x = selected(r, worst);
  const NodeId at = b_.reduce(op, DType::int64, x, r.spec);
  if (!r.skips_nan) return {at, false, {}};
  const DType t = dtype(r.x);
  const Range all = range_of(DType::int64);
  const NodeId some = b_.reduce(Op::any, DType::bool_, r.mask, r.spec);
  const NodeId first = b_.reduce(Op::argmax, DType::int64, r.mask, r.spec);
  const NodeId best = b_.reduce(op == Op::argmin ? Op::min : Op::max, t, x, r.spec);
  const NodeId is_worst = b_.make(Op::equal, DType::bool_, {best, b_.real(t, worst)});
  const NodeId found = b_.make(Op::where, DType::int64, {is_worst, first, at}, all);
  return {b_.make(Op::where, DType::int64, {some, found, b_.integer(DType::int64, -1)}, all),
          false,
          {}};
}

}  // namespace tightloop::typing
