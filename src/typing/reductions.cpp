// Reductions: accumulator dtypes, mean and count_nonzero in terms of sum, and sums of 64-bit
// integers that notice overflow.
#include <complex>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

Scalar negative_zero(DType t) {
  return is_complex(t) ? Scalar::of(std::complex<double>(-0.0, -0.0)) : Scalar::of(-0.0);
}

}  // namespace

Value Resolver::reduction(const ir::Node& n, const Value& operand) {
  if (!info(n.op).accepts_complex) reject_complex(n.op, {&operand, 1});
  const Value x =
      policy_.promotion == Promotion::numexpr ? numexpr_result(operand) : strong(operand);
  switch (n.op) {
    case Op::sum:
    case Op::prod: return total(n.op, x, n.attr);
    case Op::mean: return mean(x, n.attr);
    case Op::min:
    case Op::max: return {b_.reduce(n.op, dtype(x), x.id, n.attr), false, {}};
    case Op::any:
    case Op::all: return {b_.reduce(n.op, DType::bool_, truth(operand), n.attr), false, {}};
    case Op::count_nonzero:
      return {b_.reduce(Op::sum, DType::int64, truth(operand), n.attr), false, {}};
    default: break;
  }
  throw Error(ErrorCode::internal, "'" + spelling(n.op) + "' has no reduction rule");
}

Value Resolver::total(Op op, const Value& x, std::uint32_t spec) {
  const DType t = dtype(x);
  if (is_complex(t)) {
    return {b_.cast(watched(b_.reduce(op, DType::complex128, x.id, spec)), t), false, {}};
  }
  if (is_float(t)) {
    const NodeId sum = watched(b_.reduce(op, DType::float64, x.id, spec));
    if (!is_half(t)) return {b_.cast(sum, t), false, {}};
    const bool rounds_to_half = policy_.promotion == Promotion::numpy;
    return {rounds_to_half ? b_.round_half(sum, t) : b_.cast(sum, DType::float32), false, {}};
  }
  const bool by_dtype = policy_.promotion != Promotion::exact;
  const bool has_sign = by_dtype ? !is_unsigned_int(t) : range(x).lo < 0;
  const NodeId sum = integer_total(op, x.id, has_sign ? DType::int64 : DType::uint64, spec);
  const bool keeps = policy_.promotion == Promotion::numexpr && t == DType::int32;
  return {keeps ? b_.cast(sum, t) : sum, false, {}};
}

NodeId Resolver::watched(NodeId sum) {
  if (!policy_.report_events) return sum;
  // x + -0 is x; kernels look at accumulators where they read them.
  return b_.make(Op::add, b_[sum].dtype,
                 {sum, b_.constant(negative_zero(b_[sum].dtype), b_[sum].dtype, {})});
}

NodeId Resolver::integer_total(Op op, NodeId x, DType acc, std::uint32_t spec) {
  if (op == Op::prod) return b_.reduce(op, acc, x, spec, true);
  const bool wide_elements = !is_bool(b_[x].dtype) && itemsize(b_[x].dtype) == 8;
  if (wide_elements && check_) return split_total(x, acc, spec);
  return b_.reduce(op, acc, x, spec, wide_elements);
}

NodeId Resolver::split_total(NodeId x, DType acc, std::uint32_t spec) {
  const DType lane = b_[x].dtype;
  const int128 half = static_cast<int128>(1) << 32;
  const Range low{0, half - 1};
  const Range r = b_[x].range;
  const Range high_range{r.lo >> 32, r.hi >> 32};
  const NodeId high = b_.make(Op::shift_right, lane, {x, b_.integer(lane, 32)}, high_range);
  const NodeId rest = b_.make(Op::bit_and, lane, {x, b_.integer(lane, half - 1)}, low);
  const NodeId high_sum = b_.reduce(Op::sum, acc, b_.cast(high, fit(high_range).dtype), spec);
  const NodeId low_sum = b_.reduce(Op::sum, DType::uint64, b_.cast(rest, DType::uint32), spec);
  // total = (high + low >> 32) * 2^32 + (low & (2^32 - 1)); the product overflows exactly where
  // the total does.
  const NodeId carry =
      b_.make(Op::shift_right, DType::uint64, {low_sum, b_.integer(DType::uint64, 32)}, low);
  const NodeId low_word =
      b_.make(Op::bit_and, DType::uint64, {low_sum, b_.integer(DType::uint64, half - 1)}, low);
  const Range all = range_of(acc);
  const NodeId top = b_.make(Op::add, acc, {high_sum, b_.cast(carry, acc)}, all);
  const NodeId scaled = b_.make(Op::multiply, acc, {top, b_.integer(acc, half)}, all, true);
  return b_.make(Op::add, acc, {scaled, b_.cast(low_word, acc)}, all);
}

Value Resolver::mean(const Value& x, std::uint32_t spec) {
  const DType t = dtype(x);
  const DType lane = is_complex(t) ? DType::complex128 : DType::float64;
  NodeId sum = kNoNode;
  if (is_integral(t) && itemsize(t) <= 2) {
    // Exact: no array is long enough for these to pass 64 bits.
    const bool has_sign = range(x).lo < 0;
    sum = b_.reduce(Op::sum, has_sign ? DType::int64 : DType::uint64, x.id, spec);
  } else {
    sum = b_.reduce(Op::sum, lane, is_integral(t) ? b_.cast(x.id, lane) : x.id, spec);
  }
  const NodeId count = b_.make(Op::extent, DType::float64, {sum});
  const NodeId quotient = b_.make(Op::divide, lane, {b_.cast(sum, lane), b_.cast(count, lane)});
  if (is_integral(t)) return {quotient, false, {}};
  if (!is_half(t)) return {b_.cast(quotient, t), false, {}};
  const bool rounds_to_half = policy_.promotion == Promotion::numpy;
  return {
      rounds_to_half ? b_.round_half(quotient, t) : b_.cast(quotient, DType::float32), false, {}};
}

}  // namespace tightloop::typing
