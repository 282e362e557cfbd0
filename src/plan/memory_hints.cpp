#include "plan/memory_hints.hpp"

#include <algorithm>
#include <vector>

#include "plan/groups.hpp"

namespace tightloop::plan {
namespace {

/// True where the kernel itself writes the results, and nothing else.
bool stores_results_only(const Nest& nest) {
  const auto& all = nest.operands;
  return std::all_of(
      all.begin() + static_cast<std::ptrdiff_t>(nest.kernel.loads.size()), all.end(),
      [](const Operand& o) { return o.source.kind == Source::Kind::result && !o.packed; });
}

bool announces(const Operand& o, const KernelLoad& load) {
  return o.source.kind == Source::Kind::input && !o.packed && !load.shared &&
         load.access != Access::splat;
}

bool announces_any(const Stage& stage) {
  const Nest& nest = stage.main;
  for (std::size_t k = 0; k < nest.kernel.loads.size(); ++k) {
    if (announces(nest.operands[k], nest.kernel.loads[k])) return true;
  }
  return false;
}

void fetch_ahead(Stage& stage, std::int64_t distance, bool half = false) {
  Nest& nest = stage.main;
  for (std::size_t k = 0; k < nest.kernel.loads.size(); ++k) {
    KernelLoad& load = nest.kernel.loads[k];
    if (!announces(nest.operands[k], load)) continue;
    load.fetch_ahead = static_cast<std::uint16_t>(distance);
    load.fetch_half = half;
  }
}

/// Of stages that take turns, those that find in the cache what they read ask for what the first
/// one will read in the next turn, two of them for a half each. Returns false where there is none.
bool fetch_next_turn(std::span<Stage> stages) {
  std::vector<Stage*> later;
  for (std::size_t i = 1; i < stages.size(); ++i) {
    const bool by_row = stages[i].main.kernel.kind != KernelKind::column_reduce;
    if (by_row && announces_any(stages[i])) later.push_back(&stages[i]);
  }
  if (later.empty()) return false;
  if (later.size() == 1) {
    fetch_ahead(*later[0], kTurnBytes);
  } else {
    fetch_ahead(*later[later.size() - 2], kTurnBytes, true);
    fetch_ahead(*later.back(), kTurnBytes + kTurnBytes / 2, true);
  }
  return true;
}

}  // namespace

void choose_memory_hints(std::span<Stage> stages, std::uint64_t bytes) {
  constexpr std::uint64_t kStreamingBytes = std::uint64_t{8} << 20;
  // More than a second-level cache holds. What the hardware fetches by itself comes too late where
  // there is work to do between the loads.
  constexpr std::uint64_t kFetchBytes = std::uint64_t{3} << 20;
  constexpr std::uint16_t kAlongRows = 2048;
  constexpr std::uint16_t kAlongColumns = 512;  // the next tiles of each row of a group of rows
  for (Stage& stage : stages) {
    Nest& nest = stage.main;
    nest.kernel.streaming_stores =
        bytes >= kStreamingBytes && stage.r.empty() && stores_results_only(nest);
  }
  if (bytes < kFetchBytes || fetch_next_turn(stages)) return;
  for (Stage& stage : stages) {
    const bool columns = stage.main.kernel.kind == KernelKind::column_reduce;
    fetch_ahead(stage, columns ? kAlongColumns : kAlongRows);
    if (announces_any(stage)) return;
  }
}

}  // namespace tightloop::plan
