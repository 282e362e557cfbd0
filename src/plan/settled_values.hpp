// Values that follow from complete reductions alone, such as means and deviations of columns: the
// pass that reduces computes them once, where a later one would for each of its elements.
#pragma once

#include <span>
#include <vector>

#include "plan/partition.hpp"

namespace tightloop::plan {

/// Notes in `Pass::values` what later passes over more elements read, if it is more than one number
/// and costs a division, a root or a function. `pass_of` holds the pass of each
/// reduction. Returns, of every node, whether it is such a value.
std::vector<bool> settle_values(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                std::span<const std::uint32_t> pass_of, std::vector<Pass>& passes);

}  // namespace tightloop::plan
