// The driver of typing: walks the source graph in order, turns every node into typed ones and
// converts the results.
#include "typing/typing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "typing/resolver.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {

std::string spelling(Op op) {
  if (!in_table(op)) return std::string(id(op));
  const std::string_view names = info(op).names;
  return std::string(names.substr(0, names.find(' ')));
}

Resolver::Resolver(const ir::Graph& graph, std::span<const VariableType> variables,
                   const Policy& policy)
    : graph_(graph),
      variables_(variables),
      policy_(policy),
      check_(checks_overflow(policy)),
      b_(check_, policy.report_events),
      reduces_(graph.reduces()),
      views_(graph.views()) {}

void Resolver::run(std::span<const DestinationType> destinations) {
  values_.reserve(graph_.nodes().size());
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    current_ = static_cast<NodeId>(i);
    b_.set_origin(current_, graph_.span(current_));
    values_.push_back(resolve(current_));
  }
  for (std::size_t i = 0; i < graph_.results.size(); ++i) {
    current_ = graph_.results[i];
    b_.set_origin(current_, graph_.span(current_));
    const Value& x = values_[current_];
    NodeId result = destinations.empty() ? finished(x) : stored(x, destinations[i], i);
    // Rounding where a half result is stored is an operation, too, that can signal.
    if (policy_.report_events && is_half(b_[result].dtype)) {
      result = b_.round_half(result, b_[result].dtype);
    }
    results_.push_back(result);
  }
}

Value Resolver::resolve(NodeId at) {
  const ir::Node& n = graph_[at];
  if (n.op == Op::variable || n.op == Op::constant) return leaf(n);
  const Value first = values_[n.args[0]];
  if (n.op == Op::view) return viewed(first, n.attr);
  if (ir::is_conversion(n.op)) return converted(n, first);
  if (is_reduction(n.op)) return reduction(n);
  if (n.op == Op::contract) return contraction(n);
  if (n.op == Op::extent) return extent(n);
  if (n.op == Op::call && n.nargs == 3) return rescued(first, values_[n.args[1]]);
  if (n.op == Op::call) return full_scale(first, values_[n.args[1]]);
  if (!in_table(n.op)) {
    throw Error(ErrorCode::internal, "a source graph holds a '" + spelling(n.op) + "' node",
                graph_.span(at));
  }
  Value x[3];
  for (std::size_t i = 0; i < n.nargs; ++i) x[i] = values_[n.args[i]];
  return elementwise(n.op, Values(x, n.nargs));
}

Value Resolver::viewed(const Value& x, std::uint32_t attr) {
  const Value plain = strong(x);
  Value out{b_.view(plain.id, attr), false, {}};
  if (x.past == kNoPast) return out;
  if (const auto w = words_of(x)) {
    const Words seen{b_.view(w->low, attr), b_.view(w->high, attr), w->range};
    out.past = add_past({Op::constant, {}, w->range, true, seen});
  } else {
    Past past{Op::constant, {}, pasts_[x.past].range, false, {}};
    past.real = b_.view(past_to_float(x.past, DType::float64), attr);
    out.past = add_past(past);
  }
  return out;
}

Value Resolver::leaf(const ir::Node& n) {
  if (n.op == Op::variable) {
    const VariableType& v = variables_[n.attr];
    const NodeId id = b_.leaf(Op::variable, v.dtype, n.attr, v.weak, v.values);
    if (policy_.promotion == Promotion::numexpr) return numexpr_leaf({id, v.weak, {}});
    return {id, v.weak, {}};
  }
  const Scalar& s = graph_.constants()[n.attr];
  if (is_integer(s.dtype)) return integer_literal(integer_value(s));
  if (is_bool(s.dtype)) {
    const int128 v = integer_value(s);
    return {b_.integer(DType::bool_, v), true, &numbers_.emplace_back(v)};
  }
  // Weak floats are held as doubles: their precision is decided by what they meet.
  const DType held = is_complex(s.dtype) ? DType::complex128 : DType::float64;
  return {b_.constant(convert_scalar(s, held), held, {}), true, {}};
}

Value Resolver::converted(const ir::Node& n, const Value& x) {
  const auto target = static_cast<DType>(n.attr);
  if (x.past != kNoPast && n.op == Op::astype && !is_integer(target)) {
    if (is_bool(target)) return {truth(x), false, {}};
    return {b_.convert(past_to_float(x.past, target), target), false, {}};
  }
  if (n.op == Op::astype) {
    if (beyond_words(x) && is_integer(target)) no_dtype(x);
    const bool keep = !beyond_words(x) || is_bool(target);
    return {b_.convert(keep ? x.id : to_float(x, target), target), false, {}};
  }
  return n.op == Op::bitcast ? bit_cast(target, strong(x)) : saturated(target, x);
}

Value Resolver::saturated(DType target, const Value& x) {
  const DType from = dtype(x);
  if (x.past != kNoPast && is_integer(target)) {
    const Range all = range_of(target);
    const Value bounds[] = {x, integer_literal(all.lo), integer_literal(all.hi)};
    return {b_.convert(exact_integer(Op::clip, bounds).id, target), false, {}};
  }
  if (x.past != kNoPast && is_float(target)) {
    return saturated(target, {past_to_float(x.past, DType::float64), false, {}});
  }
  if (is_complex(from) || is_complex(target)) {
    undefined(Op::saturate, is_complex(from) ? from : target, "take real(x) or imag(x) first");
  }
  const bool held = is_integral(from) && is_integer(target) && range_of(target).contains(range(x));
  if (held || is_bool(target)) return {b_.convert(x.id, target), false, {}};
  const Range r = is_integral(target) ? range_of(target) : Range{};
  // The node of a constant past 64 bits lies past every narrower end, too, but a float is its own.
  const bool past = beyond_words(x) && !is_integer(target);
  const NodeId id = past ? b_.real(DType::float64, x.number->to_double()) : x.id;
  return {b_.make(Op::saturate, target, {id}, r), false, {}};
}

Value Resolver::bit_cast(DType target, const Value& x) {
  const DType from = dtype(x);
  if (itemsize(from) != itemsize(target)) {
    const auto described = [](DType t) {
      return std::string(name(t)) + " (" + std::to_string(itemsize(t)) + " bytes)";
    };
    fail(ErrorCode::type, "bitcast of " + described(from) + " to " + described(target),
         "the sizes have to be equal; convert with astype first");
  }
  if (from == target) return x;
  // A bool is the byte 0 or 1; of the other bytes, which no bool has, True is made.
  if (is_bool(from)) return bit_cast(target, {b_.cast(x.id, DType::uint8), false, {}});
  if (is_bool(target)) return {b_.cast(x.id, target), false, {}};
  const Range r = is_integral(target) ? range_of(target) : Range{};
  if (is_half(from) && is_half(target)) {
    const Value bits = bit_cast(integer_dtype(false, itemsize(from)), x);
    return {b_.make(Op::bitcast, target, {bits.id}, r), false, {}};
  }
  const NodeId held = is_half(from) ? b_.round_half(x.id, from) : x.id;
  return {b_.make(Op::bitcast, target, {held}, r), false, {}};
}

// A call that dtypes alone answer. Where one operand holds integers the other is on their scale, a
// restored image beside its original.
Value Resolver::full_scale(const Value& x, const Value& y) {
  std::optional<int128> largest;
  for (const Value& v : {x, y}) {
    if (v.weak || !is_integral(dtype(v))) continue;
    largest = std::max(largest.value_or(0), range_of(dtype(v)).hi);
  }
  return {b_.real(DType::float64, static_cast<double>(largest.value_or(1))), true, {}};
}

Value Resolver::rescued(const Value& x, const Value& y) {
  if (!policy_.scaled_averages) return x;
  // In the dtype of x, which is that of the program without the rescue, whatever counts widen y to.
  const DType t = dtype(x);
  const Value other = dtype(y) == t ? y : Value{b_.convert(y.id, t), false, {}};
  const Value choice[] = {classify(Op::isfinite, x), x, other};
  return where(choice);
}

Value Resolver::elementwise(Op op, Values x) {
  if (policy_.promotion == Promotion::numexpr && !all_weak(x)) return numexpr(op, x);
  return in_rule(op, x);
}

Value Resolver::in_rule(Op op, Values x) {
  const OpInfo& row = info(op);
  if (has_complex(x)) {
    if (row.complex_by_parts) return of_complex_parts(op, x);
    if (!row.accepts_complex) reject_complex(op, x);
  }
  switch (row.type_rule) {
    case TypeRule::arithmetic: return arithmetic(op, x);
    case TypeRule::divide: return divide(x);
    case TypeRule::power: return power(x);
    case TypeRule::negate: return negate(op, x[0]);
    case TypeRule::absdiff: return absolute_difference(x);
    case TypeRule::compare: return compare(op, x);
    case TypeRule::logic: return logic(op, x);
    case TypeRule::bits:
    case TypeRule::shift: return bits(op, x);
    case TypeRule::invert: return invert(x[0]);
    case TypeRule::magnitude: return magnitude(x[0]);
    case TypeRule::sign: return sign(x[0]);
    case TypeRule::rounding: return rounding(op, x[0]);
    case TypeRule::select: return select(op, x);
    case TypeRule::where: return where(x);
    case TypeRule::real: return real(op, x);
    case TypeRule::classify: return classify(op, x[0]);
    case TypeRule::component: return component(op, x[0]);
    case TypeRule::combine: return combine(x);
    case TypeRule::count_bits: return count_bits(x[0]);
    case TypeRule::composed: return composed(op, x);
    case TypeRule::sum:
    case TypeRule::mean:
    case TypeRule::count: break;
  }
  throw Error(ErrorCode::internal, "'" + spelling(op) + "' has no element-wise type rule");
}

NodeId Resolver::finished(const Value& x) {
  if (policy_.promotion == Promotion::numexpr && x.weak) return numexpr_result(x).id;
  return x.weak ? strong(x).id : x.id;
}

bool Resolver::value_fits(const Value& x, DType to) const {
  if (!x.weak) return false;
  const DType from = dtype(x);
  if (is_integral(from)) {
    return !is_integral(to) || (is_bool(to) ? is_bool(from) : range_of(to).contains(range(x)));
  }
  return is_complex(to) || (is_float(from) && is_float(to));
}

namespace {

/// Whether the significand of a double holds all digits.
bool is_double(const BigInteger& number) {
  const int spare = std::max(number.bits() - 53, 0);
  return number >> spare << spare == number;
}

}  // namespace

NodeId Resolver::stored(const Value& x, const DestinationType& destination, std::size_t index) {
  const DType to = destination.dtype;
  if (beyond_words(x) && destination.casting != Casting::no && !is_integral(to)) {
    const double nearest = x.number->to_double();
    if (destination.casting == Casting::saturate) {
      return clipped(b_.real(DType::float64, nearest), to);
    }
    if (destination.casting != Casting::same_value) return b_.convert(to_float(x, to), to);
    if (std::isinf(nearest) || !is_double(*x.number)) {
      fail(ErrorCode::overflow,
           std::string(name(to)) + " cannot hold the result, which is " + shortened(*x.number),
           ir::kFitHint);
    }
    const NodeId id = b_.real(DType::float64, nearest);
    return to == DType::float64 ? id : fitted(id, to);
  }
  const NodeId result = finished(x);
  const DType from = b_[result].dtype;
  if (from == to) return result;
  const Casting casting = meaning_of(destination.casting, from, to);
  if (casting == Casting::same_value) return fitted(result, to);
  if (casting == Casting::saturate && !(is_complex(from) && !is_complex(to))) {
    return can_cast(from, to, Casting::safe) ? b_.convert(result, to) : clipped(result, to);
  }
  const bool by_value = casting != Casting::no && value_fits(x, to);
  if (by_value) return b_.convert(result, to);
  if (casting == Casting::saturate || !can_cast(from, to, casting)) {
    const std::string which =
        graph_.results.size() == 1 ? "the result" : "result " + std::to_string(index + 1);
    const Casting asked = destination.casting == Casting::standard ? casting : destination.casting;
    fail(ErrorCode::type,
         "cannot cast " + which + " from " + std::string(name(from)) + " to " +
             std::string(name(to)) + " under casting '" + std::string(name_of(asked)) + "'",
         "convert with astype(..., '" + std::string(name(to)) + "') or pass casting='unsafe'");
  }
  const bool checked =
      check_ && destination.casting == Casting::standard && is_integer(from) && is_integer(to);
  return checked ? fitted(result, to) : b_.convert(result, to);
}

Casting Resolver::meaning_of(Casting casting, DType from, DType to) const {
  const bool integers = is_integral(from) && is_integer(to);
  if (casting == Casting::wrap) return integers ? Casting::unsafe : Casting::same_kind;
  if (casting != Casting::standard) return casting;
  const bool exact = policy_.promotion == Promotion::exact;
  return exact && integers ? Casting::same_value : Casting::same_kind;
}

NodeId Resolver::clipped(NodeId x, DType to) {
  const DType from = b_[x].dtype;
  if (!is_complex(to)) return saturated(to, {x, false, {}}).id;
  const DType part = real_part(to);
  const auto clip = [&](NodeId real) {
    return b_.cast(saturated(part, {real, false, {}}).id, part);
  };
  if (!is_complex(from)) return b_.convert(clip(x), to);
  if (itemsize(from) <= itemsize(to)) return b_.convert(x, to);
  const NodeId real = b_.make(Op::real, real_part(from), {x});
  const NodeId imag = b_.make(Op::imag, real_part(from), {x});
  return b_.make(Op::make_complex, to, {clip(real), clip(imag)});
}

NodeId Resolver::fitted(NodeId x, DType to) {
  const Range own = b_[x].range;
  const bool integers = is_integral(b_[x].dtype) && is_integral(to);
  if (integers && (own.hi < range_of(to).lo || range_of(to).hi < own.lo)) {
    const std::string values = own.lo == own.hi
                                   ? to_string(own.lo)
                                   : "from " + to_string(own.lo) + " to " + to_string(own.hi);
    fail(ErrorCode::overflow, std::string(name(to)) + " cannot hold the result, which is " + values,
         ir::kFitHint);
  }
  return b_.fit(x, to);
}

bool averages_may_overflow(const ir::TypedGraph& graph) {
  const auto rescues = [](const ir::Node& n) { return n.op == Op::call && n.nargs == 3; };
  const auto averages = [](const ir::Node& n) {
    switch (n.op) {
      case Op::mean:
      case Op::nanmean:
      case Op::norm:
      case Op::var:
      case Op::nanvar:
      case Op::std:
      case Op::nanstd: return true;
      default: return false;
    }
  };
  const auto& source = graph.source.nodes();
  const bool any = std::any_of(source.begin(), source.end(), rescues);
  if (!any && std::none_of(source.begin(), source.end(), averages)) return false;
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const ir::TypedNode& n) {
    if (n.op != Op::sum && n.op != Op::var) return false;
    const DType operand = graph.nodes[n.args[0]].dtype;
    if (any && (is_float(operand) || is_complex(operand))) return true;
    // Narrower elements cannot overflow a float64, nor can their squares.
    return operand == DType::float64 || operand == DType::complex128;
  });
}

}  // namespace tightloop::typing
