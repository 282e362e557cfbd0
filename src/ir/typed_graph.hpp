// The typed graph: what typing/ makes of a Graph once the dtypes of the variables are known. Every
// conversion is a node of its own, so that back ends only ever see operands of equal lane type.
// Shapes are not part of it: one typed graph serves all shapes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "types/range.hpp"

namespace tightloop::ir {

using tightloop::lane_of;

/// One typed node. A value of dtype t is computed in lanes of lane_of(t).
///
/// Meaning of ops (operands are in the node's own lane type unless said otherwise):
///   variable    input `attr`: array elements converted from storage to lane_of(dtype) exactly; or
///               a weak scalar
///   constant    constants[attr], whose dtype equals lane_of(dtype)
///   cast        operand of any lane type, converted to lane_of(dtype): integer to integer wraps
///               modulo 2^n; to bool tests != 0 (NaN is true); bool gives 0/1; integer to float and
///               float to float round to nearest even, once; float to integer truncates, saturates
///               at the ends of the range, NaN gives 0; real to complex has imaginary part +0;
///               complex to real drops the imaginary part
///   round_half  operand of any real lane; rounds once to dtype (a half type; nearest even,
///               overflow to infinity) and yields that value in float32 lanes
///   saturate    operand of any real lane; clips to the finite range of dtype (NaN stays NaN for
///               floats, gives 0 for integers; infinities clip too), then converts as cast or
///               round_half; a dtype of bool tests != 0
///   bitcast     the bits of its operand's dtype as another dtype of the same size, none of them
///               bool; a half operand holds a value of its dtype, and at most one of them is a half
///   view        views[attr] of its operand
///   align       the first operand in the joint space of a contraction (contracts[attr / 2]), of
///               which it is the left (attr even) or right operand; the second, where there is
///               one, is the other operand, read for its shape alone
///   extent      operand is a reduction node; number of elements it reduces, in float64 lanes
///   comparisons, isnan ...   dtype bool; operands share one lane type among themselves (any)
///   logical_*, any, all      operands are bool
///   where       first operand bool, others in the node's lane type
///   absdiff     integers: operands share one lane type L, the node's dtype is L's unsigned twin of
///               the same width, result is |x - y| exactly. Floats: |x - y| in the lane
///   abs         signed integers: operand lane is the signed type, the node's dtype its unsigned
///               twin of the same width, so that the most negative value is exact. Complex: operand
///               complex, node real. Unsigned and bool: never appears
///   negative    on integers wraps modulo 2^n; bool never appears (cast first)
///   shift_*     both operands in the node's lane; a count < 0 or >= the width gives 0, or the sign
///               for shift_right of a signed type
///   floor_divide, mod  integers floor, by zero give 0, INT_MIN // -1 wraps, INT_MIN % -1 is 0;
///               floats as Python: mod has the sign of y, computed from fmod exactly and corrected;
///               floor_divide is (x - mod) / y rounded to an integer; by zero as IEEE x / y for //,
///               NaN for %
///   fmod        floats only: C's, exact, with the sign of x
///   popcount    operand and node in the same unsigned lane
///   pow         integers: exponentiation by squaring modulo 2^n; a negative exponent gives 0, but
///               1 for base 1 and +-1 for base -1. floats and complex: pow
///   real, imag  operand complex, node its real type
///   make_complex  operands of the part's type, node complex
///   rows whose lowering is `composed`   never appear: typing writes them as others
///   sum, prod   result dtype equals the accumulator: uint64 or int64 (wrapping), float64 (for
///               every real float), complex128. Operand is in ANY integer lane or bool (for 64-bit
///               integer sums), float32 or float64 (for float64), complex (for complex128): the
///               back end widens. Typing adds a cast to the final dtype after it
///   min, max    operand and node in the same lane; bool allowed; NaN propagates, -0 < +0
///   var         sum of squared deviations from the mean, float64, divided by nothing; operand
///               float32 or float64
///   argmin, argmax  int64: C-order number, among the elements reduced, of the first smallest or
///               largest; the first NaN wins; -0 equals +0. Operand in any real lane or bool
///   other reductions         never appear: typing lowers them to these
///   round       halves to even
struct TypedNode {
  Op op = Op::constant;
  DType dtype = DType::float64;
  std::uint8_t nargs = 0;
  bool weak = false;      ///< built of literals and weak scalars alone
  bool may_wrap = false;  ///< an integer operation whose exact range does not fit its dtype; under
                          ///< Overflow::check the back end reports elements that do not fit
  bool must_fit = false;  ///< cast, round_half: of a destination; back ends report elements whose
                          ///< value changes, whatever the Overflow
  bool half_precision = false;  ///< a function of a half type: as exact as that type will do
  std::array<NodeId, 3> args{kNoNode, kNoNode, kNoNode};
  std::uint32_t attr = 0;
  Range range;              ///< integers and bool: the values it can have, within dtype
  NodeId origin = kNoNode;  ///< the node of the Graph that it comes from, for messages
};

/// What the attr of an `align` node says.
constexpr std::uint32_t contract_of(const TypedNode& align) {
  return align.attr / 2;
}
constexpr bool aligns_right(const TypedNode& align) {
  return align.attr % 2 != 0;
}

/// One input of a typed graph, in the order of Graph::inputs.
struct TypedInput {
  std::string name;
  DType dtype = DType::float64;  ///< storage dtype; for a weak scalar, how its value is held
  bool weak = false;
};

struct TypedGraph {
  std::vector<TypedNode> nodes;  ///< operands precede their users
  std::vector<TypedInput> inputs;
  std::vector<Scalar> constants;
  std::vector<ReduceSpec> reduces;
  std::vector<ViewSpec> views;
  std::vector<ContractSpec> contracts;
  std::vector<NodeId> results;  ///< nodes[results[i]].dtype is the dtype stored
  Graph source;                 ///< for spans and for printing sub-expressions
  bool fast_math = false;       ///< Fp::fast
  bool check_overflow = false;  ///< what may wrap is checked; false where nothing may
  bool report_events = false;   ///< somebody asks for events: what signals one is not folded
  bool check_results = false;   ///< a node must fit its destination

  /// True where back ends report elements of that node that do not fit.
  bool checks(const TypedNode& n) const { return n.must_fit || (n.may_wrap && check_overflow); }
  /// True where a node may be checked.
  bool checks_any() const { return check_overflow || check_results; }

  Span span(NodeId id) const;
  /// Prints the sub-expression that a node comes from.
  std::string text(NodeId id) const;
};

/// Prints a number, floats as the shortest decimal that reads back as the same value.
std::string number_text(const Scalar& value);

/// What a caller can ask for where an element does not fit its destination.
inline constexpr const char* kFitHint =
    "casting='wrap' stores it modulo 2^n, casting='saturate' the nearest value that fits";

/// Checks the invariants above; throws Error(internal) that names the node. Used in debug builds
/// and tests.
void verify(const TypedGraph& graph);

/// Prints one line per node: number, op, operands, dtype, lane, range, source text. For --explain.
std::string to_string(const TypedGraph& graph);

}  // namespace tightloop::ir
