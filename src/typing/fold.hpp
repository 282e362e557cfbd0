// Evaluates one typed node whose operands are constants, as the contract of TypedNode says.
#pragma once

#include <optional>
#include <span>

#include "ir/typed_graph.hpp"
#include "types/scalar.hpp"

namespace tightloop::typing {

/// Returns the value of `node` for constant operands, in the lane type of the node; none for what
/// has no value of its own (leaves, views, reductions, extent).
std::optional<Scalar> fold(const ir::TypedNode& node, std::span<const Scalar> x);

/// Converts as a cast node of that dtype does.
Scalar convert_scalar(const Scalar& x, DType to);

/// Makes an integer or bool scalar of the lowest bits of `value` (bool: value != 0).
Scalar make_integer(DType dtype, int128 value);

/// Reads an integer or bool scalar.
int128 integer_value(const Scalar& x);

/// Makes a scalar of the lane of a float or complex dtype.
Scalar make_float(DType dtype, double value);

/// Reads a constant as an integer: the value of an integer or bool, or of a float (or complex
/// without imaginary part) that is a whole number below 2^53 in magnitude; none for others.
std::optional<int128> whole_number(const Scalar& x);

}  // namespace tightloop::typing
