// Value-safe algebra: the identities that hold for every value and shape of the operands.
#pragma once

#include <optional>
#include <span>

#include "ir/typed_graph.hpp"

namespace tightloop::typing {

/// Returns the node that always equals `node`, if there is one: x + 0, x * 1 and their like for
/// integers, not not x, minimum(x, x). Floats keep every operation but those that are identities
/// bit for bit.
std::optional<ir::NodeId> simplify(const ir::TypedNode& node, std::span<const ir::TypedNode> nodes,
                                   std::span<const Scalar> constants);

}  // namespace tightloop::typing
