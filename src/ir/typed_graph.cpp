// The typed graph's verifier and printer.
#include "ir/typed_graph.hpp"
#include "types/text.hpp"

#include <algorithm>
#include <charconv>
#include <complex>

namespace tightloop::ir {
namespace {

/// Checks one node at a time against the contract in typed_graph.hpp.
class Verifier {
 public:
  explicit Verifier(const TypedGraph& g) : g_(g) {}

  void check(NodeId id) {
    id_ = id;
    n_ = &g_.nodes[id];
    check_arguments();
    check_range();
    check_precision();
    if (in_table(n_->op)) {
      is_reduction(n_->op) ? check_reduction() : check_elementwise();
    } else {
      check_structural();
    }
  }

  void check_result(std::size_t index) {
    if (g_.results[index] >= g_.nodes.size()) {
      throw Error(ErrorCode::internal, "result " + std::to_string(index) + " names no node");
    }
  }

 private:
  void require(bool holds, const char* what) const {
    if (holds) return;
    throw Error(ErrorCode::internal, "typed node %" + std::to_string(id_) + " (" +
                                         std::string(tightloop::id(n_->op)) + "): " + what);
  }

  const TypedNode& arg(int i) const { return g_.nodes[n_->args[static_cast<std::size_t>(i)]]; }
  DType lane() const { return lane_of(n_->dtype); }
  DType arg_lane(int i) const { return lane_of(arg(i).dtype); }
  bool args_in(DType t, int first = 0) const {
    for (int i = first; i < n_->nargs; ++i) {
      if (arg_lane(i) != t) return false;
    }
    return true;
  }

  void check_arguments() const {
    int arity = 1;
    if (in_table(n_->op)) arity = info(n_->op).arity;
    if (n_->op == Op::variable || n_->op == Op::constant) arity = 0;
    if (n_->op == Op::align) arity = std::clamp<int>(n_->nargs, 1, 2);
    require(n_->nargs == arity, "wrong number of operands");
    for (int i = 0; i < n_->nargs; ++i) {
      require(n_->args[static_cast<std::size_t>(i)] < id_, "an operand does not precede its user");
    }
    require(n_->origin == kNoNode || n_->origin < g_.source.nodes().size(),
            "its origin is not in the source graph");
  }

  void check_range() const {
    const DType t = n_->dtype;
    if (!is_integer(t) && !is_bool(t)) return;
    require(n_->range.lo <= n_->range.hi, "its range is empty");
    require(range_of(t).contains(n_->range), "its range is not within its dtype");
  }

  void check_precision() const {
    if (!n_->half_precision) return;
    require(is_half(n_->dtype), "its precision is not that of its dtype");
    require(in_table(n_->op) && info(n_->op).lowering == Lowering::math, "it is no function");
  }

  void check_structural() const {
    switch (n_->op) {
      case Op::variable:
        require(n_->attr < g_.inputs.size(), "no such input");
        require(n_->dtype == g_.inputs[n_->attr].dtype, "its dtype is not the input's");
        require(n_->weak == g_.inputs[n_->attr].weak, "its weakness is not the input's");
        break;
      case Op::constant:
        require(n_->attr < g_.constants.size(), "no such constant");
        require(g_.constants[n_->attr].dtype == lane(), "the constant is not in its lane");
        break;
      case Op::cast: break;
      case Op::round_half:
        require(is_half(n_->dtype), "it does not round to a half type");
        require(!is_complex(arg_lane(0)), "its operand is complex");
        break;
      case Op::saturate:
        require(!is_complex(n_->dtype) && !is_complex(arg_lane(0)), "it is complex");
        break;
      case Op::bitcast:
        require(!is_bool(n_->dtype) && !is_bool(arg(0).dtype), "it is bool");
        require(itemsize(n_->dtype) == itemsize(arg(0).dtype), "its operand has another size");
        require(!is_half(n_->dtype) || !is_half(arg(0).dtype), "both dtypes are halves");
        break;
      case Op::view:
        require(n_->attr < g_.views.size(), "no such view");
        require(args_in(lane()), "its operand is in another lane");
        break;
      case Op::align:
        require(contract_of(*n_) < g_.contracts.size(), "no such contraction");
        require(arg_lane(0) == lane(), "its operand is in another lane");
        break;
      case Op::extent:
        require(is_reduction(arg(0).op), "its operand is not a reduction");
        require(n_->dtype == DType::float64, "it is not float64");
        break;
      default: require(false, "it may not appear in a typed graph");
    }
  }

  void check_reduction() const {
    require(n_->attr < g_.reduces.size(), "no such reduction");
    const DType from = arg_lane(0), t = n_->dtype;
    switch (n_->op) {
      case Op::sum:
      case Op::prod:
        if (t == DType::int64 || t == DType::uint64) {
          require(is_integer(from) || is_bool(from), "its operand is not an integer");
        } else if (t == DType::float64) {
          require(is_float(from), "its operand is not a float");
        } else {
          require(t == DType::complex128, "it is not an accumulator dtype");
          require(is_complex(from), "its operand is not complex");
        }
        break;
      case Op::min:
      case Op::max:
        require(from == lane(), "its operand is in another lane");
        require(!is_complex(from), "it is complex");
        break;
      case Op::any:
      case Op::all: require(is_bool(from) && is_bool(t), "it is not bool"); break;
      case Op::var:
        require(t == DType::float64, "it is not float64");
        require(is_float(from), "its operand is not a float");
        break;
      case Op::argmin:
      case Op::argmax:
        require(t == DType::int64, "it is not int64");
        require(!is_complex(from), "its operand is complex");
        break;
      default: require(false, "it may not appear in a typed graph");
    }
  }

  void check_elementwise() const {
    switch (info(n_->op).type_rule) {
      case TypeRule::compare:
        require(is_bool(n_->dtype), "it is not bool");
        require(args_in(arg_lane(0)), "its operands differ in lane");
        require(info(n_->op).accepts_complex || !is_complex(arg_lane(0)), "it orders complex");
        break;
      case TypeRule::logic:
        require(is_bool(n_->dtype) && args_in(DType::bool_), "it is not bool");
        break;
      case TypeRule::classify:
        require(is_bool(n_->dtype), "it is not bool");
        require(is_float(arg_lane(0)) || is_complex(arg_lane(0)), "its operand is integral");
        break;
      case TypeRule::where:
        require(is_bool(arg_lane(0)), "its condition is not bool");
        require(args_in(lane(), 1), "an operand is in another lane");
        break;
      case TypeRule::combine:
        require(is_complex(n_->dtype) && args_in(real_lane(n_->dtype)), "it combines other types");
        break;
      case TypeRule::composed: require(false, "it may not appear in a typed graph"); break;
      case TypeRule::absdiff: check_absdiff(); break;
      case TypeRule::magnitude: check_magnitude(); break;
      case TypeRule::component:
        require(is_complex(arg_lane(0)), "its operand is real");
        require(lane() == real_lane(arg_lane(0)), "it is not the real type of its operand");
        break;
      default: check_same_lane();
    }
  }

  static DType real_lane(DType t) {
    return t == DType::complex64 ? DType::float32 : DType::float64;
  }

  void check_absdiff() const {
    if (!is_integer(n_->dtype)) {
      require(is_float(lane()) && args_in(lane()), "an operand is in another lane");
      return;
    }
    const DType from = arg_lane(0);
    require(is_integer(from) && args_in(from), "its operands differ in lane");
    require(is_unsigned_int(n_->dtype) && itemsize(n_->dtype) == itemsize(from),
            "it is not the unsigned twin of its operands");
  }

  void check_magnitude() const {
    const DType from = arg_lane(0);
    if (is_complex(from)) {
      require(lane() == real_lane(from), "it is not the real type of its operand");
    } else if (is_float(from)) {
      require(lane() == from, "its operand is in another lane");
    } else {
      require(is_signed_int(from), "its operand is not signed");
      require(is_unsigned_int(n_->dtype) && itemsize(n_->dtype) == itemsize(from),
              "it is not the unsigned twin of its operand");
    }
  }

  void check_same_lane() const {
    const OpInfo& row = info(n_->op);
    const DType t = lane();
    require(args_in(t), "an operand is in another lane");
    require(!is_bool(t), "it computes in bool");
    require(row.accepts_complex || !is_complex(t), "it is complex");
    switch (row.type_rule) {
      case TypeRule::bits:
      case TypeRule::shift:
      case TypeRule::invert: require(is_integer(t), "it is not an integer"); break;
      case TypeRule::divide:
      case TypeRule::real:
      case TypeRule::rounding: require(!is_integer(t), "it is an integer"); break;
      case TypeRule::count_bits: require(is_unsigned_int(t), "it is not unsigned"); break;
      case TypeRule::negate:
        require(n_->op != Op::positive, "it may not appear in a typed graph");
        require(n_->op != Op::conj || is_complex(t), "it is real");
        break;
      default: break;
    }
    require((n_->op != Op::fma && n_->op != Op::fmod) || !is_integer(t), "it is an integer");
  }

  const TypedGraph& g_;
  NodeId id_ = 0;
  const TypedNode* n_ = nullptr;
};

std::string operand_text(const TypedGraph& g, const TypedNode& n) {
  if (n.op == Op::variable) return " " + g.inputs[n.attr].name;
  if (n.op == Op::constant) return " " + number_text(g.constants[n.attr]);
  std::string text;
  for (std::size_t i = 0; i < n.nargs; ++i) {
    text += (i == 0 ? " %" : ", %") + std::to_string(n.args[i]);
  }
  return text;
}

std::string type_text(const TypedNode& n) {
  std::string text(name(n.dtype));
  if (lane_of(n.dtype) != n.dtype) text += " in " + std::string(name(lane_of(n.dtype)));
  if (is_integer(n.dtype))
    text += " [" + tightloop::to_string(n.range.lo) + ", " + tightloop::to_string(n.range.hi) + "]";
  if (n.weak) text += " weak";
  if (n.may_wrap) text += " wraps";
  if (n.must_fit) text += " fits or fails";
  if (n.half_precision) text += " precise as " + std::string(name(n.dtype));
  return text;
}

void pad(std::string& line, std::size_t width) {
  line.append(line.size() < width ? width - line.size() : 1, ' ');
}

}  // namespace

std::string number_text(const Scalar& s) {
  const auto number = [](auto v) {
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, v).ptr;
    return std::string(text, end);
  };
  return visit_dtype(s.dtype, [&]<class T>() -> std::string {
    const T value = s.as<T>();
    if constexpr (is_half(dtype_of<T>)) {
      return "?";  // no lane
    } else if constexpr (is_complex(dtype_of<T>)) {
      return number(value.real()) + "+" + number(value.imag()) + "j";
    } else if constexpr (is_bool(dtype_of<T>)) {
      return value ? "True" : "False";
    } else {
      return number(value);
    }
  });
}

Span TypedGraph::span(NodeId id) const {
  const NodeId origin = nodes[id].origin;
  return origin == kNoNode ? Span{} : source.span(origin);
}

std::string TypedGraph::text(NodeId id) const {
  const NodeId origin = nodes[id].origin;
  return origin == kNoNode ? std::string{} : to_text(source, origin);
}

void verify(const TypedGraph& graph) {
  Verifier verifier(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) verifier.check(static_cast<NodeId>(i));
  for (std::size_t i = 0; i < graph.results.size(); ++i) verifier.check_result(i);
}

std::string to_string(const TypedGraph& graph) {
  std::string out;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const TypedNode& n = graph.nodes[i];
    const auto node = static_cast<NodeId>(i);
    std::string line = "%" + std::to_string(i);
    pad(line, 6);
    line += std::string(id(n.op)) + operand_text(graph, n);
    pad(line, 34);
    line += type_text(n);
    pad(line, 66);
    line += "# " + graph.text(node);
    const auto result = std::find(graph.results.begin(), graph.results.end(), node);
    if (result != graph.results.end()) {
      line += "  -> result " + std::to_string(result - graph.results.begin() + 1);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace tightloop::ir
