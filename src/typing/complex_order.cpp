// Complex numbers in order, NumPy's: by their real parts, by the imaginary ones where those are
// equal; what has a NaN in either part is a NaN. Written in terms of the parts, so that no back end
// orders complex lanes.
#include <cmath>

#include "typing/resolver.hpp"

namespace tightloop::typing {

struct Resolver::ComplexParts {
  NodeId re, im;
};

Resolver::ComplexParts Resolver::parts_of(NodeId z) {
  const DType part = real_part(b_[z].dtype);
  return {b_.make(Op::real, part, {z}), b_.make(Op::imag, part, {z})};
}

NodeId Resolver::in_complex_order(Op op, NodeId x, NodeId y) {
  const ComplexParts a = parts_of(x), c = parts_of(y);
  const auto test = [&](Op by, NodeId u, NodeId v) { return b_.make(by, DType::bool_, {u, v}); };
  const bool below = op == Op::less || op == Op::less_equal;
  // An imaginary part that is NaN equals not even itself.
  const NodeId numbers =
      logical(Op::logical_and, test(Op::equal, a.im, a.im), test(Op::equal, c.im, c.im));
  const NodeId by_real =
      logical(Op::logical_and, test(below ? Op::less : Op::greater, a.re, c.re), numbers);
  const NodeId by_imag =
      logical(Op::logical_and, test(Op::equal, a.re, c.re), test(op, a.im, c.im));
  return logical(Op::logical_or, by_real, by_imag);
}

NodeId Resolver::complex_extreme(Op op, NodeId x, NodeId y) {
  const bool smaller = op == Op::minimum || op == Op::fmin;
  const bool skips_nan = op == Op::fmin || op == Op::fmax;
  const NodeId ordered = in_complex_order(smaller ? Op::less_equal : Op::greater_equal, x, y);
  const NodeId nan = b_.make(Op::isnan, DType::bool_, {skips_nan ? y : x});
  return choose(logical(Op::logical_or, nan, ordered), x, y, b_[x].dtype, {});
}

Value Resolver::of_complex_parts(Op op, Values x) {
  const DType t = *common_float(x);
  const bool weak = all_weak(x);
  std::vector<NodeId> z;
  for (const Value& v : x) z.push_back(to_float(v, t));
  switch (op) {
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal: return {in_complex_order(op, z[0], z[1]), weak, {}};
    case Op::clip: {
      const NodeId low = complex_extreme(Op::maximum, z[0], z[1]);
      return {complex_extreme(Op::minimum, low, z[2]), weak, {}};
    }
    case Op::absdiff: {
      const NodeId difference = b_.make(Op::subtract, t, {z[0], z[1]});
      return {b_.make(Op::abs, real_part(t), {difference}), weak, {}};
    }
    default: return {complex_extreme(op, z[0], z[1]), weak, {}};
  }
}

// The extreme real part, and of the elements that have it the extreme imaginary part.
struct Resolver::ComplexExtreme {
  ComplexParts best;  ///< of what counts; an end of the order where nothing does
  NodeId among;       ///< bool: the elements whose real part is the best
  NodeId nan;         ///< bool: the elements that count and are NaN
};

Resolver::ComplexExtreme Resolver::complex_extremes(Op op, const Reduction& r) {
  const ComplexParts z = parts_of(r.x.id);
  const DType part = b_[z.re].dtype;
  const NodeId worst = b_.real(part, op == Op::min ? HUGE_VAL : -HUGE_VAL);
  const auto counted = [&](NodeId truth) {
    return r.mask == kNoNode ? truth : logical(Op::logical_and, r.mask, truth);
  };
  const NodeId re = r.mask == kNoNode ? z.re : choose(r.mask, z.re, worst, part, {});
  ComplexExtreme out;
  out.best.re = b_.reduce(op, part, re, r.spec);
  out.among = counted(b_.make(Op::equal, DType::bool_, {z.re, with_axes(out.best.re, r.spec)}));
  out.best.im = b_.reduce(op, part, choose(out.among, z.im, worst, part, {}), r.spec);
  out.nan = counted(b_.make(Op::isnan, DType::bool_, {r.x.id}));
  return out;
}

Value Resolver::complex_extreme_of(Op op, const Reduction& r) {
  if (r.has_where && !r.initial) {
    fail(ErrorCode::value, "'" + spelling(graph_[current_].op) + "' with where= needs initial=",
         "say what it is where nothing is selected: " + spelling(op) + "(x, where=m, initial=0)");
  }
  const DType t = dtype(r.x), part = real_part(t);
  const ComplexExtreme found = complex_extremes(op, r);
  const NodeId not_a_number = b_.real(part, std::nan(""));
  const NodeId any_nan = b_.reduce(Op::any, DType::bool_, found.nan, r.spec);
  // Where NaN is skipped there is none, and without an initial value nothing may be left.
  NodeId undefined = any_nan;
  if (r.skips_nan) {
    undefined = logical_not(b_.reduce(Op::any, DType::bool_, r.mask, r.spec));
    if (r.initial) undefined = b_.integer(DType::bool_, 0);
  }
  const auto whole = [&](NodeId x) { return choose(undefined, not_a_number, x, part, {}); };
  const NodeId best = b_.make(Op::make_complex, t, {whole(found.best.re), whole(found.best.im)});
  if (!r.initial) return {best, false, {}};
  const NodeId seed = to_float(*r.initial, t);
  return {complex_extreme(op == Op::min ? Op::minimum : Op::maximum, best, seed), false, {}};
}

Value Resolver::complex_position(Op op, const Reduction& r) {
  const ComplexExtreme found = complex_extremes(op == Op::argmin ? Op::min : Op::max, r);
  const NodeId im = parts_of(r.x.id).im;
  const NodeId same = b_.make(Op::equal, DType::bool_, {im, with_axes(found.best.im, r.spec)});
  NodeId hit = logical(Op::logical_and, found.among, same);
  const auto some = [&](NodeId truth) { return b_.reduce(Op::any, DType::bool_, truth, r.spec); };
  if (!r.skips_nan) {
    hit = choose(with_axes(some(found.nan), r.spec), found.nan, hit, DType::bool_, {0, 1});
    return {b_.reduce(Op::argmax, DType::int64, hit, r.spec), false, {}};
  }
  const NodeId at = b_.reduce(Op::argmax, DType::int64, hit, r.spec);
  const NodeId none = b_.integer(DType::int64, -1);
  return {choose(some(r.mask), at, none, DType::int64, range_of(DType::int64)), false, {}};
}

Value Resolver::of_complex_parts(const Reduction& r) {
  switch (r.op) {
    case Op::argmin:
    case Op::argmax: return complex_position(r.op, r);
    case Op::ptp: {
      const Value ends[] = {complex_extreme_of(Op::max, r), complex_extreme_of(Op::min, r)};
      return arithmetic(Op::subtract, ends);
    }
    default: return complex_extreme_of(r.op, r);
  }
}

}  // namespace tightloop::typing
