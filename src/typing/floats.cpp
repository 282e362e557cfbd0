// Operations in float and complex lanes: promotion of the operands, rounding of the half types
// (numpy promotion), and powers.
#include <algorithm>
#include <cmath>

#include "typing/resolver.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {
namespace {

/// True for operations that give one of their operands, its magnitude or a whole number no larger:
/// for operands of a half type the result is one, too.
bool keeps_half_values(Op op) {
  switch (op) {
    case Op::negative:
    case Op::abs:
    case Op::sign:
    case Op::floor:
    case Op::ceil:
    case Op::trunc:
    case Op::round:
    case Op::minimum:
    case Op::maximum:
    case Op::fmin:
    case Op::fmax:
    case Op::clip:
    case Op::copysign: return true;
    default: return false;
  }
}

}  // namespace

std::optional<DType> Resolver::common_float(Values x) const {
  std::optional<DType> floats;
  std::optional<DType> integers;
  WeakKind weak = WeakKind::none;
  for (const Value& v : x) {
    const DType t = dtype(v);
    if (v.weak) {
      weak = std::max(weak, weak_kind(t));
      continue;
    }
    std::optional<DType>& group = is_integral(t) ? integers : floats;
    group = group ? promote(*group, t) : t;
  }
  if (!floats) {
    if (policy_.promotion == Promotion::exact && weak <= WeakKind::integer) return std::nullopt;
    return with_weak(integers, weak);
  }
  for (const Value& v : x) {
    if (!v.weak && is_integral(dtype(v))) floats = promote(*floats, dtype(v));
  }
  return with_weak(floats, weak);
}

bool Resolver::rounds(Op op, DType t) const {
  return policy_.promotion == Promotion::numpy && is_half(t) && !keeps_half_values(op);
}

NodeId Resolver::to_float(const Value& x, DType t) {
  if (x.past != kNoPast) return past_to_float(x.past, ir::lane_of(t));
  NodeId id = x.id;
  if (beyond_words(x)) {
    const bool narrow = is_half(t) || real_part(t) == DType::float32;
    const double value = narrow ? static_cast<double>(x.number->to_float()) : x.number->to_double();
    if (std::isinf(value)) {
      fail(ErrorCode::value, "the integer " + shortened(*x.number) + " is too large for " +
                                 std::string(name(narrow ? DType::float32 : DType::float64)));
    }
    id = b_.real(narrow ? DType::float32 : DType::float64, value);
  }
  if (policy_.promotion == Promotion::exact || !is_half(t)) return b_.cast(id, t);
  const ir::TypedNode& n = b_[id];
  if (n.dtype == t) return id;
  const Range held{-largest_exact_integer(t), largest_exact_integer(t)};
  if (is_integral(n.dtype) && held.contains(n.range)) return b_.cast(id, t);
  return b_.round_half(id, t);
}

NodeId Resolver::to_compared(const Value& x, DType t) {
  const NodeId exactly = to_float(x, t);
  if (!x.weak || !is_half(t) || policy_.promotion != Promotion::exact) return exactly;
  if (const Scalar* s = b_.constant_of(x.id); s != nullptr && !beyond_words(x)) {
    const Scalar half = round_scalar(*s, t);
    return std::isfinite(half.as<float>()) ? b_.constant(half, t, {}) : exactly;
  }
  const NodeId half = b_.round_half(beyond_words(x) ? exactly : x.id, t);
  const NodeId finite = b_.make(Op::isfinite, DType::bool_, {half});
  return choose(finite, half, exactly, t, {});
}

Value Resolver::floating(Op op, DType t, Values x) {
  const bool chooses = info(op).type_rule == TypeRule::select;
  std::vector<NodeId> args;
  for (const Value& v : x) args.push_back(chooses ? to_compared(v, t) : to_float(v, t));
  if (!rounds(op, t)) return {node(op, t, args), all_weak(x), {}};
  return {b_.round_half(node(op, DType::float32, args), t), all_weak(x), {}};
}

NodeId Resolver::repeated(NodeId base, unsigned exponent, const Multiply& multiply) {
  NodeId result = kNoNode;
  NodeId power = base;
  unsigned done = 0;
  for (unsigned at = 1, rest = exponent;; at *= 2) {
    if ((rest & 1) != 0) {
      done += at;
      result = result == kNoNode ? power : multiply(result, power, done);
    }
    rest >>= 1;
    if (rest == 0) return result;
    power = multiply(power, power, 2 * at);
  }
}

std::optional<int128> Resolver::constant_exponent(const Value& y) const {
  const Scalar* s = b_.constant_of(y.id);
  if (s == nullptr || beyond_words(y)) return std::nullopt;
  return whole_number(*s);
}

Value Resolver::power(Values x) {
  if (is_complex(dtype(x[0])) || is_complex(dtype(x[1]))) return complex_power(x);
  if (all_integral(x)) {
    if (!exact(x)) return numpy_power(x);
    if (range(x[1]).lo >= 0) return exact_power(x[0], x[1]);
    return power_in(DType::float64, x);
  }
  return power_in(*common_float(x), x);
}

Value Resolver::power_in(DType t, Values x) {
  const bool weak = all_weak(x);
  const NodeId base = to_float(x[0], t);
  const auto n = constant_exponent(x[1]);
  if (n == 0) return {filled(b_.real(t, 1.0), base), weak, {}};
  if (n == 1) return {base, weak, {}};
  const bool halves = rounds(Op::pow, t);
  const DType lane = halves ? DType::float32 : t;
  const auto finish = [&](NodeId id) -> Value {
    return {halves ? b_.round_half(id, t) : id, weak, {}};
  };
  if (n && *n >= 2 && *n <= 8) {
    return finish(repeated(base, static_cast<unsigned>(*n), [&](NodeId a, NodeId c, unsigned) {
      return a == c ? b_.make(Op::square, lane, {a}) : b_.make(Op::multiply, lane, {a, c});
    }));
  }
  if (n == -1) return finish(b_.make(Op::divide, lane, {b_.real(lane, 1.0), base}));
  const NodeId exponent = to_float(x[1], t);
  const Scalar* s = b_.constant_of(exponent);
  const bool half_power = s != nullptr && *s == make_float(lane, 0.5);
  // NumPy takes the square root, too: of -inf that is NaN, where pow gives inf.
  const bool root = policy_.fp == Fp::fast || policy_.promotion != Promotion::exact;
  if (root && half_power) return finish(b_.make(Op::sqrt, lane, {base}));
  return finish(b_.make(Op::pow, lane, {base, exponent}));
}

Value Resolver::complex_power(Values x) {
  const DType t = *common_float(x);
  const bool weak = all_weak(x);
  const NodeId base = to_float(x[0], t);
  const auto n = constant_exponent(x[1]);
  if (n == 0) return {filled(b_.real(t, 1.0), base), weak, {}};
  if (n && *n >= 1 && *n <= 4) {
    const auto exponent = static_cast<unsigned>(*n);
    return {
        repeated(base, exponent,
                 [&](NodeId a, NodeId c, unsigned) {
                   return a == c ? b_.make(Op::square, t, {a}) : b_.make(Op::multiply, t, {a, c});
                 }),
        weak,
        {}};
  }
  if (n == -1) return {b_.make(Op::divide, t, {b_.real(t, 1.0), base}), weak, {}};
  return {b_.make(Op::pow, t, {base, to_float(x[1], t)}), weak, {}};
}

}  // namespace tightloop::typing
