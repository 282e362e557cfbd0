// Contractions: products of two operands summed over axes that they share (matrix products, dot,
// einsum). In: which product, the operands' shapes. Out: the joint space of both operands, seen
// from which the product is element-wise. Rules follow NumPy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tightloop/array.hpp"
#include "tightloop/error.hpp"

namespace tightloop::ir {

struct TypedGraph;
struct TypedNode;
struct ViewSpec;

/// Which axes of one or two operands belong together.
struct ContractSpec {
  enum class Kind : std::uint8_t {
    matmul,  ///< stacks of matrices; a vector is a row on the left, a column on the right
    dot,     ///< the last axis with the second last (or only) one; a scalar multiplies
    inner,   ///< the last axes
    vdot,    ///< all axes, the left operand conjugated
    labels,  ///< einsum: axes named by letters
  };
  Kind kind = Kind::matmul;
  /// labels: one letter per axis, '.' for any number of axes in its place. A letter of an operand
  /// that is not in `out` is summed over.
  std::string left, right, out;
  std::uint8_t operands = 2;
  std::uint32_t sum = 0;  ///< index of the ReduceSpec that sums the joint space's last axes
  friend bool operator==(const ContractSpec&, const ContractSpec&) = default;
};

/// Returns the letters that are summed over, in the order of their axes in the joint space.
std::string summed_labels(const ContractSpec& spec);
/// Returns how many of the last axes of the joint space are summed over; none where all are.
std::vector<std::int64_t> summed_axes(const ContractSpec& spec);

/// Returns the subscripts of an einsum as text: "ij,jk->ik".
std::string subscripts(const ContractSpec& spec);

/// The function's name in the language.
std::string_view name_of(ContractSpec::Kind kind);

/// The space over which a product runs: the axes of the result, then those summed over.
struct JointSpace {
  Dims extents;
  std::vector<int> left, right;  ///< joint axis of each axis of an operand; an axis may come twice
};

/// Works out the joint space; `right` is null for one operand. Throws Error(shape) for operands
/// that do not fit, with both shapes and the axes, and Error(limit) past kMaxRank axes.
JointSpace join(const ContractSpec& spec, const Dims& left, const Dims* right, Span span);

/// Returns the view of an operand in a joint space of that rank; axes it lacks have extent 1.
ViewSpec axes_view(const std::vector<int>& axes, int rank);

/// Returns the joint space of an `align` node; `shapes` holds those of the nodes before it.
JointSpace join_of(const TypedGraph& graph, std::uint32_t node, const std::vector<Dims>& shapes);

/// Returns the graph with its `align` nodes replaced by the views that they are for these shapes
/// (one per node); node numbers stay.
TypedGraph with_plain_views(const TypedGraph& graph, const std::vector<Dims>& shapes);
/// The factors of a sum of products of two aligned operands.
struct AlignedProduct {
  std::uint32_t left = 0, right = 0;  ///< operands of the multiplication, by role
  std::uint32_t align = 0;            ///< one of the two `align` nodes
};
/// Recognises the reduction of a contraction that may be computed in any association: no rounding
/// or check stands between its multiplication and its sum.
std::optional<AlignedProduct> product_of(const TypedGraph& graph, std::uint32_t reduction);

/// True where a graph has `align` nodes.
bool has_contractions(const TypedGraph& graph);

}  // namespace tightloop::ir
