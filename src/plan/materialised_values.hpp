// Values that cost more to compute than to keep, for the stages of a pass that need them again:
// exp(x - m) in softmax. They live in scratch memory of a tile.
#pragma once

#include <span>
#include <vector>

#include "plan/passes.hpp"

namespace tightloop::plan {

/// Finds such values in passes whose tiles leave room for them, adds their intermediates, drafts
/// the stages that store or load them anew, and makes tiles as short as the scratch memory asks.
/// `epilogue values` says where values of reductions are held (see epilogue_values.hpp).
void materialise_values(const DraftContext& context, const IntermediateOf& reductions,
                        const IntermediateOf& finalised, std::vector<Intermediate>& intermediates,
                        std::vector<Draft>& drafts, std::vector<PassDraft>& passes);

}  // namespace tightloop::plan
