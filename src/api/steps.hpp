// Steps of C++ expression templates to Graph: what lang/ is to text.
#pragma once

#include <cstddef>
#include <span>

#include "ir/graph.hpp"
#include "tightloop/lazy.hpp"

namespace tightloop::detail {

/// Builds the graph of steps in postfix order over `leaves` leaves, equal to that of the text they
/// spell; input i is leaf i and is named "x<i>". Steps cross the ABI, so nothing about them is
/// trusted. Throws Error(value) for an unknown operation or dtype, a missing operand or one too
/// many, leaves that are not numbered in order of first use or never used, and bad axes or flags;
/// Error(limit) past the graph's limits. Thread-safe.
ir::Graph graph_from_steps(std::span<const Step> steps, std::size_t leaves);

}  // namespace tightloop::detail
