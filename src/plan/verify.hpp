// The rules that a loop plan keeps, which everything that runs it relies on.
#pragma once

#include <span>
#include <string>

#include "plan/draft.hpp"
#include "plan/loop_plan.hpp"
#include "plan/partition.hpp"
#include "plan/passes.hpp"

namespace tightloop::plan {

/// Returns the first rule of loop_plan.hpp that a plan of a graph breaks, and where; empty where it
/// is sound. Among them: every element of every result is stored once; nothing is read before it is
/// written; no array is made that is larger than a reduction's result or the values of a tile,
/// which the model of the machine that it was planned for bounds.
std::string verify(const LoopPlan& plan, const ir::TypedGraph& graph,
                   const MachineModel& machine = {});

/// The same for the steps before there is a plan: outlines of stages,
std::string verify(std::span<const StageOutline> outlines, const ir::TypedGraph& graph,
                   std::span<const Dims> shapes);
/// and their drafts, in passes.
std::string verify(std::span<const Draft> drafts, std::span<const PassDraft> passes,
                   std::size_t intermediates);

}  // namespace tightloop::plan
