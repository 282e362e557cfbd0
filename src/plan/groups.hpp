// Row-resident stages: passes that read each other's reductions only at the same index of common
// axes run together, a few indices at a time, so that memory is read once for all of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/draft.hpp"

namespace tightloop::plan {

/// The common axes of passes that run together, counted from the last as broadcasting does: -1 is
/// the last axis. A turn takes one index of each but the last, and `rows` indices of that.
struct Turns {
  std::vector<int> axes;  ///< outermost in memory first
  std::vector<std::int64_t> extents;
  std::int64_t rows = 1;
};

/// Passes of one stage, in order. No common axes: a pass by itself.
struct PassGroup {
  std::vector<std::uint32_t> passes;
  Turns turns;
};

/// Groups passes, which are in an order in which each finds what it needs. The groups are in such
/// an order too. Depends on shapes and layouts only.
std::vector<PassGroup> choose_groups(std::span<const Draft> drafts);

/// Returns the bytes from the first to the last element of an operand within a turn; `strides` are
/// by axis of the iteration space.
std::int64_t bytes_in_turn(const std::vector<std::int64_t>& strides, const Dims& iteration,
                           std::size_t item, const Turns& turns);

/// What a turn reads should stay in the first-level cache: then reading what the next one reads
/// overlaps with writing.
inline constexpr std::int64_t kTurnBytes = 24 << 10;

/// Most bytes of the values that a turn keeps in scratch memory of its thread, and how many it
/// keeps where there are several rows.
inline constexpr std::int64_t kMostKept = 48 << 10;
inline constexpr std::int64_t kKept = 20 << 10;

}  // namespace tightloop::plan
