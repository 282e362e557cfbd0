// Prints a node of the untyped graph as source text with the fewest parentheses. In: Graph. Out:
// text that lang/ reads back as the same node, unless it was cut.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/utf8.hpp"
#include "ir/graph.hpp"
#include "ir/operators.hpp"
#include "ir/wide_constant.hpp"

namespace tightloop::ir {
namespace {

constexpr std::string_view kCut = "...";
constexpr Operator kTightNot = *find_operator(kPrefixOperators, "!");

/// A literal and how tightly it binds: "-5" is a unary form.
struct Literal {
  std::string text;
  Precedence precedence = Precedence::primary;
};

/// Prints a double as the shortest text that is read as the same double, never as an integer.
std::string float_text(double value) {
  if (std::isnan(value)) return std::signbit(value) ? "-nan" : "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string complex_text(std::complex<double> z) {
  const bool negative = std::signbit(z.real());
  const bool imaginary =
      z.real() == 0 && std::isfinite(z.imag()) && std::signbit(z.imag()) == negative;
  if (!imaginary) {
    return "complex(" + float_text(z.real()) + ", " + float_text(z.imag()) + ")";
  }
  std::string text = float_text(z.imag());
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + "j";
}

template <class T>
std::string wrapped(DType dtype, T value) {
  const std::string number =
      std::is_integral_v<T> ? std::to_string(value) : float_text(static_cast<double>(value));
  return std::string(name(dtype)) + "(" + number + ")";
}

std::string scalar_text(const Scalar& s) {
  switch (s.dtype) {
    case DType::bool_: return s.as<bool>() ? "True" : "False";
    case DType::int64: return std::to_string(s.as<std::int64_t>());
    case DType::uint64: return std::to_string(s.as<std::uint64_t>());
    case DType::float64: return float_text(s.as<double>());
    case DType::complex128: return complex_text(s.as<std::complex<double>>());
    case DType::complex64:
      return "complex64(" + complex_text(std::complex<double>(s.as<std::complex<float>>())) + ")";
    default: break;
  }
  // The language has no literals of the narrow types; the conversion has the same value.
  return visit_dtype(lane_of(s.dtype), [&]<class T>() -> std::string {
    if constexpr (std::is_arithmetic_v<T>) {
      return wrapped(s.dtype, s.as<T>());
    } else {
      throw Error(ErrorCode::internal, "a constant of an unknown dtype");
    }
  });
}

Literal literal(std::string text) {
  const Precedence p = text.front() == '-' ? Precedence::unary : Precedence::primary;
  return {std::move(text), p};
}

std::string tuple_text(const std::vector<std::int64_t>& list) {
  std::string text = "(";
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(list[i]);
  }
  return text + (list.size() == 1 ? ",)" : ")");
}

std::string int_or_tuple(const std::vector<std::int64_t>& list) {
  return list.size() == 1 ? std::to_string(list[0]) : tuple_text(list);
}

std::string reduce_text(const ReduceSpec& spec) {
  std::string text;
  if (!spec.all) text += ", axis=" + int_or_tuple(spec.axes);
  if (spec.keepdims) text += ", keepdims=True";
  if (spec.ddof != 0) {
    std::string number = float_text(spec.ddof);
    if (number.ends_with(".0")) number.resize(number.size() - 2);
    text += ", ddof=" + number;
  }
  return text;
}

std::string item_text(const SliceItem& item) {
  switch (item.kind) {
    case SliceItem::Kind::index: return std::to_string(item.start.value_or(0));
    case SliceItem::Kind::new_axis: return "None";
    case SliceItem::Kind::ellipsis: return "...";
    case SliceItem::Kind::range: break;
  }
  std::string text = item.start ? std::to_string(*item.start) : "";
  text += ':';
  if (item.stop) text += std::to_string(*item.stop);
  if (item.step) text += ':' + std::to_string(*item.step);
  return text;
}

std::string subscript_text(const std::vector<SliceItem>& items) {
  if (items.empty()) return "[()]";
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ", ";
    text += item_text(items[i]);
  }
  return text + "]";
}

/// Walks the graph as a tree with a stack of its own. Work and memory are bounded by the limit and
/// not by the size of the tree, which can be exponential in the number of nodes.
class Printer {
 public:
  Printer(const Graph& graph, std::size_t limit) : graph_(graph), limit_(limit) {}

  std::string print(NodeId id) {
    operand(id, Precedence::choice);
    while (!stack_.empty() && out_.size() <= limit_) {
      const Item item = std::move(stack_.back());
      stack_.pop_back();
      if (item.node == kNoNode) {
        out_ += item.text;
      } else if (item.depth > limit_) {
        out_ += kCut;  // every level prints something, so this one would be cut anyway
      } else {
        depth_ = item.depth + 1;
        const std::size_t base = stack_.size();
        expand(item.node, item.minimum);
        std::reverse(stack_.begin() + static_cast<std::ptrdiff_t>(base), stack_.end());
      }
    }
    cut();
    return std::move(out_);
  }

 private:
  /// A piece of text, or a node to print in a place that needs at least that precedence.
  struct Item {
    NodeId node = kNoNode;
    Precedence minimum = Precedence::choice;
    std::size_t depth = 0;
    std::string text;
  };

  void text(std::string t) { stack_.push_back({kNoNode, Precedence::choice, 0, std::move(t)}); }
  void operand(NodeId id, Precedence minimum) { stack_.push_back({id, minimum, depth_, {}}); }

  void expand(NodeId id, Precedence minimum) {
    const Node& node = graph_[id];
    if (node.op == Op::variable) return text(graph_.inputs()[node.attr]);
    if (node.op == Op::constant) return constant(node, minimum);
    if (node.op == Op::bit_or) {
      if (const auto wide = integer_of(graph_, id)) return text(wide->to_string());
    }
    if (node.op == Op::view) return view(node);
    if (is_conversion(node.op)) return conversion(node);
    if (node.op == Op::contract) return contraction(node, minimum);
    if (node.op == Op::extent) return extent(node);
    if (node.op == Op::call && node.nargs == 3) return operand(node.args[0], minimum);  // rescued
    if (node.nargs == 1 && !folds(node)) {
      if (const Operator* o = find_operator(kPrefixOperators, node.op)) {
        return prefix(node, *o, minimum);
      }
    }
    if (const Operator* o = find_operator(kInfixOperators, node.op)) {
      return infix(node, *o, minimum);
    }
    call(node);
  }

  // The parser reads "-5" as a constant; a negation of a constant has to be spelled out.
  bool folds(const Node& node) const {
    const Node& x = graph_[node.args[0]];
    return node.op == Op::negative && x.op == Op::constant &&
           !is_bool(graph_.constants()[x.attr].dtype) && !is_past_negation(node.args[0]);
  }

  // What a minus before it makes is no constant, for no dtype holds it.
  bool is_past_negation(NodeId id) const {
    const auto value = integer_of(graph_, id);
    return value && *value > BigInteger(static_cast<int128>(1) << 63);
  }

  void constant(const Node& node, Precedence minimum) {
    Literal l = literal(scalar_text(graph_.constants()[node.attr]));
    const bool parentheses = l.precedence < minimum;
    text(parentheses ? "(" + l.text + ")" : std::move(l.text));
  }

  void prefix(const Node& node, const Operator& o, Precedence minimum) {
    const bool word = o.precedence == Precedence::logical_not;
    // "!" is the tighter spelling of "not": it may stand where "not" would need parentheses.
    if (word && minimum > o.precedence) return prefix(node, kTightNot, minimum);
    const bool parentheses = o.precedence < minimum;
    text((parentheses ? "(" : "") + std::string(o.text) + (word ? " " : ""));
    operand(node.args[0], o.precedence);
    if (parentheses) text(")");
  }

  void infix(const Node& node, const Operator& o, Precedence minimum) {
    const bool parentheses = o.precedence < minimum;
    const bool power = o.precedence == Precedence::power;
    const bool chains = o.precedence == Precedence::comparison;
    if (parentheses) text("(");
    operand(node.args[0], power || chains ? tighter(o.precedence) : o.precedence);
    text(power ? std::string(o.text) : " " + std::string(o.text) + " ");
    operand(node.args[1], power ? Precedence::unary : tighter(o.precedence));
    if (parentheses) text(")");
  }

  void call(const Node& node) {
    text(std::string(function_name(node)) + "(");
    if (is_reduction(node.op)) return reduction(node);
    for (std::size_t i = 0; i < node.nargs; ++i) {
      if (i > 0) text(", ");
      operand(node.args[i], Precedence::choice);
    }
    text(")");
  }

  void reduction(const Node& node) {
    const ReduceSpec& spec = graph_.reduces()[node.attr];
    operand(node.args[0], Precedence::choice);
    text(reduce_text(spec));
    for (std::size_t i = 1; i < node.nargs; ++i) {
      text(i == 1 && spec.where ? ", where=" : ", initial=");
      operand(node.args[i], Precedence::choice);
    }
    text(")");
  }

  // The parser reads "complex(1, 2)" as a constant; what combines constants has a name of its own.
  std::string_view function_name(const Node& node) const {
    const auto constant = [&](NodeId x) { return graph_[x].op == Op::constant; };
    if (node.op == Op::make_complex && constant(node.args[0]) && constant(node.args[1])) {
      return id(node.op);
    }
    if (node.op == Op::call) return "full_scale";
    const std::string_view names = info(node.op).names;
    return names.substr(0, names.find(' '));
  }

  void contraction(const Node& node, Precedence minimum) {
    const ContractSpec& spec = graph_.contracts()[node.attr];
    if (spec.kind == ContractSpec::Kind::matmul) {
      return infix(node, *find_operator(kInfixOperators, node.op), minimum);
    }
    text(std::string(name_of(spec.kind)) + "(");
    if (spec.kind == ContractSpec::Kind::labels) text("'" + subscripts(spec) + "', ");
    operand(node.args[0], Precedence::choice);
    if (node.nargs > 1) {
      text(", ");
      operand(node.args[1], Precedence::choice);
    }
    text(")");
  }

  void extent(const Node& node) {
    const Node& counted = graph_[node.args[0]];
    const ReduceSpec& spec = graph_.reduces()[counted.attr];
    const Node& x = graph_[counted.args[0]];
    const bool rank =
        x.op == Op::view && graph_.views()[x.attr].kind == ViewSpec::Kind::rank && spec.all;
    text(rank ? "ndim(" : "size(");
    operand(rank ? x.args[0] : counted.args[0], Precedence::choice);
    text((rank ? "" : reduce_text(spec)) + ")");
  }

  void conversion(const Node& node) {
    const std::string target(name(static_cast<DType>(node.attr)));
    text((node.op == Op::astype ? target : std::string(id(node.op))) + "(");
    operand(node.args[0], Precedence::choice);
    text(node.op == Op::astype ? ")" : ", '" + target + "')");
  }

  void view(const Node& node) {
    const ViewSpec& spec = graph_.views()[node.attr];
    switch (spec.kind) {
      case ViewSpec::Kind::slice:
        operand(node.args[0], Precedence::primary);
        return text(subscript_text(spec.items));
      case ViewSpec::Kind::transpose:
        if (spec.dims.empty()) return transpose(node);
        text("transpose(");
        break;
      case ViewSpec::Kind::rank: text("rank("); break;  // in ndim(x) alone
      case ViewSpec::Kind::reshape: text("reshape("); break;
      case ViewSpec::Kind::broadcast_to: text("broadcast_to("); break;
      case ViewSpec::Kind::axes: text("axes("); break;  // of contractions for a shape: not source
      case ViewSpec::Kind::expand_dims: text("expand_dims("); break;
    }
    operand(node.args[0], Precedence::choice);
    text(", " + int_or_tuple(spec.dims) + ")");
  }

  void transpose(const Node& node) {
    operand(node.args[0], Precedence::primary);
    // "5.T" would read as the number "5." and a stray name.
    const bool number = integer_of(graph_, node.args[0]).has_value();
    text(number ? " .T" : ".T");
  }

  void cut() {
    if (out_.size() <= limit_ && stack_.empty()) return;
    std::size_t keep = limit_ > kCut.size() ? limit_ - kCut.size() : 0;
    keep = std::min(keep, out_.size());
    while (keep > 0 && keep < out_.size() && is_utf8_tail(out_[keep])) --keep;
    out_.resize(keep);
    out_ += kCut;
  }

  const Graph& graph_;
  std::size_t limit_;
  std::size_t depth_ = 0;
  std::vector<Item> stack_;
  std::string out_;
};

}  // namespace

std::string to_text(const Graph& graph, NodeId id, std::size_t limit) {
  return Printer(graph, limit).print(id);
}

}  // namespace tightloop::ir
