// From a draft to a stage: loops, nests, blocks.
#pragma once

#include <vector>

#include "plan/draft.hpp"

namespace tightloop::plan {

/// Makes the stage of a draft. `axes` are those it has in common with others of its pass, as in
/// Tiling; its results depend neither on them nor on `machine`.
Stage make_stage(const Draft& draft, const std::vector<int>& axes, const MachineModel& machine);

/// True where two stages combine the same elements in the same order.
bool same_order(const Stage& a, const Stage& b);

}  // namespace tightloop::plan
