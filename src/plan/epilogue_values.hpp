// Values that follow from complete reductions alone, such as means and deviations of columns: the
// stage that reduces computes them once, where a later one would for each of its elements.
#pragma once

#include <span>
#include <vector>

#include "plan/partition.hpp"

namespace tightloop::plan {

/// Notes in `StageOutline::values` what later stages over more elements read, if it is more than
/// one number and costs a division, a root or a function. `outline_of` holds the stage of each
/// reduction. Returns, of every node, whether it is such a value.
std::vector<bool> move_to_epilogues(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                    std::span<const std::uint32_t> outline_of,
                                    std::vector<StageOutline>& outlines);

}  // namespace tightloop::plan
