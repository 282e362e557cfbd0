// Values and masks of every node, in topological order. See the header for what they mean.
#include "api/nullable/masks.hpp"

#include <complex>
#include <limits>

#include "ir/wide_constant.hpp"

namespace tightloop::nullable {
namespace {

using ir::Graph;
using ir::kNoNode;
using ir::Node;
using ir::NodeId;

bool is_extreme(Op op) {
  return op == Op::min || op == Op::max || op == Op::nanmin || op == Op::nanmax;
}
bool skips_nan(Op op) {
  return op == Op::nanmin || op == Op::nanmax;
}
bool wants_smallest(Op op) {
  return op == Op::min || op == Op::nanmin;
}
bool is_rank_view(const Graph& graph, const Node& node) {
  return node.op == Op::view && graph.views()[node.attr].kind == ir::ViewSpec::Kind::rank;
}

/// True for what gives its result whatever its operands hold.
bool reads_no_element(const Graph& graph, const Node& node) {
  return node.op == Op::extent || is_rank_view(graph, node) ||
         (node.op == Op::call && node.nargs == 2);  // full_scale: of dtypes
}

/// True for reductions of nothing that are null.
bool is_null_of_nothing(const Graph& graph, const Node& node) {
  return is_extreme(node.op) && !graph.reduces()[node.attr].initial;
}

/// The nodes that results are made of, without the counts that extents only name.
std::vector<bool> reached(const Graph& graph) {
  std::vector<bool> out(graph.nodes().size(), false);
  for (const NodeId id : graph.results) out[id] = true;
  for (std::size_t id = out.size(); id-- > 0;) {
    if (!out[id]) continue;
    const Node& node = graph.nodes()[id];
    if (node.op == Op::extent) {
      out[graph[node.args[0]].args[0]] = true;
      continue;
    }
    for (std::size_t i = 0; i < node.nargs; ++i) out[node.args[i]] = true;
  }
  return out;
}

class Masker {
 public:
  Masker(const Graph& graph, const std::vector<Input>& inputs,
         const std::unordered_map<NodeId, ValueType>& types, bool narrow_floats)
      : from_(graph), inputs_(inputs), types_(types), narrow_floats_(narrow_floats) {}

  Masked run() {
    const std::size_t count = from_.nodes().size();
    value_.assign(count, kNoNode);
    mask_.assign(count, kNoNode);
    cover_.assign(count, kNoNode);
    const std::vector<bool> needed = reached(from_);
    for (NodeId id = 0; id < count; ++id) {
      if (needed[id]) add(id);
    }
    Masked out;
    std::vector<NodeId> masks;
    for (const NodeId id : from_.results) {
      const bool null = mask_[id] != kNoNode;
      out.may_be_null.push_back(null);
      to_.results.push_back(value_[id]);
      if (null) masks.push_back(full_mask(id));
    }
    to_.results.insert(to_.results.end(), masks.begin(), masks.end());
    out.graph = std::move(to_);
    return out;
  }

 private:
  NodeId both(NodeId x, NodeId y, Span span) {
    if (x == kNoNode || x == y) return y;
    return y == kNoNode ? x : to_.binary(Op::logical_and, x, y, span);
  }

  /// What operands have in common, of masks or covers.
  NodeId of_operands(const std::vector<NodeId>& list, const Node& node, Span span) {
    NodeId out = kNoNode;
    for (std::size_t i = 0; i < node.nargs; ++i) out = both(out, list[node.args[i]], span);
    return out;
  }

  /// The mask in the shape of the node, of which it may lack what broadcasting adds.
  NodeId full_mask(NodeId id) { return both(mask_[id], cover_[id], from_.span(id)); }

  NodeId zero_where_null(NodeId mask, NodeId value, Span span) {
    return to_.ternary(Op::where, mask, value, to_.unary(Op::zeros_like, value, span), span);
  }

  [[noreturn]] void refuse(NodeId id, std::string hint) {
    throw Error(ErrorCode::unsupported,
                "'" + ir::to_text(from_, id, 60) + "' is not defined for a column with nulls",
                from_.span(id),
                hint.empty() ? "fill the nulls of the column before the call" : std::move(hint));
  }

  void add(NodeId id) {
    const Node& node = from_[id];
    const Span span = from_.span(id);
    if (is_reduction(node.op)) return reduction(id);
    switch (node.op) {
      case Op::variable: return variable(id);
      case Op::constant: value_[id] = to_.constant(from_.constants()[node.attr], span); return;
      case Op::view: return view(id);
      case Op::contract: return contraction(id);
      case Op::extent: return extent(id);
      default: break;
    }
    value_[id] = ir::is_conversion(node.op) ? to_.convert(node.op, value_[node.args[0]],
                                                          static_cast<DType>(node.attr), span)
                                            : operation(node, span);
    if (reads_no_element(from_, node)) return;
    mask_[id] = of_operands(mask_, node, span);
    cover_[id] = of_operands(cover_, node, span);
  }

  NodeId operation(const Node& node, Span span) {
    const auto& args = node.args;
    if (node.nargs == 1) return to_.unary(node.op, value_[args[0]], span);
    if (node.nargs == 2) return to_.binary(node.op, value_[args[0]], value_[args[1]], span);
    return to_.ternary(node.op, value_[args[0]], value_[args[1]], value_[args[2]], span);
  }

  void variable(NodeId id) {
    const Node& node = from_[id];
    const std::string& name = from_.inputs()[node.attr];
    const Span span = from_.span(id);
    const NodeId elements = to_.variable(name, span);
    value_[id] = elements;
    if (inputs_[node.attr] == Input::array) cover_[id] = to_.unary(Op::ones_like, elements, span);
    if (inputs_[node.attr] != Input::column_with_nulls) return;
    mask_[id] = to_.variable(mask_name(name), span);
    value_[id] = zero_where_null(mask_[id], elements, span);
  }

  void view(NodeId id) {
    const Node& node = from_[id];
    const ir::ViewSpec& spec = from_.views()[node.attr];
    const NodeId x = node.args[0];
    value_[id] = to_.view(value_[x], spec, from_.span(id));
    if (is_rank_view(from_, node)) return;
    if (mask_[x] != kNoNode) {
      mask_[id] = to_.view(full_mask(x), spec, from_.span(id));
    } else if (cover_[x] != kNoNode) {
      cover_[id] = to_.view(cover_[x], spec, from_.span(id));
    }
  }

  void contraction(NodeId id) {
    const Node& node = from_[id];
    const Span span = from_.span(id);
    if (of_operands(mask_, node, span) != kNoNode) {
      refuse(id, "of two vectors, sum(a * b) skips the nulls");
    }
    value_[id] = to_.contract(from_.contracts()[node.attr], value_[node.args[0]],
                              node.nargs > 1 ? value_[node.args[1]] : kNoNode, span);
    cover_[id] = to_.unary(Op::ones_like, value_[id], span);
  }

  void extent(NodeId id) {
    const Node& counted = from_[from_[id].args[0]];
    const ir::ReduceSpec& spec = from_.reduces()[counted.attr];
    const NodeId x = counted.args[0];
    const Span span = from_.span(id);
    if (mask_[x] == kNoNode) {
      value_[id] = to_.extent(value_[x], spec, span);
      return;
    }
    value_[id] =
        to_.convert(Op::astype, to_.reduce(Op::sum, full_mask(x), spec, span), DType::int64, span);
  }

  void reduction(NodeId id) {
    const Node& node = from_[id];
    const ir::ReduceSpec& spec = from_.reduces()[node.attr];
    const Span span = from_.span(id);
    const NodeId x = node.args[0];
    const NodeId where = spec.where ? node.args[1] : kNoNode;
    const NodeId initial = spec.initial ? node.args[node.nargs - std::size_t{1}] : kNoNode;
    const NodeId start = initial == kNoNode ? kNoNode : value_[initial];
    NodeId counts = mask_[x];
    if (where != kNoNode) {
      counts = both(counts, both(value_[where], mask_[where], span), span);
    }
    if (mask_[x] != kNoNode && !info(node.op).takes_where) {
      refuse(id, node.op == Op::ptp ? "max(x) - min(x) skips the nulls" : "");
    }
    if (mask_[x] != kNoNode && where == kNoNode && is_null_of_nothing(from_, node)) {
      const NodeId found = to_.reduce(node.op, filled(node.op, x, span), spec, span);
      mask_[id] = to_.reduce(Op::any, full_mask(x), spec, span);
      value_[id] = zero_where_null(mask_[id], found, span);
      return;
    }
    value_[id] = to_.reduce(node.op, value_[x], spec, span, counts, start);
    if (initial != kNoNode) mask_[id] = mask_[initial];
    if (!spec.all || spec.keepdims) cover_[id] = to_.unary(Op::ones_like, value_[id], span);
  }

  /// x with what never decides an extreme in the place of nulls.
  NodeId filled(Op op, NodeId x, Span span) {
    const ValueType& type = types_.at(x);
    // What replaces nulls is neutral within the dtype; an element past it is an error then.
    const NodeId value =
        type.may_wrap ? to_.convert(Op::astype, value_[x], type.dtype, span) : value_[x];
    const NodeId out = to_.ternary(Op::where, mask_[x], value, neutral(op, type), span);
    return narrow_floats_ && type.dtype == DType::float32
               ? to_.convert(Op::astype, out, type.dtype, span)
               : out;
  }

  NodeId neutral(Op op, const ValueType& type) {
    if (is_bool(type.dtype)) return to_.constant(Scalar::of(wants_smallest(op)));
    if (is_integer(type.dtype)) {
      return ir::add_integer(to_, wants_smallest(op) ? type.range.hi : type.range.lo);
    }
    constexpr double inf = std::numeric_limits<double>::infinity();
    const double part = skips_nan(op)        ? std::numeric_limits<double>::quiet_NaN()
                        : wants_smallest(op) ? inf
                                             : -inf;
    if (is_complex(type.dtype)) return to_.constant(Scalar::of(std::complex<double>(part, part)));
    return to_.constant(Scalar::of(part));
  }

  const Graph& from_;
  const std::vector<Input>& inputs_;
  const std::unordered_map<NodeId, ValueType>& types_;
  const bool narrow_floats_;
  Graph to_;
  std::vector<NodeId> value_;  // of each node of from_, in to_
  std::vector<NodeId> mask_;   // which elements are not null; kNoNode: none is
  std::vector<NodeId> cover_;  // non-zero values whose shape, with the mask's, is the node's
};

}  // namespace

std::string mask_name(const std::string& variable) {
  return std::string(kMaskBegin) + variable + ")";
}

std::vector<NodeId> operands_to_fill(const Graph& graph, const std::vector<Input>& inputs) {
  std::vector<bool> nulls(graph.nodes().size(), false);
  std::vector<NodeId> out;
  for (NodeId id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph[id];
    if (node.op == Op::variable) nulls[id] = inputs[node.attr] == Input::column_with_nulls;
    if (node.nargs == 0 || reads_no_element(graph, node)) continue;
    if (is_null_of_nothing(graph, node)) {
      nulls[id] = nulls[node.args[0]];
      if (nulls[id]) out.push_back(node.args[0]);
    } else if (!is_reduction(node.op)) {
      for (std::size_t i = 0; i < node.nargs; ++i) nulls[id] = nulls[id] || nulls[node.args[i]];
    } else if (graph.reduces()[node.attr].initial) {
      nulls[id] = nulls[node.args[node.nargs - std::size_t{1}]];
    }
  }
  return out;
}

Masked mask_nulls(const Graph& graph, const std::vector<Input>& inputs,
                  const std::unordered_map<NodeId, ValueType>& types, bool narrow_floats) {
  return Masker(graph, inputs, types, narrow_floats).run();
}

}  // namespace tightloop::nullable
