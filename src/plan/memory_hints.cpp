#include "plan/memory_hints.hpp"

#include <algorithm>

#include "plan/groups.hpp"

namespace tightloop::plan {
namespace {

bool stores_results_only(const Nest& nest) {
  const auto& all = nest.operands;
  return std::all_of(all.begin() + static_cast<std::ptrdiff_t>(nest.kernel.loads.size()), all.end(),
                     [](const Operand& o) { return o.source.kind == Source::Kind::result; });
}

bool announces(const Operand& o, const KernelLoad& load) {
  return o.source.kind == Source::Kind::input && !o.packed && !load.shared &&
         load.access == Access::contiguous;
}

/// Returns whether any load of the nest reads what comes from memory as a stream.
bool fetch_ahead(Nest& nest, std::uint16_t distance) {
  bool any = false;
  for (std::size_t k = 0; k < nest.kernel.loads.size(); ++k) {
    KernelLoad& load = nest.kernel.loads[k];
    if (!announces(nest.operands[k], load)) continue;
    load.fetch_ahead = distance;
    any = true;
  }
  return any;
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
    nest.kernel.streaming_stores = bytes >= kStreamingBytes && stage.r.empty() &&
                                   !nest.any_packed && stores_results_only(nest);
  }
  if (bytes < kFetchBytes) return;
  // Of a group, a stage that finds in the cache what it reads itself asks for what the first stage
  // of the next turn will read.
  for (std::size_t i = 1; i < stages.size(); ++i) {
    const bool by_row = stages[i].main.kernel.kind != KernelKind::column_reduce;
    if (by_row && fetch_ahead(stages[i].main, kTurnBytes)) return;
  }
  for (Stage& stage : stages) {
    const bool columns = stage.main.kernel.kind == KernelKind::column_reduce;
    if (!stage.product && fetch_ahead(stage.main, columns ? kAlongColumns : kAlongRows)) return;
  }
}

}  // namespace tightloop::plan
