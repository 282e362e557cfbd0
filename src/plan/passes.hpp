// Passes: stages that read each other's reductions only at the same index of common axes run
// together, a tile of a few indices at a time, so that memory is read once for all of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/draft.hpp"

namespace tightloop::plan {

/// The common axes of stages that run together, counted from the last as broadcasting does: -1 is
/// the last axis. A tile takes one index of each but the last, and `rows` indices of that.
struct Tiling {
  std::vector<int> axes;  ///< outermost in memory first
  std::vector<std::int64_t> extents;
  std::int64_t rows = 1;
};

/// Stages of one pass, in order. No common axes: a stage by itself.
struct PassDraft {
  std::vector<std::uint32_t> stages;
  Tiling tiling;
};

/// Fuses stages, which are in an order in which each finds what it needs. The passes are in such
/// an order too. Depends on shapes, layouts and the machine, and changes no result.
std::vector<PassDraft> choose_passes(std::span<const Draft> drafts, const MachineModel& machine);

/// Returns the bytes from the first to the last element of an operand within a tile; `strides` are
/// by axis of the iteration space.
std::int64_t bytes_in_tile(const std::vector<std::int64_t>& strides, const Dims& iteration,
                           std::size_t item, const Tiling& tiling);

}  // namespace tightloop::plan
