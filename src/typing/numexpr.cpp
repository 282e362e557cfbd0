// numexpr's promotion: values are of six kinds in the order bool, int32, int64, float32, float64,
// complex128, and an operation is computed in the highest kind of its operands or in the least kind
// that it accepts. In: the operands of a node. Out: operands of such a kind, for which NumPy's
// rules then give numexpr's dtypes. After numexpr 2.14, expressions.py and opcodes.hpp.
#include <algorithm>
#include <cmath>

#include "typing/resolver.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {
namespace {

int rank_of(DType kind) {
  switch (kind) {
    case DType::bool_: return 0;
    case DType::int32: return 1;
    case DType::int64: return 2;
    case DType::float32: return 3;
    case DType::float64: return 4;
    default: return 5;
  }
}

DType kind_of_array(DType t) {
  if (is_bool(t) || is_complex(t)) return is_bool(t) ? t : DType::complex128;
  if (is_float(t)) return t == DType::float64 ? t : DType::float32;
  return range_of(DType::int32).contains(range_of(t)) ? DType::int32 : DType::int64;
}

bool keeps_integers(Op op) {
  return op == Op::round || op == Op::rint || op == Op::sign;
}

bool keeps_kind(Op op) {
  return op == Op::copy || op == Op::ones_like || op == Op::zeros_like;
}

/// The least float in which a function is computed.
DType least_float(Op op) {
  switch (op) {
    case Op::hypot:
    case Op::nextafter:
    case Op::copysign:
    case Op::maximum:
    case Op::minimum:
    case Op::round:
    case Op::rint:
    case Op::trunc:
    case Op::sign:
    case Op::real:
    case Op::imag: return DType::float64;
    case Op::conj: return DType::complex128;
    default: return DType::float32;
  }
}

/// The kind in which a function of operands of `kind` is computed.
DType function_kind(Op op, DType kind) {
  if (keeps_kind(op)) return kind;
  if (is_integer(kind)) return keeps_integers(op) ? kind : DType::float64;
  return rank_of(kind) < rank_of(least_float(op)) ? least_float(op) : kind;
}

}  // namespace

DType Resolver::numexpr_kind(const Value& x) const {
  const DType t = dtype(x);
  if (!x.weak || !is_integer(t)) return x.weak && is_float(t) ? DType::float64 : kind_of_array(t);
  return range_of(DType::int32).contains(range(x)) ? DType::int32 : DType::int64;
}

Value Resolver::in_kind(const Value& x, DType kind) {
  if (x.number != nullptr && !holds(DType::int64, *x.number) && !is_bool(kind)) {
    if (!is_integral(kind)) return {b_.convert(to_float(x, kind), kind), false, {}};
    fail(ErrorCode::value, "the integer " + shortened(*x.number) + " does not fit int64",
         "with a float it is a float64");
  }
  return {b_.convert(x.id, kind), false, {}};
}

Value Resolver::numexpr_leaf(const Value& x) {
  return in_kind(x, x.weak && is_integer(dtype(x)) ? DType::int64 : kind_of_array(dtype(x)));
}

Value Resolver::numexpr_result(const Value& x) {
  return in_kind(x, numexpr_kind(x));
}

std::optional<Value> Resolver::numexpr_power(Values x) {
  // A constant exponent n or n + 1/2 does not count for the kind: it stands for products and roots.
  const Scalar* s = b_.constant_of(x[1].id);
  if (s == nullptr || !x[1].weak || is_complex(s->dtype)) return std::nullopt;
  const double exponent =
      beyond_words(x[1]) ? INFINITY : convert_scalar(*s, DType::float64).as<double>();
  if (std::abs(exponent) > 50 || std::floor(2 * exponent) != 2 * exponent) return std::nullopt;
  const bool whole = std::floor(exponent) == exponent;
  DType kind = numexpr_kind(x[0]);
  if (is_bool(kind) && whole && exponent > 0) return in_kind(x[0], kind);
  const bool negative_integer = is_integer(kind) && is_integral(s->dtype) && exponent < 0;
  if (is_integral(kind) && (!whole || exponent < 0) && !negative_integer) kind = DType::float64;
  if (is_bool(kind)) kind = DType::int32;
  if (!is_integral(kind)) {
    const Value floats[] = {in_kind(x[0], kind), {b_.real(kind, exponent), false, {}}};
    return power(floats);
  }
  const Value integers[] = {in_kind(x[0], kind), integer_literal(static_cast<int128>(exponent))};
  return power(integers);
}

/// floor(x / y) and x - floor(x / y) * y, each operation rounded.
Value Resolver::numexpr_floor(Op op, Values x, DType kind) {
  const NodeId a = x[0].id, c = x[1].id;
  const NodeId quotient = b_.make(Op::floor, kind, {b_.make(Op::divide, kind, {a, c})});
  if (op == Op::floor_divide) return {quotient, false, {}};
  return {b_.make(Op::subtract, kind, {a, b_.make(Op::multiply, kind, {quotient, c})}), false, {}};
}

Value Resolver::numexpr(Op op, Values x) {
  const TypeRule rule = info(op).type_rule;
  if (rule == TypeRule::logic) return in_rule(op, x);
  const auto past = [](const Value& v) {
    return v.number != nullptr && !holds(DType::int64, *v.number);
  };
  if (rule == TypeRule::compare && (past(x[0]) || past(x[1]))) return in_rule(op, x);
  const std::size_t first = rule == TypeRule::where ? 1 : 0;
  DType kind = DType::bool_;
  for (const Value& v : x.subspan(first)) {
    kind = rank_of(numexpr_kind(v)) > rank_of(kind) ? numexpr_kind(v) : kind;
  }
  if (op == Op::positive) return in_kind(x[0], kind);
  switch (rule) {
    case TypeRule::power:
      if (const auto done = numexpr_power(x)) return *done;
      [[fallthrough]];
    case TypeRule::arithmetic:
    case TypeRule::shift:
    case TypeRule::negate:
      if (op == Op::conj || op == Op::fmod) {
        kind = function_kind(op, kind);
      } else if (is_bool(kind) && op != Op::add && op != Op::multiply) {
        kind = DType::int32;
      }
      break;
    case TypeRule::divide: kind = is_integral(kind) ? DType::float64 : kind; break;
    case TypeRule::combine: kind = DType::float64; break;
    case TypeRule::count_bits: kind = is_bool(kind) ? DType::int32 : kind; break;
    case TypeRule::compare:
    case TypeRule::bits:
    case TypeRule::invert:
    case TypeRule::classify:
    case TypeRule::where: break;
    default: kind = function_kind(op, kind); break;
  }
  Value operands[3] = {x[0], {}, {}};
  for (std::size_t i = first; i < x.size(); ++i) operands[i] = in_kind(x[i], kind);
  const Values converted(operands, x.size());
  const bool floored = op == Op::floor_divide || op == Op::mod;
  if (floored && is_float(kind)) return numexpr_floor(op, converted, kind);
  const Value result = in_rule(op, converted);
  return op == Op::abs ? in_kind(result, kind) : result;
}

}  // namespace tightloop::typing
