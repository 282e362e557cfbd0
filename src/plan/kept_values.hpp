// Values that cost more to compute than to keep, for the passes of a group that need them again:
// exp(x - m) in softmax. They live in scratch memory of a turn.
#pragma once

#include <span>
#include <vector>

#include "plan/groups.hpp"

namespace tightloop::plan {

/// Finds such values in groups whose turns leave room for them, adds their intermediates, drafts
/// the passes that store or load them anew, and makes turns as short as the scratch memory asks.
/// `settled` says where values of reductions are held (see settled_values.hpp).
void keep_values(const DraftContext& context, const Kept& reductions, const Kept& settled,
                 std::vector<Intermediate>& intermediates, std::vector<Draft>& drafts,
                 std::vector<PassGroup>& groups);

}  // namespace tightloop::plan
