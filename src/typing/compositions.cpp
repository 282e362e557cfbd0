// Rows of the op table that are written as other rows: one expansion each, in the float type of the
// operands where functions are involved. Back ends never see these operations.

#include "typing/resolver.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {
namespace {

/// Writes nodes that are computed in one lane.
class Lanes {
 public:
  Lanes(Builder& builder, DType lane) : b_(builder), lane_(lane) {}
  NodeId number(double value) { return b_.real(lane_, value); }
  NodeId operator()(Op op, NodeId x) { return b_.make(op, lane_, {x}); }
  NodeId operator()(Op op, NodeId x, NodeId y) { return b_.make(op, lane_, {x, y}); }
  NodeId test(Op op, NodeId x) { return b_.make(op, DType::bool_, {x}); }
  NodeId test(Op op, NodeId x, NodeId y) { return b_.make(op, DType::bool_, {x, y}); }
  NodeId where(NodeId c, NodeId x, NodeId y) { return b_.make(Op::where, lane_, {c, x, y}); }

 private:
  Builder& b_;
  DType lane_;
};

constexpr double kPi = 3.14159265358979323846;

/// 1 / (1 + exp(-x)), without overflow: with e = exp(-|x|) it is 1 / (1 + e) or e / (1 + e).
NodeId sigmoid(Lanes& to, NodeId x) {
  const NodeId zero = to.number(0), one = to.number(1);
  const NodeId e = to(Op::exp, to(Op::negative, to(Op::abs, x)));
  const NodeId above = to.where(to.test(Op::less, x, zero), e, one);
  return to(Op::divide, above, to(Op::add, one, e));
}

/// sin(pi x) is +-sin(pi r) where r is x less the nearest integer: exact, and 0 at the integers.
NodeId sinc(Lanes& to, NodeId x) {
  const NodeId pi = to.number(kPi), whole = to(Op::round, x);
  const NodeId rest = to(Op::multiply, pi, to(Op::subtract, x, whole));
  const NodeId half = to(Op::multiply, whole, to.number(0.5));
  const NodeId odd = to.test(Op::not_equal, half, to(Op::round, half));
  const NodeId s = to(Op::sin, rest);
  const NodeId sine = to.where(odd, to(Op::negative, s), s);
  const NodeId at_zero = to.test(Op::equal, x, to.number(0)), one = to.number(1);
  const NodeId divisor = to.where(at_zero, one, to(Op::multiply, pi, x));  // never 0 / 0
  return to.where(at_zero, one, to(Op::divide, sine, divisor));
}

NodeId heaviside(Lanes& to, NodeId x, NodeId at_zero) {
  const NodeId zero = to.number(0);
  const NodeId side = to.where(to.test(Op::less, x, zero), zero, to.number(1));
  const NodeId step = to.where(to.test(Op::equal, x, zero), at_zero, side);
  return to.where(to.test(Op::isnan, x), x, step);
}

/// The integers that hold the bits of a float.
DType bits_of(DType t) {
  return integer_dtype(true, itemsize(t));
}

}  // namespace

Value Resolver::composed(Op op, Values x) {
  switch (op) {
    case Op::copy: return x[0];
    case Op::rint: return rint(x[0]);
    case Op::ones_like: return like(x[0], 1);
    case Op::zeros_like: return like(x[0], 0);
    case Op::reciprocal: return reciprocal(x[0]);
    case Op::float_power: return float_power(x);
    case Op::angle: return angle(x[0]);
    case Op::nan_to_num: return nan_to_num(x[0]);
    case Op::nextafter: return nextafter(x);
    case Op::ulp_diff: return ulp_diff(x);
    case Op::relu: {
      const Value operands[] = {x[0], integer_literal(0)};
      return elementwise(Op::maximum, operands);
    }
    default: return by_lanes(op, x);
  }
}

Value Resolver::by_lanes(Op op, Values x) {
  const DType t = op == Op::sinc && all_integral(x) ? DType::float64 : real_dtype(x);
  const bool halves = rounds(op, t);
  Lanes to(b_, halves ? DType::float32 : t);
  const NodeId first = to_float(x[0], t);
  const auto result = [&] {
    switch (op) {
      case Op::rsqrt: return to(Op::divide, to.number(1), to(Op::sqrt, first));
      case Op::deg2rad: return to(Op::multiply, first, to.number(kPi / 180));
      case Op::rad2deg: return to(Op::multiply, first, to.number(180 / kPi));
      case Op::sigmoid: return sigmoid(to, first);
      case Op::sinc: return sinc(to, first);
      case Op::heaviside: return heaviside(to, first, to_float(x[1], t));
      default: throw Error(ErrorCode::internal, "'" + spelling(op) + "' is not composed of others");
    }
  }();
  return {halves ? b_.round_half(result, t) : result, all_weak(x), {}};
}

Value Resolver::like(const Value& x, int number) {
  const DType t = dtype(x);
  const NodeId constant = is_integral(t) ? b_.integer(t, number) : b_.real(t, number);
  const ir::TypedNode shape = b_[x.id];
  if (!shape.may_wrap || !in_table(shape.op) || is_reduction(shape.op)) {
    return {filled(constant, x.id), x.weak, {}};
  }
  // What nobody looks at is not checked: its operands have its shape.
  NodeId out = constant;
  for (std::size_t i = 0; i < shape.nargs; ++i) out = filled(out, shape.args[i]);
  return {out, x.weak, {}};
}

Value Resolver::rint(const Value& x) {
  if (is_integral(dtype(x)) && exact({&x, 1})) return rounding(Op::round, x);
  return floating(Op::round, real_dtype({&x, 1}), {&x, 1});
}

Value Resolver::reciprocal(const Value& x) {
  const bool integer = is_integral(dtype(x)) && !exact({&x, 1});
  if (!integer) {
    const Value quotient[] = {{b_.real(DType::float64, 1.0), true, {}}, x};
    return divide(quotient);
  }
  // NumPy's integers: 1 / x cut to an integer, and here 0 for 0.
  const DType t = is_bool(dtype(x)) ? DType::int8 : dtype(x);
  const NodeId operand = b_.cast(x.id, t), one = b_.integer(t, 1);
  NodeId rest = b_.integer(t, 0);
  if (b_[operand].range.lo < 0) {
    const NodeId below = b_.integer(t, -1);
    rest = choose(b_.make(Op::equal, DType::bool_, {operand, below}), below, rest, t, {-1, 0});
  }
  const NodeId is_one = b_.make(Op::equal, DType::bool_, {operand, one});
  return {choose(is_one, one, rest, t, b_[rest].range.join({0, 1})), x.weak, {}};
}

Value Resolver::float_power(Values x) {
  const bool complex = is_complex(dtype(x[0])) || is_complex(dtype(x[1]));
  const DType t = complex ? DType::complex128 : DType::float64;
  const Value wide[] = {{to_float(x[0], t), x[0].weak, {}}, {to_float(x[1], t), x[1].weak, {}}};
  return power(wide);
}

Value Resolver::angle(const Value& x) {
  const DType t = dtype(x);
  if (is_complex(t)) {
    const Value parts[] = {component(Op::imag, x), component(Op::real, x)};
    return real(Op::atan2, parts);
  }
  const bool numpy_bool = is_bool(t) && !exact({&x, 1});
  const DType result = numpy_bool ? DType::float64 : real_dtype({&x, 1});
  const bool halves = rounds(Op::angle, result);
  const DType lane = halves ? DType::float32 : result;
  Lanes to(b_, lane);
  const NodeId below = classify(Op::signbit, x).id;
  NodeId angle = to.where(below, to.number(kPi), to.number(0));
  if (is_float(t)) angle = to.where(to.test(Op::isnan, x.id), b_.cast(x.id, lane), angle);
  if (b_[below].op == Op::constant) angle = filled(angle, x.id);
  return {halves ? b_.round_half(angle, result) : angle, x.weak, {}};
}

Value Resolver::nan_to_num(const Value& x) {
  const DType t = dtype(x);
  if (is_integral(t)) return x;
  if (is_complex(t)) {
    const Value re = nan_to_num(component(Op::real, x)), im = nan_to_num(component(Op::imag, x));
    return {b_.make(Op::make_complex, t, {re.id, im.id}), x.weak, {}};
  }
  Lanes to(b_, t);
  const NodeId nan = to.test(Op::isnan, x.id);
  return {to.where(nan, to.number(0), b_.make(Op::saturate, t, {x.id})), x.weak, {}};
}

/// The bits of a float count up with its magnitude: the next value is the next or the last integer.
Value Resolver::nextafter(Values x) {
  const DType t = real_dtype(x), words = bits_of(t);
  const NodeId from = b_.convert(to_float(x[0], t), t);
  const NodeId towards = b_.convert(to_float(x[1], t), t);
  Lanes to(b_, t);
  const NodeId zero = to.number(0);
  const Range all = range_of(words);
  const NodeId shrinks = to.test(Op::logical_xor, to.test(Op::greater, towards, from),
                                 to.test(Op::greater, from, zero));
  const NodeId step = choose(shrinks, b_.integer(words, -1), b_.integer(words, 1), words, {-1, 1});
  const NodeId bits = b_.make(Op::bitcast, words, {from}, all);
  const NodeId moved = b_.make(Op::bitcast, t, {b_.make(Op::add, words, {bits, step}, all)});
  const NodeId tiny = to(Op::copysign, to.number(least_positive(t)), towards);
  const NodeId next = to.where(to.test(Op::equal, from, zero), tiny, moved);
  const NodeId other = to.where(to.test(Op::equal, from, towards), towards, next);
  const NodeId nan = to.test(Op::logical_or, to.test(Op::isnan, from), to.test(Op::isnan, towards));
  return {to.where(nan, to(Op::add, from, towards), other), all_weak(x), {}};
}

/// The bits of a float, with those of negative values counted down from zero, number the values in
/// their order: their difference is the number of steps between two of them.
Value Resolver::ulp_diff(Values x) {
  if (is_integral(dtype(x[0])) && is_integral(dtype(x[1]))) return elementwise(Op::absdiff, x);
  const DType t = real_dtype(x), words = bits_of(t), counts = unsigned_twin(words);
  const Range all = range_of(words);
  const NodeId zero = b_.integer(words, 0), lowest = b_.integer(words, all.lo);
  const auto number = [&](NodeId value) {
    const NodeId bits = b_.make(Op::bitcast, words, {value}, all);
    const NodeId below = b_.make(Op::less, DType::bool_, {bits, zero});
    const NodeId down = b_.make(Op::subtract, words, {lowest, bits}, all);
    return choose(below, down, bits, words, all);
  };
  const NodeId a = b_.convert(to_float(x[0], t), t), b = b_.convert(to_float(x[1], t), t);
  const Range steps = range_of(counts);
  const NodeId distance = b_.make(Op::absdiff, counts, {number(a), number(b)}, steps);
  const NodeId a_nan = b_.make(Op::isnan, DType::bool_, {a});
  const NodeId b_nan = b_.make(Op::isnan, DType::bool_, {b});
  const NodeId both = b_.make(Op::logical_and, DType::bool_, {a_nan, b_nan});
  const NodeId one = b_.make(Op::logical_or, DType::bool_, {a_nan, b_nan});
  const NodeId most = b_.integer(counts, steps.hi), none = b_.integer(counts, 0);
  const NodeId unequal = choose(one, most, distance, counts, steps);
  return {choose(both, none, unequal, counts, steps), all_weak(x), {}};
}

}  // namespace tightloop::typing
