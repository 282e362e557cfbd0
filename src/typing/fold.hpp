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

}  // namespace tightloop::typing
