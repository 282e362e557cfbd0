// The rules: which event a result tells of, given the operands that it was made of.
#include "exec/reference/event_watch.hpp"

#include <cfenv>
#include <cmath>
#include <complex>

#include "ops/lane_types.hpp"

namespace tightloop::reference {
namespace {

/// A lane as numbers: real lanes have one part, complex ones two.
struct Parts {
  long double value[2] = {0, 0};
  int count = 1;
  bool exact = false;  ///< an integer or bool

  template <class Holds>
  bool some(Holds&& holds) const {
    return holds(value[0]) || (count == 2 && holds(value[1]));
  }
  bool has_nan() const {
    return some([](long double v) { return std::isnan(v); });
  }
  bool has_infinity() const {
    return some([](long double v) { return std::isinf(v); });
  }
  bool is_finite() const {
    return !some([](long double v) { return !std::isfinite(v); });
  }
  bool is_zero() const { return value[0] == 0 && (count == 1 || value[1] == 0); }
};

Parts parts_of(DType lane, const void* lanes, std::size_t i) {
  return ops::with_lane(lane, [&]<class L>() {
    const L x = static_cast<const L*>(lanes)[i];
    Parts out;
    if constexpr (ops::Complex<L>) {
      out.value[0] = x.real();
      out.value[1] = x.imag();
      out.count = 2;
    } else {
      out.value[0] = static_cast<long double>(x);
      out.exact = !ops::Float<L>;
    }
    return out;
  });
}

bool fits_integer(long double x, DType t) {
  const int digits = static_cast<int>(8 * itemsize(t)) - (is_signed_int(t) ? 1 : 0);
  const long double whole = std::trunc(x);
  return whole < std::ldexp(1.0L, digits) &&
         whole >= (is_signed_int(t) ? -std::ldexp(1.0L, digits) : 0.0L);
}

/// Computes one element once more; returns the flags that it raises.
int flags_of(const WatchedBlock& block, std::size_t i) {
  alignas(16) std::byte lane[16];
  const void* args[3] = {};
  const std::size_t size = itemsize(block.operand);
  for (std::size_t k = 0; k < block.node->nargs; ++k) {
    args[k] = static_cast<const std::byte*>(block.args[k]) + i * size;
  }
  std::feclearexcept(FE_ALL_EXCEPT);
  block.run(lane, args, 1);
  return std::fetestexcept(FE_ALL_EXCEPT);
}

EventSet integer_events(const ir::TypedNode& n, const Parts* x) {
  if (n.op == Op::cast) {
    return fits_integer(x[0].value[0], n.dtype) ? EventSet{} : EventSet{EventKind::invalid};
  }
  const bool pole = n.op == Op::pow ? x[0].is_zero() && x[1].value[0] < 0 : x[1].is_zero();
  return pole ? EventSet{EventKind::divide} : EventSet{};
}

}  // namespace

EventSet EventWatch::judge(const WatchedBlock& block, std::size_t i) {
  const ir::TypedNode& n = *block.node;
  Parts x[3];
  bool some_nan = false, all_finite = true;
  for (std::size_t k = 0; k < n.nargs; ++k) {
    x[k] = parts_of(block.operand, block.args[k], i);
    some_nan |= x[k].has_nan();
    all_finite &= x[k].is_finite();
  }
  if (is_integer(block.result)) return integer_events(n, x);
  const Parts r = parts_of(block.result, block.out, i);
  if (r.has_nan()) {
    if (some_nan) return {};
    // A format without infinity has NaN for what is too large.
    const bool too_large = n.op == Op::round_half && all_finite;
    return {too_large ? EventKind::overflow : EventKind::invalid};
  }
  if (r.has_infinity()) {
    if (!all_finite) return {};
    const bool pole = n.op != Op::round_half && (flags_of(block, i) & FE_DIVBYZERO) != 0;
    return {pole ? EventKind::divide : EventKind::overflow};
  }
  const long double least = least_normal(n.dtype);
  if (!r.some([&](long double v) { return std::abs(v) < least; }) || some_nan) return {};
  const bool lost = n.op == Op::round_half ? r.value[0] != x[0].value[0]
                                           : (flags_of(block, i) & FE_UNDERFLOW) != 0;
  return lost ? EventSet{EventKind::underflow} : EventSet{};
}

EventSet EventWatch::judge_reduction(Op op, DType lane, const void* result, std::uint8_t traits) {
  const Parts r = parts_of(lane, result, 0);
  if (r.has_nan()) return (traits & kSawNan) != 0 ? EventSet{} : EventSet{EventKind::invalid};
  const bool finite = (traits & (kSawNan | kSawInfinity)) == 0;
  if (r.has_infinity()) return finite ? EventSet{EventKind::overflow} : EventSet{};
  const bool vanished = op == Op::prod && r.is_zero() && finite && (traits & kSawZero) == 0;
  return vanished ? EventSet{EventKind::underflow} : EventSet{};
}

void EventWatch::note(EventSet kinds, ir::NodeId node, std::int64_t element) {
  for (std::size_t k = 0; k < first_.size(); ++k) {
    if (!kinds.contains(static_cast<EventKind>(k))) continue;
    First& f = first_[k];
    if (node < f.node || (node == f.node && element < f.element)) f = {node, element};
  }
}

void note_operands(DType lane, const void* lanes, const std::uint32_t* slots, std::size_t count,
                   std::vector<std::uint8_t>& traits) {
  for (std::size_t i = 0; i < count; ++i) {
    const Parts x = parts_of(lane, lanes, i);
    std::uint8_t seen = x.is_zero() ? kSawZero : 0;
    if (x.has_nan()) seen |= kSawNan;
    if (x.has_infinity()) seen |= kSawInfinity;
    traits[slots[i]] |= seen;
  }
}

}  // namespace tightloop::reference
