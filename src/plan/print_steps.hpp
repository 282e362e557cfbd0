// What the planner has after each of its steps, as text for people.
#pragma once

#include <span>
#include <string>

#include "plan/draft.hpp"
#include "plan/partition.hpp"
#include "plan/passes.hpp"

namespace tightloop::plan {

std::string to_string(std::span<const StageOutline> outlines);
std::string to_string(std::span<const Draft> drafts);
std::string to_string(std::span<const PassDraft> passes);
std::string to_string(std::span<const Intermediate> intermediates);
/// Prints "input 0", "accumulator 1".
std::string to_string(const Memory& memory);

}  // namespace tightloop::plan
