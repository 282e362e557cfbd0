#include "plan/memory_hints.hpp"

#include <algorithm>
#include <vector>

#include "plan/passes.hpp"

namespace tightloop::plan {
namespace {

/// True where the kernel itself writes the results, and nothing else.
bool stores_results_only(const Nest& nest) {
  const auto& all = nest.operands;
  return std::all_of(
      all.begin() + static_cast<std::ptrdiff_t>(nest.kernel.loads.size()), all.end(),
      [](const Operand& o) { return o.source.kind == Memory::Kind::result && !o.packed; });
}

// More than a second-level cache holds. What the hardware fetches by itself comes too late where
// there is work to do between the loads.
constexpr std::uint64_t kFetchBytes = std::uint64_t{3} << 20;

/// True for an operand that is read again and again, and stays in a cache meanwhile.
bool stays_in_cache(const Stage& stage, const Operand& o) {
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
  return again && bytes <= kFetchBytes;
}

bool announces(const Stage& stage, std::size_t load) {
  const Operand& o = stage.main.operands[load];
  const kernel::KernelLoad& l = stage.main.kernel.loads[load];
  return o.source.kind == Memory::Kind::input && !o.packed && !l.shared &&
         l.access != kernel::Access::splat && !stays_in_cache(stage, o);
}

bool announces_any(const Stage& stage) {
  for (std::size_t k = 0; k < stage.main.kernel.loads.size(); ++k) {
    if (announces(stage, k)) return true;
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

constexpr Distances kAlongRows{4096, 16384};
// Along each of a pass's rows. Where the rows are few, there is less between two of their steps.
constexpr Distances kAlongColumns{384, 1536};
constexpr Distances kAlongFewColumns{1024, 4096};

void fetch_ahead(Stage& stage, Distances distances, bool half = false) {
  for (std::size_t k = 0; k < stage.main.kernel.loads.size(); ++k) {
    kernel::KernelLoad& load = stage.main.kernel.loads[k];
    if (!announces(stage, k)) continue;
    load.fetch_ahead = static_cast<std::uint16_t>(distances.near);
    load.fetch_far = static_cast<std::uint16_t>(distances.far);
    load.fetch_half = half;
  }
}

Distances distances_of(const kernel::KernelPlan& kernel) {
  if (kernel.kind != kernel::KernelKind::column_reduce) return kAlongRows;
  const bool few_rows = std::any_of(kernel.reductions.begin(), kernel.reductions.end(),
                                    [](const kernel::KernelReduce& r) { return r.narrow_first; });
  return few_rows ? kAlongFewColumns : kAlongColumns;
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
bool fetch_next_tile(std::span<Stage> stages) {
  std::vector<Stage*> later;
  for (std::size_t i = 1; i < stages.size(); ++i) {
    const bool by_row = stages[i].main.kernel.kind != kernel::KernelKind::column_reduce;
    if (by_row && announces_any(stages[i])) later.push_back(&stages[i]);
  }
  if (later.empty()) return false;
  const bool busy = std::any_of(later.begin(), later.end(),
                                [](const Stage* stage) { return computes_function(*stage); });
  const Distances along = distances_of(stages[0].main.kernel);
  fetch_ahead(stages[0], {along.near / 2, busy ? 0 : along.far});
  if (later.size() == 1) {
    fetch_ahead(*later[0], {0, kTileBytes});
  } else {
    fetch_ahead(*later[later.size() - 2], {0, kTileBytes}, true);
    fetch_ahead(*later.back(), {0, kTileBytes + kTileBytes / 2}, true);
  }
  return true;
}

}  // namespace

void choose_memory_hints(std::span<Stage> stages, std::uint64_t bytes) {
  constexpr std::uint64_t kStreamingBytes = std::uint64_t{8} << 20;
  for (Stage& stage : stages) {
    Nest& nest = stage.main;
    nest.kernel.streaming_stores =
        bytes >= kStreamingBytes && stage.r.empty() && stores_results_only(nest);
  }
  if (bytes < kFetchBytes || fetch_next_tile(stages)) return;
  for (Stage& stage : stages) {
    fetch_ahead(stage, distances_of(stage.main.kernel));
    if (announces_any(stage)) return;
  }
}

}  // namespace tightloop::plan
