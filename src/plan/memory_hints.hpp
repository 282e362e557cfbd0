// How the kernels of a pass deal with memory that does not stay in a cache: stores that go around
// the caches, reads that are announced. In: the stages of a pass and the bytes that it moves.
#pragma once

#include <cstdint>
#include <span>

#include "plan/loop_plan.hpp"

namespace tightloop::plan {

/// Sets the hints of the kernels of stages that run together and move so many bytes.
void choose_memory_hints(std::span<Stage> stages, std::uint64_t bytes, const MachineModel& machine);

}  // namespace tightloop::plan
