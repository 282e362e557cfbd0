// The untyped graph that all front ends build: hash-consed nodes in an arena, in topological order.
// In: text (lang/) or steps (C++ templates). Out: typing/.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/contraction.hpp"
#include "tightloop/array.hpp"
#include "tightloop/error.hpp"
#include "tightloop/op.hpp"
#include "types/scalar.hpp"

namespace tightloop::ir {

/// Hard limits; passing one is Error(limit).
inline constexpr std::size_t kMaxSource = std::size_t{1} << 20;  // bytes of text
inline constexpr std::size_t kMaxDepth = 1000;                   // nesting of the text
inline constexpr std::size_t kMaxNodes = 100'000;
inline constexpr std::size_t kMaxInputs = 1000;
inline constexpr std::size_t kMaxResults = 1000;

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};

/// What a reduction reduces, and its options.
struct ReduceSpec {
  bool all = true;  ///< axis=None
  bool keepdims = false;
  std::vector<std::int64_t> axes;  ///< as written, negatives allowed; checked when ranks are known
  bool where = false;              ///< an operand says which elements count
  bool initial = false;            ///< the last operand is what the reduction starts from
  double ddof = 0;                 ///< finite
  friend bool operator==(const ReduceSpec&, const ReduceSpec&) = default;
};

/// One item of a subscript.
struct SliceItem {
  enum class Kind : std::uint8_t { index, range, new_axis, ellipsis };
  Kind kind = Kind::range;
  std::optional<std::int64_t> start;  ///< index: its value
  std::optional<std::int64_t> stop;
  std::optional<std::int64_t> step;
  friend bool operator==(const SliceItem&, const SliceItem&) = default;
};

/// How a view node sees its operand.
struct ViewSpec {
  enum class Kind : std::uint8_t {
    slice,
    transpose,
    reshape,
    broadcast_to,
    axes,
    expand_dims,
    rank,
  };
  Kind kind = Kind::slice;
  std::vector<SliceItem> items;  ///< slice
  /// transpose: the operand's axes in their new order, negatives allowed, or none to reverse them;
  /// reshape (one may be -1), broadcast_to; rank: one axis as long as the operand has axes, whose
  /// elements nobody may read; axes: the view's rank, then for each axis of the
  /// operand the view's axis that walks along it (several: a diagonal); other axes have extent 1;
  /// expand_dims: the new axes, as the result numbers them, negatives allowed
  std::vector<std::int64_t> dims;
  friend bool operator==(const ViewSpec&, const ViewSpec&) = default;
};

/// True for the operations that have a dtype beside their operand.
constexpr bool is_conversion(Op op) {
  return op == Op::astype || op == Op::saturate || op == Op::bitcast;
}

/// One node. `attr` indexes the graph's side table that belongs to the op: inputs (variable),
/// constants (constant), reduces (reductions), views (view), contracts (contract); conversions keep
/// the DType. The operands of a reduction are x, the array of where= and the value of initial=, as
/// far as its ReduceSpec says that they are there. The operand of extent is a reduction, whose
/// elements are counted.
struct Node {
  Op op = Op::constant;
  std::uint8_t nargs = 0;
  std::array<NodeId, 3> args{kNoNode, kNoNode, kNoNode};
  std::uint32_t attr = 0;
  friend bool operator==(const Node&, const Node&) = default;
};

/// A hash-consed expression graph: equal nodes are one node, operands precede their users.
/// Commutative operands are not reordered (results must not depend on arena order).
class Graph {
 public:
  /// Adds (or finds) nodes. `span` is kept for the first occurrence, for error messages. All throw
  /// Error(limit) past kMaxNodes; variable() past kMaxInputs.
  NodeId variable(std::string_view name, Span span = {});
  NodeId constant(const Scalar& value, Span span = {});
  NodeId unary(Op op, NodeId x, Span span = {});
  NodeId binary(Op op, NodeId x, NodeId y, Span span = {});
  NodeId ternary(Op op, NodeId x, NodeId y, NodeId z, Span span = {});
  /// `where` and `initial` decide spec.where and spec.initial.
  NodeId reduce(Op op, NodeId x, ReduceSpec spec, Span span = {}, NodeId where = kNoNode,
                NodeId initial = kNoNode);
  NodeId view(NodeId x, ViewSpec spec, Span span = {});
  NodeId convert(Op conversion, NodeId x, DType target, Span span = {});
  /// The number of elements along axes, as an integer: of x, and not what they hold.
  NodeId extent(NodeId x, ReduceSpec axes, Span span = {});
  /// A contraction of x and y, or, where y is kNoNode, of x alone (labels).
  NodeId contract(ContractSpec spec, NodeId x, NodeId y, Span span = {});

  /// Makes `span` the place of the nodes from `first` on.
  void place(NodeId first, Span span);

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  Span span(NodeId id) const { return spans_[id]; }
  const std::vector<std::string>& inputs() const { return inputs_; }
  const std::vector<Scalar>& constants() const { return constants_; }
  const std::vector<ReduceSpec>& reduces() const { return reduces_; }
  const std::vector<ViewSpec>& views() const { return views_; }
  const std::vector<ContractSpec>& contracts() const { return contracts_; }

  /// The results, in order.
  std::vector<NodeId> results;

 private:
  NodeId add(Node node, Span span);
  template <class T>
  std::uint32_t intern(std::vector<T>& table, T value);

  std::vector<Node> nodes_;
  std::vector<Span> spans_;
  std::vector<std::string> inputs_;
  std::vector<Scalar> constants_;
  std::vector<ReduceSpec> reduces_;
  std::vector<ViewSpec> views_;
  std::vector<ContractSpec> contracts_;
  std::unordered_multimap<std::uint64_t, NodeId> index_;              // hash to node
  std::unordered_multimap<std::uint64_t, std::uint32_t> side_index_;  // hash to attr
  std::unordered_map<std::string, std::uint32_t> input_index_;
};

/// Prints a node as source text with the fewest parentheses that read back the same
/// ("abs(a - b)"); long text is cut to about `limit` bytes with "...". Iterative.
std::string to_text(const Graph& graph, NodeId id, std::size_t limit = 200);

/// Prints one line per node: number, op, operands, source text.
std::string to_string(const Graph& graph);

}  // namespace tightloop::ir
