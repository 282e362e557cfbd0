// Comparisons: exact between any two integer types in both promotions, in the common float
// otherwise.
#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

/// What `op` says of x and y when x is known to be below (or above) y.
bool ordered(Op op, bool below) {
  switch (op) {
    case Op::less:
    case Op::less_equal: return below;
    case Op::greater:
    case Op::greater_equal: return !below;
    default: return op == Op::not_equal;
  }
}

/// The comparison that holds with the operands exchanged.
Op mirrored(Op op) {
  switch (op) {
    case Op::less: return Op::greater;
    case Op::less_equal: return Op::greater_equal;
    case Op::greater: return Op::less;
    case Op::greater_equal: return Op::less_equal;
    default: return op;
  }
}

}  // namespace

Value Resolver::compare(Op op, Values x) {
  const bool weak = all_weak(x);
  if (!all_integral(x)) {
    const DType t = *common_float(x);
    if (beyond_words(x[0])) return {float_comparison(mirrored(op), x[1], x[0], t), weak, {}};
    if (beyond_words(x[1])) return {float_comparison(op, x[0], x[1], t), weak, {}};
    return {b_.make(op, DType::bool_, {to_compared(x[0], t), to_compared(x[1], t)}), weak, {}};
  }
  if (!any_beyond(x)) return {compare_integers(op, x[0].id, x[1].id), weak, {}};
  // A constant past 64 bits is above or below all values of the other side, or equals a constant.
  const bool both = x[0].number != nullptr && x[1].number != nullptr;
  const bool equal = both && *x[0].number == *x[1].number;
  const bool below = both                 ? *x[0].number < *x[1].number
                     : beyond_words(x[0]) ? x[0].number->is_negative()
                                          : !x[1].number->is_negative();
  const bool result = equal ? op == Op::equal || op == Op::less_equal || op == Op::greater_equal
                            : ordered(op, below);
  const NodeId array = b_[x[0].id].op == Op::constant ? x[1].id : x[0].id;
  return {filled(b_.integer(DType::bool_, result ? 1 : 0), array), weak, {}};
}

NodeId Resolver::compare_integers(Op op, NodeId x, NodeId y) {
  const Range rx = b_[x].range, ry = b_[y].range;
  if (is_bool(b_[x].dtype) && is_bool(b_[y].dtype)) return b_.make(op, DType::bool_, {x, y});
  if (const auto lane = narrowest(rx.join(ry))) {
    return b_.make(op, DType::bool_, {b_.cast(x, *lane), b_.cast(y, *lane)});
  }
  // One side has negatives, the other values past int64: a negative is below them all.
  if (rx.lo >= 0) return compare_integers(mirrored(op), y, x);
  const NodeId negative = is_negative(x);
  const NodeId as_words = b_.make(op, DType::bool_, {word(x), word(y)});
  if (ordered(op, true)) return logical(Op::logical_or, negative, as_words);
  return logical(Op::logical_and, logical_not(negative), as_words);
}

}  // namespace tightloop::typing
