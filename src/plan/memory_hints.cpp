// Which loads are announced and how far ahead, for a stage by itself and for stages that share
// tiles.
#include "plan/memory_hints.hpp"

#include <algorithm>
#include <vector>

namespace tightloop::plan {
namespace {

/// True where the kernel itself writes the results, and nothing else.
bool stores_results_only(const Nest& nest) {
  const auto& all = nest.operands;
  return std::all_of(
      all.begin() + static_cast<std::ptrdiff_t>(nest.kernel.loads.size()), all.end(),
      [](const Operand& o) { return o.source.kind == Memory::Kind::result && !o.packed; });
}

/// True for an operand that is read again and again, and stays in a cache meanwhile.
bool stays_in_cache(const Stage& stage, const Operand& o, const MachineModel& machine) {
  std::uint64_t bytes = itemsize(o.dtype);
  bool again = false;
  const auto count = [&](const std::vector<std::int64_t>& extents,
                         const std::vector<std::int64_t>& strides) {
    for (std::size_t d = 0; d < extents.size(); ++d) {
      if (strides[d] != 0) bytes *= static_cast<std::uint64_t>(extents[d]);
      again = again || (strides[d] == 0 && extents[d] > 1);
    }
  };
  count(stage.m, o.m);
  count(stage.r, o.r);
  return again && bytes <= static_cast<std::uint64_t>(machine.announced_bytes);
}

bool announces(const Stage& stage, std::size_t load, const MachineModel& machine) {
  const Operand& o = stage.main.operands[load];
  const kernel::KernelLoad& l = stage.main.kernel.loads[load];
  return o.source.kind == Memory::Kind::input && !o.packed && !l.shared &&
         l.access != kernel::Access::splat && !stays_in_cache(stage, o, machine);
}

bool announces_any(const Stage& stage, const MachineModel& machine) {
  for (std::size_t k = 0; k < stage.main.kernel.loads.size(); ++k) {
    if (announces(stage, k, machine)) return true;
  }
  return false;
}

/// How many bytes ahead of what is read memory is asked for what will be read, 0: not at all. What
/// is asked for far ahead comes as far as the second cache, which waits for more of it at a time
/// than the first one can.
struct Distances {
  std::int64_t near;
  std::int64_t far;
};

std::uint16_t distance(std::int64_t bytes) {
  return static_cast<std::uint16_t>(std::min(bytes, MachineModel::kFarthest));
}

void fetch_ahead(Stage& stage, const MachineModel& machine, Distances distances,
                 bool half = false) {
  for (std::size_t k = 0; k < stage.main.kernel.loads.size(); ++k) {
    kernel::KernelLoad& load = stage.main.kernel.loads[k];
    if (!announces(stage, k, machine)) continue;
    load.fetch_ahead = distance(distances.near);
    load.fetch_far = distance(distances.far);
    load.fetch_half = half;
  }
}

Distances distances_of(const kernel::KernelPlan& kernel, const MachineModel& machine) {
  if (kernel.kind != kernel::KernelKind::column_reduce) {
    return {machine.row_fetch_near, machine.row_fetch_far};
  }
  const bool few_rows = std::any_of(kernel.reductions.begin(), kernel.reductions.end(),
                                    [](const kernel::KernelReduce& r) { return r.narrow_first; });
  if (few_rows) return {machine.few_rows_fetch_near, machine.few_rows_fetch_far};
  return {machine.column_fetch_near, machine.column_fetch_far};
}

bool computes_function(const Stage& stage) {
  const auto& body = stage.main.kernel.body;
  return std::any_of(body.begin(), body.end(), [](const kernel::Inst& inst) {
    return in_table(inst.op) && info(inst.op).lowering == Lowering::math;
  });
}

/// Of stages that share tiles, those that find in the cache what they read ask for what the first
/// one will read in the next tile, two of them for a half each. The first one asks, too, unless
/// they have so much more to do meanwhile that all has come by then. Returns false where there is
/// none.
bool fetch_next_tile(std::span<Stage> stages, const MachineModel& machine) {
  std::vector<Stage*> later;
  for (std::size_t i = 1; i < stages.size(); ++i) {
    const bool by_row = stages[i].main.kernel.kind != kernel::KernelKind::column_reduce;
    if (by_row && announces_any(stages[i], machine)) later.push_back(&stages[i]);
  }
  if (later.empty()) return false;
  const bool busy = std::any_of(later.begin(), later.end(),
                                [](const Stage* stage) { return computes_function(*stage); });
  const Distances along = distances_of(stages[0].main.kernel, machine);
  fetch_ahead(stages[0], machine, {along.near / 2, busy ? 0 : along.far});
  const std::int64_t tile = machine.tile_bytes;
  if (later.size() == 1) {
    fetch_ahead(*later[0], machine, {0, tile});
  } else {
    fetch_ahead(*later[later.size() - 2], machine, {0, tile}, true);
    fetch_ahead(*later.back(), machine, {0, tile + tile / 2}, true);
  }
  return true;
}

}  // namespace

void choose_memory_hints(std::span<Stage> stages, std::uint64_t bytes,
                         const MachineModel& machine) {
  const auto moves = [&](std::int64_t least) { return bytes >= static_cast<std::uint64_t>(least); };
  for (Stage& stage : stages) {
    Nest& nest = stage.main;
    nest.kernel.streaming_stores =
        moves(machine.streaming_bytes) && stage.r.empty() && stores_results_only(nest);
  }
  if (!moves(machine.announced_bytes) || fetch_next_tile(stages, machine)) return;
  for (Stage& stage : stages) {
    fetch_ahead(stage, machine, distances_of(stage.main.kernel, machine));
    if (announces_any(stage, machine)) return;
  }
}

}  // namespace tightloop::plan
