// Contractions: a product of aligned operands and its sum, typed as those two would be; NumPy's
// promotion keeps the dtype of the operands.
#include "typing/resolver.hpp"

namespace tightloop::typing {

// An einsum of several operands is made of sums and products of its own, with its own span.
void Resolver::find_parts() {
  parts_found_ = true;
  const auto is_einsum = [&](const ir::Node& n) {
    return n.op == Op::contract &&
           graph_.contracts()[n.attr].kind == ir::ContractSpec::Kind::labels;
  };
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    const auto user = static_cast<NodeId>(i);
    const ir::Node& n = graph_[user];
    if (!is_einsum(n)) continue;
    for (std::size_t k = 0; k < n.nargs; ++k) {
      const Span own = graph_.span(n.args[k]), whole = graph_.span(user);
      if (is_einsum(graph_[n.args[k]]) && own == whole) parts_.insert(n.args[k]);
    }
  }
  for (NodeId result : graph_.results) parts_.erase(result);
}

DType Resolver::summand(NodeId of, const Value& x) const {
  const auto at = summands_.find(of);
  return at == summands_.end() ? dtype(x) : at->second;
}

// Sums of integers modulo 2^n may be taken of sums modulo 2^64: only the whole is cut.
Value Resolver::in_dtype(const Value& x, DType t) {
  if (!parts_found_) find_parts();
  if (parts_.count(current_) != 0) {
    summands_[current_] = t;
    return x;
  }
  if (is_bool(t)) return {truth(x), false, {}};
  const bool wraps = !range_of(t).contains(range(x));
  if (!check_ || !wraps) return {b_.cast(x.id, t), false, {}};
  return {b_.make(Op::cast, t, {x.id}, range_of(t), true), false, {}};
}

Value Resolver::contraction(const ir::Node& n) {
  const ir::ContractSpec& spec = graph_.contracts()[n.attr];
  const bool sums = graph_.reduces()[spec.sum].all || !graph_.reduces()[spec.sum].axes.empty();
  const bool by_dtype = policy_.promotion == Promotion::numpy;
  Value x = strong(values_[n.args[0]]);
  if (n.nargs == 1) {
    const Value aligned{b_.align(x.id, kNoNode, n.attr, false), false, {}};
    if (!sums) return aligned;
    const Value sum = total(Op::sum, aligned, spec.sum);
    return by_dtype && is_integral(dtype(x)) ? in_dtype(sum, summand(n.args[0], x)) : sum;
  }
  const Value y = strong(values_[n.args[1]]);
  const bool conjugates = spec.kind == ir::ContractSpec::Kind::vdot && is_complex(dtype(x));
  const NodeId left = conjugates ? b_.make(Op::conj, dtype(x), {x.id}) : x.id;
  const Value l{b_.align(left, y.id, n.attr, false), false, {}};
  const Value r{b_.align(y.id, left, n.attr, true), false, {}};
  if (by_dtype) {
    const DType t = promote(summand(n.args[0], x), summand(n.args[1], y));
    const std::uint32_t* sum = sums ? &spec.sum : nullptr;
    return is_integral(t) ? product_in_dtype(l, r, t, sum) : product_of_floats(l, r, t, sum);
  }
  const Value factors[] = {l, r};
  const Value product = arithmetic(Op::multiply, factors);
  return sums ? total(Op::sum, product, spec.sum) : product;
}

Value Resolver::product_in_dtype(const Value& x, const Value& y, DType t,
                                 const std::uint32_t* sum) {
  const Value factors[] = {x, y};
  const Value product = exact_integer(Op::multiply, factors);
  return in_dtype(sum != nullptr ? total(Op::sum, product, *sum) : product, t);
}

Value Resolver::product_of_floats(const Value& x, const Value& y, DType t,
                                  const std::uint32_t* sum) {
  const Value factors[] = {{to_float(x, t), false, {}}, {to_float(y, t), false, {}}};
  if (sum == nullptr) return arithmetic(Op::multiply, factors);
  // Of the half types only the sum is rounded.
  const NodeId product = b_.make(Op::multiply, t, {factors[0].id, factors[1].id});
  return total(Op::sum, {product, false, {}}, *sum);
}

}  // namespace tightloop::typing
