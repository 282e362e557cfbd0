// Means, deviations and norms in terms of sums, and of var: the kernels' own sum of squared
// deviations, which is one pass over all elements. Where a mask leaves some out it takes two, the
// mean first: no value that counts is known beforehand to shift by, and what does not count may be
// of any size. Sums that overflow are left to programs that are typed with scaled_averages.
#include <cmath>
#include <limits>

#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

// Sums of elements times the first, and of squares of elements times the second, do not overflow,
// whatever finite elements they are of and however many there are.
constexpr double kMeanScale = 0x1p-64;
constexpr double kSquareScale = 0x1p-560;
constexpr double kLargest = std::numeric_limits<double>::max();

}  // namespace

NodeId Resolver::count(const Reduction& r, NodeId reduction) {
  if (r.mask == kNoNode) return b_.make(Op::extent, DType::float64, {reduction});
  return b_.cast(b_.reduce(Op::sum, DType::int64, full_mask(r), r.spec), DType::float64);
}

// What is counted is a constant in the shape of x: no element is read.
Value Resolver::extent(const ir::Node& n) {
  constexpr int128 kMost = int128{1} << 53;  // float64 counts so far
  const ir::Node& counted = graph_[n.args[0]];
  const NodeId shape = filled(b_.integer(DType::bool_, 1), strong(values_[counted.args[0]]).id);
  const NodeId sum = b_.reduce(Op::sum, DType::int64, shape, axes_of(counted.attr));
  const NodeId number = b_.make(Op::extent, DType::float64, {sum});
  return {b_.make(Op::cast, DType::int64, {number}, {0, kMost}), true, {}};
}

// The sum of what counts, for float64 or complex128. Sums of integers are exact (NumPy's promotion
// adds them as float64, but the narrow ones); `reduction` is a node that reduces what is summed.
NodeId Resolver::sum_of(const Reduction& r, DType lane, NodeId& reduction) {
  const DType t = dtype(r.x);
  if (is_integral(t) && policy_.promotion == Promotion::exact) {
    const DType acc = exact_range(r.x).lo < 0 ? DType::int64 : DType::uint64;
    const IntegerTotal total = exact_total(selected_value(r, 0), acc, r.spec);
    reduction = total.reduction;
    return to_float(total.value, lane);
  }
  reduction = float_sum_of(r, lane);
  return reduction;
}

NodeId Resolver::float_sum_of(const Reduction& r, DType lane) {
  const NodeId x = selected(r, 0);
  const DType t = dtype(r.x);
  if (is_integral(t) && itemsize(t) <= 2) {
    const DType acc = range(r.x).lo < 0 ? DType::int64 : DType::uint64;
    return b_.reduce(Op::sum, acc, x, r.spec);
  }
  return b_.reduce(Op::sum, lane, is_integral(t) ? b_.cast(x, lane) : x, r.spec);
}

Value Resolver::averaged(NodeId value, DType from) {
  const DType t = is_complex(b_[value].dtype) ? from : real_part(from);
  if (is_integral(t)) return {value, false, {}};
  if (!is_half(t)) return {b_.cast(value, t), false, {}};
  const bool rounds_to_half = policy_.promotion == Promotion::numpy;
  return {rounds_to_half ? b_.round_half(value, t) : b_.cast(value, DType::float32), false, {}};
}

Value Resolver::mean(const Reduction& r) {
  const DType t = dtype(r.x);
  const DType lane = is_complex(t) ? DType::complex128 : DType::float64;
  NodeId reduction = kNoNode;
  const NodeId sum = sum_of(r, lane, reduction);
  const NodeId n = count(r, reduction);
  const NodeId value = b_.make(Op::divide, lane, {b_.cast(sum, lane), b_.cast(n, lane)});
  if (!scales(r)) return averaged(value, t);
  const NodeId finite = b_.make(Op::isfinite, DType::bool_, {sum});
  const NodeId other = unscaled_mean(sum, float_sum_of(scaled(r, kMeanScale), lane), n);
  return averaged(b_.make(Op::where, lane, {finite, value, other}), t);
}

bool Resolver::scales(const Reduction& r) const {
  const DType t = dtype(r.x);
  return policy_.scaled_averages && (t == DType::float64 || t == DType::complex128);
}

Resolver::Reduction Resolver::scaled(const Reduction& r, double scale) {
  const DType t = dtype(r.x), part = real_part(t);
  const auto times = [&](NodeId x) {
    return b_.make(Op::multiply, part, {x, b_.real(part, scale)});
  };
  Reduction out = r;
  if (is_complex(t)) {
    const NodeId re = times(b_.make(Op::real, part, {r.x.id}));
    const NodeId im = times(b_.make(Op::imag, part, {r.x.id}));
    out.x = {b_.make(Op::make_complex, t, {re, im}), false, {}};
  } else {
    out.x = {times(r.x.id), false, {}};
  }
  return out;
}

// Rounding may not carry a mean past the largest of its elements.
NodeId Resolver::unscaled_mean(NodeId plain_sum, NodeId sum, NodeId n) {
  const DType t = DType::float64;
  const DType lane = b_[sum].dtype;
  const auto of_real = [&](NodeId plain, NodeId scaled) {
    const NodeId small = b_.make(Op::divide, t, {scaled, n});
    const NodeId grown = b_.make(Op::multiply, t, {small, b_.real(t, 1 / kMeanScale)});
    const NodeId above = b_.make(Op::maximum, t, {grown, b_.real(t, -kLargest)});
    const NodeId within = b_.make(Op::minimum, t, {above, b_.real(t, kLargest)});
    const NodeId real = b_.make(Op::isfinite, DType::bool_, {small});
    const NodeId other = b_.make(Op::where, t, {real, within, small});
    const NodeId finite = b_.make(Op::isfinite, DType::bool_, {plain});
    return b_.make(Op::where, t, {finite, b_.make(Op::divide, t, {plain, n}), other});
  };
  if (!is_complex(lane)) return of_real(plain_sum, sum);
  const auto part = [&](Op op) {
    return of_real(b_.make(op, t, {plain_sum}), b_.make(op, t, {sum}));
  };
  return b_.make(Op::make_complex, lane, {part(Op::real), part(Op::imag)});
}

NodeId Resolver::with_axes(NodeId reduced, std::uint32_t spec) {
  const ir::ReduceSpec& s = reduces_[spec];
  if (s.all || s.keepdims || s.axes.empty()) return reduced;
  const auto [at, fresh] = expansion_.try_emplace(spec, static_cast<std::uint32_t>(views_.size()));
  if (fresh) views_.push_back({ir::ViewSpec::Kind::expand_dims, {}, s.axes});
  return b_.view(reduced, at->second);
}

NodeId Resolver::squared_magnitude(NodeId x) {
  const DType t = b_[x].dtype;
  if (!is_complex(t)) {
    return b_.make(Op::square, DType::float64, {b_.cast(x, DType::float64)});
  }
  const NodeId re = b_.make(Op::real, real_part(t), {x});
  const NodeId im = b_.make(Op::imag, real_part(t), {x});
  return b_.make(Op::add, DType::float64, {squared_magnitude(re), squared_magnitude(im)});
}

NodeId Resolver::squared_deviations(const Reduction& r) {
  const DType t = dtype(r.x);
  const auto of_real = [&](NodeId x) { return b_.reduce(Op::var, DType::float64, x, r.spec); };
  if (r.mask == kNoNode && is_complex(t)) {
    const NodeId re = of_real(b_.make(Op::real, real_part(t), {r.x.id}));
    const NodeId im = of_real(b_.make(Op::imag, real_part(t), {r.x.id}));
    return b_.make(Op::add, DType::float64, {re, im});
  }
  if (r.mask == kNoNode) {
    return of_real(is_integral(t) ? to_float(r.x, DType::float64) : r.x.id);
  }
  const DType lane = is_complex(t) ? DType::complex128 : DType::float64;
  // Scaled, so that the sum does not overflow. What that takes from the smallest elements is in the
  // sum of the deviations.
  const double scale = t == lane ? 0x1p-40 : 1;
  Reduction scaled = r;
  if (scale != 1) {
    scaled.x = {b_.make(Op::multiply, t, {r.x.id, b_.real(t, scale)}), false, {}};
  }
  NodeId reduction = kNoNode;
  const NodeId sum = sum_of(scaled, lane, reduction);
  const NodeId n = count(r, reduction);
  NodeId mean = b_.make(Op::divide, lane, {b_.cast(sum, lane), b_.cast(n, lane)});
  if (scale != 1) mean = b_.make(Op::multiply, lane, {mean, b_.real(lane, 1 / scale)});
  const NodeId x = is_integral(t) ? to_float(r.x, lane) : b_.cast(r.x.id, lane);
  const NodeId away = b_.make(Op::subtract, lane, {x, with_axes(mean, r.spec)});
  const NodeId counts = b_.make(Op::where, lane, {r.mask, away, b_.real(lane, 0.0)});
  const NodeId squares = b_.reduce(Op::sum, DType::float64, squared_magnitude(counts), r.spec);
  // What rounding left of the mean is in the sum of the deviations (Chan, Golub, LeVeque).
  const NodeId left = b_.reduce(Op::sum, lane, counts, r.spec);
  const auto excess = [&](Op part) {
    const NodeId s = is_complex(lane) ? b_.make(part, DType::float64, {left}) : left;
    const NodeId share = b_.make(Op::divide, DType::float64, {s, n});
    return b_.make(Op::multiply, DType::float64, {s, share});
  };
  NodeId rest = excess(Op::real);
  if (is_complex(lane)) rest = b_.make(Op::add, DType::float64, {rest, excess(Op::imag)});
  // Where both overflow the squares stay infinite.
  const NodeId finite = b_.real(DType::float64, std::numeric_limits<double>::max());
  rest = b_.make(Op::minimum, DType::float64, {rest, finite});
  const NodeId total = b_.make(Op::subtract, DType::float64, {squares, rest});
  return b_.make(Op::maximum, DType::float64, {total, b_.real(DType::float64, 0.0)});
}

Value Resolver::deviation(const Reduction& r, bool root) {
  const NodeId total = squared_deviations(r);
  NodeId reduction = total;  // with a mask its count says how many there are
  if (r.mask == kNoNode && !is_reduction(b_[total].op)) reduction = b_[total].args[0];
  NodeId n = count(r, reduction);
  if (r.ddof != 0) {
    n = b_.make(Op::subtract, DType::float64, {n, b_.real(DType::float64, r.ddof)});
    const NodeId zero = b_.real(DType::float64, 0.0);
    if (r.skips_nan) {  // NaN where too few are left, as in NumPy: var divides by 0 there
      const NodeId enough = b_.make(Op::greater, DType::bool_, {n, zero});
      n = b_.make(Op::where, DType::float64, {enough, n, b_.real(DType::float64, std::nan(""))});
    } else {
      n = b_.make(Op::maximum, DType::float64, {n, zero});
    }
  }
  const auto of_squares = [&](NodeId squares) {
    const NodeId variance = b_.make(Op::divide, DType::float64, {squares, n});
    return root ? b_.make(Op::sqrt, DType::float64, {variance}) : variance;
  };
  NodeId value = of_squares(total);
  if (scales(r)) {
    const NodeId finite = b_.make(Op::isfinite, DType::bool_, {total});
    NodeId other = unscaled(of_squares(squared_deviations(scaled(r, kSquareScale))));
    if (!root) other = unscaled(other);
    value = b_.make(Op::where, DType::float64, {finite, value, other});
  }
  return averaged(value, dtype(r.x));
}

/// A length of what kSquareScale has been taken from.
NodeId Resolver::unscaled(NodeId length) {
  return b_.make(Op::multiply, DType::float64, {length, b_.real(DType::float64, 1 / kSquareScale)});
}

Value Resolver::norm(const Reduction& r) {
  const DType t = dtype(r.x);
  NodeId sum = kNoNode;
  if (is_integral(t) && itemsize(t) <= 2) {
    const Value square = exact_square({selected(r, 0), false, {}});
    sum = b_.cast(b_.reduce(Op::sum, DType::uint64, square.id, r.spec), DType::float64);
  } else if (r.x.past != kNoPast) {
    const NodeId x = to_float(selected_value(r, 0), DType::float64);
    sum = b_.reduce(Op::sum, DType::float64, squared_magnitude(x), r.spec);
  } else {
    sum = b_.reduce(Op::sum, DType::float64, squared_magnitude(selected(r, 0)), r.spec);
  }
  NodeId length = b_.make(Op::sqrt, DType::float64, {sum});
  if (scales(r)) {
    const NodeId squares = squared_magnitude(selected(scaled(r, kSquareScale), 0));
    const NodeId small = b_.reduce(Op::sum, DType::float64, squares, r.spec);
    const NodeId other = unscaled(b_.make(Op::sqrt, DType::float64, {small}));
    const NodeId finite = b_.make(Op::isfinite, DType::bool_, {sum});
    length = b_.make(Op::where, DType::float64, {finite, length, other});
  }
  return averaged(length, t);
}

// log(sum(exp(x - m))) + m with the largest element for m: no exponential overflows, and the
// largest is 1. An m that is not finite shifts nothing.
Value Resolver::log_sum_exp(const Reduction& r) {
  const DType t = dtype(r.x);
  const DType lane = is_integral(t) ? DType::float64 : ir::lane_of(t);
  NodeId x = is_integral(t) ? to_float(r.x, lane) : b_.cast(r.x.id, lane);
  if (r.mask != kNoNode) {
    x = b_.make(Op::where, lane, {r.mask, x, b_.real(lane, -HUGE_VAL)});
  }
  const NodeId largest = b_.reduce(Op::max, lane, x, r.spec);
  const NodeId finite = b_.make(Op::isfinite, DType::bool_, {largest});
  const NodeId shift = b_.make(Op::where, lane, {finite, largest, b_.real(lane, 0.0)});
  const NodeId away = b_.make(Op::subtract, lane, {x, with_axes(shift, r.spec)});
  const NodeId sum = b_.reduce(Op::sum, DType::float64, b_.make(Op::exp, lane, {away}), r.spec);
  const NodeId log = b_.make(Op::log, DType::float64, {sum});
  return averaged(b_.make(Op::add, DType::float64, {log, b_.cast(shift, DType::float64)}), t);
}

}  // namespace tightloop::typing
