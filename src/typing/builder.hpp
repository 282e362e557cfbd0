// Builds a typed graph node by node: equal nodes are one node, constant operands fold, and
// identities that no value, shape or sign of zero can tell apart vanish.
#pragma once

#include <initializer_list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/typed_graph.hpp"

namespace tightloop::typing {

using ir::kNoNode;
using ir::NodeId;

class Builder {
 public:
  Builder(bool check_overflow, bool report_events)
      : check_(check_overflow), report_events_(report_events) {}

  /// The node of the source graph that nodes added from now on come from, and its span.
  void set_origin(NodeId origin, Span span) {
    origin_ = origin;
    span_ = span;
  }

  const ir::TypedNode& operator[](NodeId id) const { return nodes_[id]; }
  const std::vector<ir::TypedNode>& nodes() const { return nodes_; }
  const std::vector<Scalar>& constants() const { return constants_; }

  /// Returns the value of a constant node, null for other nodes.
  const Scalar* constant_of(NodeId id) const;

  /// Adds a leaf, view or reduction.
  NodeId leaf(Op op, DType dtype, std::uint32_t attr, bool weak, std::optional<Range> range = {});
  NodeId view(NodeId x, std::uint32_t attr);
  /// Adds x in the joint space of a contraction; `other` is the other operand or kNoNode.
  NodeId align(NodeId x, NodeId other, std::uint32_t contract, bool is_right);
  NodeId reduce(Op op, DType dtype, NodeId x, std::uint32_t attr, bool may_wrap = false);

  /// Adds a constant of a dtype: integers and bools by value, floats and complex by the real part.
  NodeId integer(DType dtype, int128 value);
  NodeId real(DType dtype, double value);
  NodeId constant(const Scalar& value, DType dtype, const Range& range);

  /// Adds an operation whose operands are in their lanes already.
  NodeId make(Op op, DType dtype, std::initializer_list<NodeId> args, const Range& range = {},
              bool may_wrap = false);

  /// Converts to the lane of `dtype`; what is in that lane already is returned as it is. Integers
  /// keep their range where it fits.
  NodeId cast(NodeId x, DType dtype);
  /// Converts as the user asked: the result has exactly that dtype, and all of its range.
  NodeId convert(NodeId x, DType dtype);
  /// Rounds to a half type, unless the value is known to be one.
  NodeId round_half(NodeId x, DType dtype);
  /// As convert, but an element whose value would change is reported at run time.
  NodeId fit(NodeId x, DType dtype);

 private:
  NodeId add(ir::TypedNode node);
  std::optional<NodeId> folded(const ir::TypedNode& node);
  std::optional<NodeId> simplified(const ir::TypedNode& node) const;
  NodeId cast_source(NodeId x) const;
  std::uint64_t hash(const ir::TypedNode& node) const;

  bool check_;
  bool report_events_;
  NodeId origin_ = kNoNode;
  Span span_;
  std::vector<ir::TypedNode> nodes_;
  std::vector<Scalar> constants_;
  std::unordered_multimap<std::uint64_t, NodeId> index_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> constant_index_;
};

}  // namespace tightloop::typing
