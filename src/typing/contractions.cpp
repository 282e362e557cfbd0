// Contractions: a product of aligned operands and its sum, typed as those two would be; NumPy's
// promotion keeps the dtype of the operands.
#include "typing/resolver.hpp"

namespace tightloop::typing {

Value Resolver::contraction(const ir::Node& n) {
  const ir::ContractSpec& spec = graph_.contracts()[n.attr];
  const bool sums = graph_.reduces()[spec.sum].all || !graph_.reduces()[spec.sum].axes.empty();
  Value x = strong(values_[n.args[0]]);
  if (n.nargs == 1) {
    const Value aligned{b_.align(x.id, kNoNode, n.attr, false), false, {}};
    return sums ? total(Op::sum, aligned, spec.sum) : aligned;
  }
  const Value y = strong(values_[n.args[1]]);
  const bool conjugates = spec.kind == ir::ContractSpec::Kind::vdot && is_complex(dtype(x));
  const NodeId left = conjugates ? b_.make(Op::conj, dtype(x), {x.id}) : x.id;
  const Value l{b_.align(left, y.id, n.attr, false), false, {}};
  const Value r{b_.align(y.id, left, n.attr, true), false, {}};
  if (!sums) {
    const Value factors[] = {l, r};
    return arithmetic(Op::multiply, factors);
  }
  return sum_of_products(l, r, spec.sum);
}

Value Resolver::sum_of_products(const Value& x, const Value& y, std::uint32_t spec) {
  const Value factors[] = {x, y};
  if (policy_.promotion != Promotion::numpy) {
    return total(Op::sum, arithmetic(Op::multiply, factors), spec);
  }
  std::optional<DType> t = common_float(factors);
  if (!t && !is_integral(numpy_dtype(factors))) t = numpy_dtype(factors);
  if (t) {
    // Of the half types only the sum is rounded.
    const NodeId product = b_.make(Op::multiply, *t, {to_float(x, *t), to_float(y, *t)});
    return total(Op::sum, {product, false, {}}, spec);
  }
  const DType target = numpy_dtype(factors);
  const Value sum = total(Op::sum, exact_integer(Op::multiply, factors), spec);
  if (is_bool(target)) return {truth(sum), false, {}};
  const bool wraps = !range_of(target).contains(range(sum));
  if (!check_ || !wraps) return {b_.cast(sum.id, target), false, {}};
  return {b_.make(Op::cast, target, {sum.id}, range_of(target), true), false, {}};
}

}  // namespace tightloop::typing
