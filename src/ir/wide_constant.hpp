// Integer constants of a graph. One that 64 bits cannot hold is written as its digits of base 2^62,
// (...(d0 << 62 | d1) << 62 | d2...), which typing computes exactly, and read back from that form.
#pragma once

#include <optional>

#include "ir/graph.hpp"
#include "ops/big_integer.hpp"

namespace tightloop::ir {

/// Adds an integer literal: a constant of int64 where that holds it, else of uint64.
NodeId add_integer(Graph& graph, const BigInteger& value, Span span = {});

/// The value of a node that add_integer made of a value that is not negative past 64 bits; none of
/// other nodes.
std::optional<BigInteger> integer_of(const Graph& graph, NodeId id);

}  // namespace tightloop::ir
