// Identities of integers and bools. Constants have no axes, so x op constant has the shape of x.
#include "typing/simplify.hpp"

#include "typing/promotion.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {
namespace {

using ir::NodeId;

class Identities {
 public:
  Identities(const ir::TypedNode& node, std::span<const ir::TypedNode> nodes,
             std::span<const Scalar> constants)
      : n_(node), nodes_(nodes), constants_(constants) {}

  std::optional<NodeId> find() const {
    if (!is_integral(n_.dtype)) return std::nullopt;
    switch (n_.op) {
      case Op::add:
      case Op::bit_or:
      case Op::bit_xor: return neutral_on_either_side(0);
      case Op::multiply: return neutral_on_either_side(1);
      case Op::subtract:
      case Op::shift_left:
      case Op::shift_right: return neutral_on_right(0);
      case Op::floor_divide:
      case Op::pow: return neutral_on_right(1);
      case Op::bit_and:
      case Op::minimum:
      case Op::maximum: return same_operands();
      case Op::logical_and:
      case Op::logical_or: return truth();
      case Op::logical_not: return double_negation();
      default: return std::nullopt;
    }
  }

 private:
  bool is_constant(NodeId x, int128 value) const {
    const ir::TypedNode& node = nodes_[x];
    return node.op == Op::constant && is_integral(node.dtype) &&
           integer_value(constants_[node.attr]) == value;
  }
  std::optional<NodeId> neutral_on_right(int128 neutral) const {
    if (is_constant(n_.args[1], neutral)) return n_.args[0];
    return std::nullopt;
  }
  std::optional<NodeId> neutral_on_either_side(int128 neutral) const {
    if (is_constant(n_.args[0], neutral)) return n_.args[1];
    return neutral_on_right(neutral);
  }
  std::optional<NodeId> same_operands() const {
    if (n_.args[0] == n_.args[1]) return n_.args[0];
    return std::nullopt;
  }
  std::optional<NodeId> truth() const {
    if (const auto x = same_operands()) return x;
    return neutral_on_either_side(n_.op == Op::logical_and ? 1 : 0);
  }
  std::optional<NodeId> double_negation() const {
    const ir::TypedNode& inner = nodes_[n_.args[0]];
    if (inner.op == Op::logical_not) return inner.args[0];
    return std::nullopt;
  }

  const ir::TypedNode& n_;
  std::span<const ir::TypedNode> nodes_;
  std::span<const Scalar> constants_;
};

}  // namespace

std::optional<NodeId> simplify(const ir::TypedNode& node, std::span<const ir::TypedNode> nodes,
                               std::span<const Scalar> constants) {
  return Identities(node, nodes, constants).find();
}

}  // namespace tightloop::typing
