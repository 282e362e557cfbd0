// Builds the graph of expression-template steps: a stack machine over hostile input.
#include "api/steps.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "ir/wide_constant.hpp"
#include "lang/einsum.hpp"
#include "lang/expansion.hpp"
#include "lang/number.hpp"
#include "lang/prelude.hpp"

namespace tightloop::detail {
namespace {

[[noreturn]] void refuse(std::size_t step, const std::string& what) {
  throw Error(ErrorCode::value, "malformed expression: step " + std::to_string(step) + " " + what);
}

/// The options of a call of the prelude, as literals of the language; empty where not given.
struct CallOptions {
  std::string axis;
  bool keepdims = false;
};

/// Returns the literal that a constant would be in text, for parameters that want one; empty for
/// others, which are passed on as nodes.
std::string literal_of(const ir::Graph& graph, ir::NodeId id) {
  if (const auto whole = ir::integer_of(graph, id)) return whole->to_string();
  if (graph[id].op != Op::constant) return {};
  const Scalar& s = graph.constants()[graph[id].attr];
  if (s.dtype != DType::bool_) return {};
  return s.as<bool>() ? "True" : "False";
}

/// Puts operands in the places of the parameters besides axis and keepdims, in their order.
ir::NodeId expand_call(const lang::Definition& d, std::span<const ir::NodeId> operands,
                       const CallOptions& options, lang::Budget& budget, ir::Graph& graph) {
  std::vector<lang::Argument> arguments(d.parameters.size());
  std::vector<std::string> literals(d.parameters.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = d.parameters[i].name;
    if (name == "axis") {
      literals[i] = options.axis;
    } else if (name == "keepdims") {
      literals[i] = options.keepdims ? "True" : "";
    } else if (next < operands.size()) {
      literals[i] = literal_of(graph, operands[next]);
      if (literals[i].empty()) arguments[i].node = operands[next];
      ++next;
    }
    arguments[i].literal = literals[i];
    if (!arguments[i].given() && d.parameters[i].fallback.empty()) {
      throw Error(ErrorCode::value,
                  "malformed expression: a call of " + d.name + " lacks an operand");
    }
  }
  if (next != operands.size()) {
    throw Error(ErrorCode::value, "malformed expression: a call of " + d.name + " has " +
                                      std::to_string(operands.size()) + " operands");
  }
  return lang::expand(d, arguments, {}, budget, graph);
}

class GraphBuilder {
 public:
  explicit GraphBuilder(std::size_t leaves) : leaves_(leaves) {}

  void add(const Step& step) {
    check_plain(step);
    switch (step.op) {
      case Op::variable: push(variable(step)); break;
      case Op::constant: push(graph_.constant(constant(step))); break;
      case Op::astype:
      case Op::saturate:
      case Op::bitcast: push(graph_.convert(step.op, pop(), step.dtype)); break;
      case Op::call: push(call(step)); break;
      case Op::contract: push(contraction(step)); break;
      default:
        if (!in_table(step.op)) refuse(index_, "has an unknown operation");
        push(is_reduction(step.op) ? reduction(step) : elementwise(step));
    }
    ++index_;
  }

  ir::Graph finish() {
    if (stack_.size() != 1) {
      throw Error(ErrorCode::value, "malformed expression: it leaves " +
                                        std::to_string(stack_.size()) + " results, not one");
    }
    if (seen_ != leaves_) {
      throw Error(ErrorCode::value, "malformed expression: it uses " + std::to_string(seen_) +
                                        " of its " + std::to_string(leaves_) + " leaves");
    }
    graph_.results.push_back(stack_.back());
    return std::move(graph_);
  }

 private:
  void push(ir::NodeId id) { stack_.push_back(id); }

  ir::NodeId pop() {
    if (stack_.empty()) refuse(index_, "lacks an operand");
    const ir::NodeId id = stack_.back();
    stack_.pop_back();
    return id;
  }

  void check_plain(const Step& step) const {
    if (static_cast<int>(step.dtype) >= kDTypeCount) refuse(index_, "has an unknown dtype");
    if (step.keepdims > 1 || step.all_axes > 1 || step.masked > 1 || step.seeded > 1) {
      refuse(index_, "has a flag that is not 0 or 1");
    }
    const std::size_t most = step.op == Op::contract ? kMaxSubscripts : kMaxRank;
    if (step.axis_count > most) {
      refuse(index_, "has too many axes");
    }
  }

  ir::NodeId variable(const Step& step) {
    if (step.leaf >= leaves_) {
      refuse(index_, "names leaf " + std::to_string(step.leaf) + " of " + std::to_string(leaves_));
    }
    if (step.leaf > seen_) refuse(index_, "names a leaf out of the order of first use");
    if (step.leaf == seen_) ++seen_;
    return graph_.variable("x" + std::to_string(step.leaf));
  }

  template <class T>
  static Scalar held(const Step& step) {
    T value;
    std::memcpy(&value, step.value, sizeof value);
    return Scalar::of(value);
  }

  // As in text, an integer that int64 can hold is one.
  Scalar constant(const Step& step) const {
    switch (step.dtype) {
      case DType::bool_: {
        std::uint8_t byte = 0;
        std::memcpy(&byte, step.value, 1);
        return Scalar::of(byte != 0);
      }
      case DType::int64: return held<std::int64_t>(step);
      case DType::uint64:
        return step.value[0] >> 63 == 0 ? held<std::int64_t>(step) : held<std::uint64_t>(step);
      case DType::float64: return held<double>(step);
      case DType::complex128: return held<std::complex<double>>(step);
      default: refuse(index_, "is a constant of the dtype " + std::string(name(step.dtype)));
    }
  }

  ir::NodeId reduction(const Step& step) {
    ir::ReduceSpec spec;
    spec.all = step.all_axes != 0;
    spec.keepdims = step.keepdims != 0;
    if (!spec.all) spec.axes.assign(step.axes, step.axes + step.axis_count);
    std::memcpy(&spec.ddof, step.value, sizeof spec.ddof);
    if (!std::isfinite(spec.ddof)) refuse(index_, "has a ddof that is not finite");
    const OpInfo& row = info(step.op);
    if ((step.masked != 0 && !row.takes_where) || (step.seeded != 0 && !row.takes_initial) ||
        (spec.ddof != 0 && !row.takes_ddof)) {
      refuse(index_, "has an option that " + std::string(row.id) + " does not take");
    }
    const ir::NodeId initial = step.seeded != 0 ? pop() : ir::kNoNode;
    const ir::NodeId where = step.masked != 0 ? pop() : ir::kNoNode;
    return graph_.reduce(step.op, pop(), std::move(spec), {}, where, initial);
  }

  ir::NodeId call(const Step& step) {
    const auto rows = lang::prelude_rows();
    if (step.value[0] >= rows.size()) refuse(index_, "calls an unknown function");
    const lang::Definition& d = *lang::prelude().find(rows[step.value[0]].name)->second;
    std::vector<ir::NodeId> operands(step.value[1] >> 1 <= stack_.size() ? step.value[1] >> 1 : 0);
    if (operands.empty()) refuse(index_, "lacks operands");
    for (std::size_t i = operands.size(); i > 0; --i) operands[i - 1] = pop();
    return expand_call(d, operands, options_of(step), budget_, graph_);
  }

  static CallOptions options_of(const Step& step) {
    CallOptions out;
    out.keepdims = step.keepdims != 0;
    if ((step.value[1] & 1) == 0) return out;
    out.axis = step.all_axes != 0 ? "None" : "(";
    if (step.all_axes != 0) return out;
    for (int i = 0; i < step.axis_count; ++i) out.axis += std::to_string(step.axes[i]) + ",";
    out.axis += ")";
    return out;
  }

  ir::NodeId contraction(const Step& step) {
    if (step.leaf > static_cast<std::uint8_t>(Contraction::einsum)) {
      refuse(index_, "is an unknown contraction");
    }
    if (static_cast<Contraction>(step.leaf) == Contraction::einsum) return einsum(step);
    const ir::NodeId y = pop();
    const ir::NodeId x = pop();
    ir::ContractSpec spec;
    spec.kind = static_cast<ir::ContractSpec::Kind>(step.leaf);
    return graph_.contract(std::move(spec), x, y);
  }

  ir::NodeId einsum(const Step& step) {
    char text[kMaxSubscripts];
    std::memcpy(text, step.axes, sizeof step.axes);
    std::memcpy(text + sizeof step.axes, step.value, sizeof step.value);
    const std::string_view subscripts(text, step.axis_count);
    const auto commas = std::count(subscripts.begin(), subscripts.end(), ',');
    std::vector<ir::NodeId> operands;
    for (std::ptrdiff_t i = 0; i <= commas; ++i) operands.push_back(pop());
    std::reverse(operands.begin(), operands.end());
    return lang::einsum(graph_, subscripts, 0, operands, {});
  }

  ir::NodeId elementwise(const Step& step) {
    const int arity = info(step.op).arity;
    if (arity == 1) {
      const ir::NodeId x = pop();
      return step.op == Op::negative ? negative(x) : graph_.unary(step.op, x);
    }
    const ir::NodeId last = pop();
    const ir::NodeId before = pop();
    if (arity == 2) return graph_.binary(step.op, before, last);
    return graph_.ternary(step.op, pop(), before, last);
  }

  // The parser reads a minus before a literal as part of it.
  ir::NodeId negative(ir::NodeId x) {
    const auto literal = lang::negated(graph_, x, {});
    return literal ? *literal : graph_.unary(Op::negative, x);
  }

  ir::Graph graph_;
  std::vector<ir::NodeId> stack_;
  std::size_t leaves_;
  std::size_t seen_ = 0;
  lang::Budget budget_;
  std::size_t index_ = 0;
};

}  // namespace

ir::Graph graph_from_steps(std::span<const Step> steps, std::size_t leaves) {
  if (steps.size() > ir::kMaxNodes) {
    throw Error(ErrorCode::limit,
                "the expression has more than " + std::to_string(ir::kMaxNodes) + " steps");
  }
  if (leaves > kMaxLeaves) throw_too_many_leaves();
  GraphBuilder builder(leaves);
  for (const Step& step : steps) builder.add(step);
  return builder.finish();
}

void throw_too_many_leaves() {
  throw Error(ErrorCode::limit, "the expression has more than " + std::to_string(kMaxLeaves) +
                                    " different arrays and scalars");
}

void throw_long_subscripts() {
  throw Error(ErrorCode::limit, "einsum: the subscripts of an expression template have more than " +
                                    std::to_string(kMaxSubscripts) + " characters");
}

void throw_axis_out_of_range(std::int64_t axis) {
  throw Error(ErrorCode::shape, "the axis " + std::to_string(axis) +
                                    " is out of range: arrays have at most " +
                                    std::to_string(kMaxRank) + " dimensions");
}

}  // namespace tightloop::detail
