// NumPy's promotion of integers and bools (NEP 50): the dtypes decide, values wrap in their lane.
#include "typing/resolver.hpp"

namespace tightloop::typing {

DType Resolver::numpy_dtype(Values x) const {
  std::optional<DType> t;
  WeakKind weak = WeakKind::none;
  for (const Value& v : x) {
    if (v.weak) {
      weak = std::max(weak, weak_kind(dtype(v)));
    } else {
      t = t ? promote(*t, dtype(v)) : dtype(v);
    }
  }
  if (!t || (is_bool(*t) && weak == WeakKind::integer)) return DType::int64;
  return *t;
}

NodeId Resolver::numpy_operand(const Value& x, DType t) {
  if (!is_integral(t)) return to_float(x, t);
  const Range all = range_of(t);
  if (x.number != nullptr && !holds(t, *x.number)) {
    fail(ErrorCode::value,
         "Python integer " + shortened(*x.number) + " out of bounds for " + std::string(name(t)));
  }
  if (x.weak && (range(x).lo > all.hi || range(x).hi < all.lo)) {
    fail(ErrorCode::value, "the integer scalar in " + spelling(graph_[current_].op) +
                               " is out of bounds for " + std::string(name(t)));
  }
  const NodeId cast = b_.cast(x.id, t);
  if (!check_ || all.contains(range(x))) return cast;
  // A weak scalar whose value is not known yet: it must be within the dtype's bounds.
  NodeId bad = b_.integer(DType::bool_, 0);
  if (range(x).hi > all.hi) bad = compare_integers(Op::greater, x.id, b_.integer(t, all.hi));
  if (range(x).lo < all.lo) {
    bad = logical(Op::logical_or, bad, compare_integers(Op::less, x.id, b_.integer(t, all.lo)));
  }
  return reported(cast, bad, {t, all, true});
}

Value Resolver::numpy_integer(Op op, Values x) {
  const DType t = numpy_dtype(x);
  const TypeRule rule = info(op).type_rule;
  if (!is_integral(t)) {
    if (rule == TypeRule::bits || rule == TypeRule::shift) {
      fail(ErrorCode::type,
           spelling(op) + " is not defined for " + std::string(name(dtype(x[0]))) + " and " +
               std::string(name(dtype(x[1]))) + ", which promote to " + std::string(name(t)),
           "convert one of them with astype, or use promotion='exact'");
    }
    return floating(op, t, x);
  }
  return is_bool(t) ? numpy_bool(op, x) : numpy_lane(op, t, x);
}

Value Resolver::numpy_bool(Op op, Values x) {
  switch (op) {
    case Op::add: return logic(Op::logical_or, x);
    case Op::multiply: return logic(Op::logical_and, x);
    case Op::fma: {
      const Value terms[] = {logic(Op::logical_and, x.first(2)), x[2]};
      return logic(Op::logical_or, terms);
    }
    case Op::subtract: undefined(op, DType::bool_, "use x ^ y for logical difference");
    case Op::sign: undefined(op, DType::bool_, "convert with astype(x, 'int8')");
    default: return numpy_lane(op, DType::int8, x);
  }
}

Value Resolver::numpy_lane(Op op, DType t, Values x) {
  if (op == Op::fma) {
    const Value terms[] = {numpy_lane(Op::multiply, t, x.first(2)), x[2]};
    return numpy_lane(Op::add, t, terms);
  }
  if (op == Op::fmod) {
    const Value operands[] = {{numpy_operand(x[0], t), false, {}},
                              {numpy_operand(x[1], t), false, {}}};
    return {signed_remainder(operands[0], operands[1], t, range_of(t)), all_weak(x), {}};
  }
  if (op == Op::fmin) op = Op::minimum;
  if (op == Op::fmax) op = Op::maximum;
  std::vector<NodeId> args;
  Range r[3];
  for (std::size_t i = 0; i < x.size(); ++i) {
    args.push_back(numpy_operand(x[i], t));
    r[i] = b_[args[i]].range;
  }
  const Range exact = result_range(info(op).range_rule, std::span<const Range>(r, x.size()));
  const Fit f = fit_into(exact, t);
  return {node(op, t, args, f.range, check_ && f.wraps), all_weak(x), {}};
}

Value Resolver::numpy_magnitude(const Value& x) {
  const DType t = dtype(x);
  const Range r = range(x);
  const Fit f = fit_into(result_range(RangeRule::abs, {&r, 1}), t);
  if (check_ && f.wraps) {
    const NodeId negated = b_.make(Op::negative, t, {x.id}, range_of(t), true);
    return {choose(is_negative(x.id), negated, x.id, t, f.range), false, {}};
  }
  return {b_.cast(exact_magnitude(x).id, t), false, {}};
}

Value Resolver::numpy_power(Values x) {
  DType t = numpy_dtype(x);
  if (!is_integral(t)) return power_in(t, x);
  if (is_bool(t)) t = DType::int8;
  if ((x[1].number != nullptr && x[1].number->is_negative()) || (x[1].weak && range(x[1]).hi < 0)) {
    fail(ErrorCode::value, "integers to negative integer powers are not allowed",
         "convert the base with astype(x, 'float64')");
  }
  const NodeId base = numpy_operand(x[0], t);
  const auto n = constant_exponent(x[1]);
  numpy_operand(x[1], t);
  if (n == 0) return {filled(b_.integer(t, 1), base), false, {}};
  if (!n || *n < 0 || *n > 8) return numpy_lane(Op::pow, t, x);
  return integer_repeated(base, static_cast<unsigned>(*n), t, false);
}

Value Resolver::strong(const Value& x) {
  if (!x.weak) return x;
  if (beyond_words(x)) no_dtype(x);
  const DType t = dtype(x);
  if (policy_.promotion == Promotion::exact || !is_integer(t)) return {x.id, false, {}};
  const bool holds = range_of(DType::int64).contains(range(x));
  return {b_.cast(x.id, holds ? DType::int64 : DType::uint64), false, {}};
}

}  // namespace tightloop::typing
