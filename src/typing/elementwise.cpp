// The type rule of each family of element-wise operations: which lanes it is computed in.
#include <algorithm>

#include "typing/resolver.hpp"

namespace tightloop::typing {

bool Resolver::exact(Values x) const {
  return policy_.promotion == Promotion::exact || all_weak(x);
}

bool Resolver::all_integral(Values x) const {
  return std::all_of(x.begin(), x.end(), [&](const Value& v) { return is_integral(dtype(v)); });
}

bool Resolver::all_bool(Values x) const {
  return std::all_of(x.begin(), x.end(), [&](const Value& v) { return is_bool(dtype(v)); });
}

bool Resolver::all_weak(Values x) {
  return std::all_of(x.begin(), x.end(), [](const Value& v) { return v.weak; });
}

NodeId Resolver::node(Op op, DType t, const std::vector<NodeId>& args, const Range& r,
                      bool may_wrap) {
  switch (args.size()) {
    case 1: return b_.make(op, t, {args[0]}, r, may_wrap);
    case 2: return b_.make(op, t, {args[0], args[1]}, r, may_wrap);
    default: return b_.make(op, t, {args[0], args[1], args[2]}, r, may_wrap);
  }
}

NodeId Resolver::choose(NodeId c, NodeId x, NodeId y, DType t, const Range& r) {
  return b_.make(Op::where, t, {c, b_.cast(x, t), b_.cast(y, t)}, r);
}

NodeId Resolver::filled(NodeId constant, NodeId x) {
  if (b_[x].op == Op::constant) return constant;
  const ir::TypedNode n = b_[constant];
  return b_.make(Op::where, n.dtype, {b_.integer(DType::bool_, 1), constant, b_.cast(x, n.dtype)},
                 n.range);
}

void Resolver::fail(ErrorCode code, const std::string& message, const std::string& hint) const {
  throw Error(code, message, graph_.span(current_), hint);
}

void Resolver::undefined(Op op, DType t, const std::string& hint) const {
  fail(ErrorCode::type, spelling(op) + " is not defined for " + std::string(name(t)), hint);
}

bool Resolver::has_complex(Values x) const {
  return std::any_of(x.begin(), x.end(), [&](const Value& v) { return is_complex(dtype(v)); });
}

void Resolver::reject_complex(Op op, Values x) const {
  for (const Value& v : x) {
    if (is_complex(dtype(v))) undefined(op, dtype(v), "take abs(x), real(x) or imag(x) first");
  }
}

Value Resolver::arithmetic(Op op, Values x) {
  if (const auto t = common_float(x)) return floating(op, *t, x);
  return exact(x) ? exact_integer(op, x) : numpy_integer(op, x);
}

Value Resolver::divide(Values x) {
  if (const auto quotient = literal_quotient(x)) return *quotient;
  return floating(Op::divide, common_float(x).value_or(DType::float64), x);
}

Value Resolver::negate(Op op, const Value& x) {
  const bool numpy_bool = is_bool(dtype(x)) && !exact({&x, 1});
  if (op == Op::conj && numpy_bool) return {b_.cast(x.id, DType::int8), false, {}};
  if (op == Op::conj && !is_complex(dtype(x))) return x;
  if (op == Op::conj) return floating(op, dtype(x), {&x, 1});
  if (numpy_bool) {
    undefined(op, DType::bool_, op == Op::negative ? "use ~x for logical negation" : "");
  }
  if (!is_integral(dtype(x))) return op == Op::positive ? x : floating(op, dtype(x), {&x, 1});
  if (op == Op::positive) {
    if (is_bool(dtype(x))) return {b_.cast(x.id, DType::uint8), x.weak, x.number};
    return x;
  }
  return arithmetic(op, {&x, 1});
}

Value Resolver::absolute_difference(Values x) {
  if (all_integral(x)) return exact_absdiff(x[0], x[1]);
  return floating(Op::absdiff, *common_float(x), x);
}

NodeId Resolver::truth(const Value& x) {
  if (x.number != nullptr) return b_.integer(DType::bool_, x.number->is_zero() ? 0 : 1);
  if (x.past == kNoPast) return b_.cast(x.id, DType::bool_);
  const auto w = words_of(x);
  if (!w) return b_.cast(past_to_float(x.past, DType::float64), DType::bool_);
  return b_.cast(words(Op::bit_or, w->low, word(w->high)), DType::bool_);
}

Value Resolver::logic(Op op, Values x) {
  std::vector<NodeId> args;
  for (const Value& v : x) args.push_back(truth(v));
  return {node(op, DType::bool_, args), all_weak(x), {}};
}

Value Resolver::bits(Op op, Values x) {
  for (const Value& v : x) {
    if (!is_integral(dtype(v))) {
      const bool shift = op == Op::shift_left || op == Op::shift_right;
      undefined(op, dtype(v),
                shift ? "multiply by a power of two, or convert with astype(x, 'int64')"
                      : "convert with astype(x, 'int64'), or use 'and', 'or', 'not' for logic");
    }
  }
  const bool shift = op == Op::shift_left || op == Op::shift_right;
  if (!shift && all_bool(x)) {
    const Op on_truth = op == Op::bit_and  ? Op::logical_and
                        : op == Op::bit_or ? Op::logical_or
                                           : Op::logical_xor;
    return logic(on_truth, x);
  }
  if (!exact(x)) return numpy_integer(op, x);
  return shift ? exact_shift(op, x[0], x[1]) : exact_integer(op, x);
}

Value Resolver::invert(const Value& x) {
  if (is_bool(dtype(x))) return logic(Op::logical_not, {&x, 1});
  if (!is_integer(dtype(x))) {
    undefined(Op::invert, dtype(x), "convert with astype(x, 'int64'), or use 'not' for logic");
  }
  return exact_invert(x);
}

Value Resolver::magnitude(const Value& x) {
  const DType t = dtype(x);
  if (is_complex(t)) {
    return {b_.make(Op::abs, real_part(t), {x.id}), x.weak, {}};
  }
  if (is_float(t)) return floating(Op::abs, t, {&x, 1});
  if (is_bool(t) || is_unsigned_int(t)) return x;
  return exact({&x, 1}) ? exact_magnitude(x) : numpy_magnitude(x);
}

Value Resolver::sign(const Value& x) {
  if (!is_integral(dtype(x))) return floating(Op::sign, dtype(x), {&x, 1});
  if (exact({&x, 1})) return exact_integer(Op::sign, {&x, 1});
  return numpy_integer(Op::sign, {&x, 1});
}

Value Resolver::rounding(Op op, const Value& x) {
  const bool numpy_bool = is_bool(dtype(x)) && !exact({&x, 1});
  if (numpy_bool && op == Op::round) return floating(op, DType::float16, {&x, 1});
  return is_integral(dtype(x)) ? x : floating(op, dtype(x), {&x, 1});
}

Value Resolver::select(Op op, Values x) {
  if (const auto t = common_float(x)) return floating(op, *t, x);
  if (!all_bool(x)) return arithmetic(op, x);
  if (op == Op::clip) {
    const NodeId low = logical(Op::logical_or, x[0].id, x[1].id);
    return {logical(Op::logical_and, low, x[2].id), all_weak(x), {}};
  }
  const bool smaller = op == Op::minimum || op == Op::fmin;
  return logic(smaller ? Op::logical_and : Op::logical_or, x);
}

Value Resolver::where(Values x) {
  const NodeId c = truth(x[0]);
  const Values both = x.subspan(1);
  if (x[0].number != nullptr && both[0].number != nullptr && both[1].number != nullptr) {
    return both[x[0].number->is_zero() ? 1 : 0];
  }
  const bool weak = all_weak(x);
  if (const auto t = common_float(both)) {
    return {choose(c, to_compared(both[0], *t), to_compared(both[1], *t), *t, {}), weak, {}};
  }
  if (all_bool(both)) {
    return {choose(c, both[0].id, both[1].id, DType::bool_, {0, 1}), weak, {}};
  }
  if (!exact(x)) {
    if (all_weak(both)) {
      const Value args[] = {x[0], strong(both[0]), strong(both[1])};
      return where(args);
    }
    const DType t = numpy_dtype(both);
    const Range r = is_integral(t) ? range(both[0]).join(range(both[1])) : Range{};
    const Range held = is_integral(t) ? fit_into(r, t).range : Range{};
    // NumPy's where is the one function that makes an integer scalar fit.
    const auto operand = [&](const Value& v) {
      const bool wraps = v.weak && is_integral(t) && !beyond_words(v) && !check_;
      return wraps ? b_.cast(v.id, t) : numpy_operand(v, t);
    };
    return {choose(c, operand(both[0]), operand(both[1]), t, held), weak, {}};
  }
  const Value args[] = {{c, x[0].weak, {}}, both[0], both[1]};
  return exact_integer(Op::where, args);
}

DType Resolver::real_dtype(Values x) const {
  if (const auto t = common_float(x)) return *t;
  if (exact(x)) return DType::float64;
  DType t = DType::float16;
  bool only_bools = true, weak_integers = false;
  for (const Value& v : x) {
    weak_integers |= v.weak && is_integer(dtype(v));
    only_bools &= v.weak || is_bool(dtype(v));
    if (!v.weak) t = promote(t, numpy_float_of(dtype(v)));
  }
  if (only_bools && weak_integers) return DType::float64;  // as a bool with int64
  return t;
}

Value Resolver::real(Op op, Values x) {
  return floating(op, real_dtype(x), x);
}

Value Resolver::combine(Values x) {
  const DType t = common_float(x).value_or(DType::float64);
  const DType part = t == DType::float64 ? t : DType::float32;
  const DType whole = t == DType::float64 ? DType::complex128 : DType::complex64;
  const NodeId re = to_float(x[0], part), im = to_float(x[1], part);
  return {b_.make(Op::make_complex, whole, {re, im}), all_weak(x), {}};
}

Value Resolver::count_bits(const Value& x) {
  if (!is_integral(dtype(x))) {
    undefined(Op::popcount, dtype(x), "convert with astype(x, 'int64'), or use bitcast");
  }
  if (const auto literal = literal_result(RangeRule::popcount, {&x, 1})) return *literal;
  if (is_bool(dtype(x))) return {b_.cast(x.id, DType::uint8), x.weak, {}};
  const NodeId size = exact_magnitude(x).id;
  const DType lane = unsigned_twin(dtype(x));
  const Range r = b_[size].range;
  const NodeId count = b_.make(Op::popcount, lane, {b_.cast(size, lane)},
                               result_range(RangeRule::popcount, {&r, 1}));
  return {b_.cast(count, DType::uint8), x.weak, {}};
}

Value Resolver::classify(Op op, const Value& x) {
  if (!is_integral(dtype(x))) return {b_.make(op, DType::bool_, {x.id}), x.weak, {}};
  if (op == Op::signbit && x.past != kNoPast) {
    const Value sides[] = {x, integer_literal(0)};
    return compare(Op::less, sides);
  }
  if (op == Op::signbit && typed(x).range.lo < 0) return {is_negative(x.id), x.weak, {}};
  const bool value = op == Op::isfinite;
  return {filled(b_.integer(DType::bool_, value ? 1 : 0), x.id), x.weak, {}};
}

Value Resolver::component(Op op, const Value& x) {
  const DType t = dtype(x);
  if (is_complex(t)) return {b_.make(op, real_part(t), {x.id}), x.weak, {}};
  if (op == Op::real) return x;
  const NodeId zero = is_integral(t) ? b_.integer(t, 0) : b_.real(t, 0.0);
  return {filled(zero, x.id), x.weak, {}};
}

}  // namespace tightloop::typing
