// Passes: each tile runs all stages over a few indices of their common dimensions, so that what the
// first reads and writes is still in the cache for the last. Tiles are independent of each other.
#include <algorithm>
#include <optional>

#include "base/arena.hpp"
#include "exec/cpu/run_loops.hpp"
#include "exec/cpu/stage_runner.hpp"
#include "exec/cpu/tasks.hpp"
#include "exec/cpu/tile_stage.hpp"

namespace tightloop::exec {
namespace {

using plan::Memory;

template <class Visit>
void for_each_store(const plan::Stage& s, Visit&& visit) {
  const auto& main = s.main.operands;
  for (std::size_t k = s.main.kernel.loads.size(); k < main.size(); ++k) visit(main[k]);
  const auto& last = s.epilogue.operands;
  for (std::size_t k = s.epilogue.kernel.loads.size(); k < last.size(); ++k) visit(last[k]);
  for (const plan::AccumulatorCopy& c : s.copies) visit(c.to);
}

class Tile {
 public:
  Tile(const BoundPlan& bound, const plan::Pass& pass, const StageArguments* first, StopFlag stop,
       base::Arena& arena)
      : bound_(bound), pass_(pass), first_(first), alone_{nullptr, 1, stop} {
    position_ = arena.array<std::int64_t>(pass.extents.size());
    scratch_ = arena.array<char*>(bound.plan.intermediates.size());
    places_ = arena.array<StagePlace>(pass.count);
    arguments_ = arena.array<StageArguments>(pass.count);
    ready_ = arena.array<std::optional<TileStage>>(pass.count);
    std::fill_n(position_, pass.extents.size(), 0);
    for (std::uint32_t i = 0; i < pass.count; ++i) {
      const plan::Stage& s = stage(i);
      new (places_ + i) StagePlace{
          arena.array<std::int64_t>(s.m.size()), arena.array<char*>(s.main.operands.size()),
          arena.array<char*>(s.epilogue.operands.size()), arena.array<char*>(s.copies.size())};
      for_each_store(s, [&](const plan::Operand& o) {
        const std::int64_t bytes = bytes_in_tile(o);
        if (bytes > 0)
          scratch_[o.source.index] = arena.array<char>(static_cast<std::size_t>(bytes));
      });
    }
    for (std::uint32_t i = 0; i < pass.count; ++i) {
      new (arguments_ + i) StageArguments(place(i, pass.rows));
      new (ready_ + i) std::optional<TileStage>();
      if (!TileStage::suits(stage(i))) continue;
      ready_[i].emplace(bound.stages[pass.first + i], arguments_[i], pass.rows, stop, arena);
      for (const plan::AccumulatorCopy& c : stage(i).copies) {
        if (bytes_in_tile(c.to) == 0 || !lies_like_accumulators(c.to)) continue;
        scratch_[c.to.source.index] = ready_[i]->accumulator(c.accumulator);
      }
    }
  }

  std::uint64_t run(std::int64_t index) {
    const std::int64_t pieces = (pass_.extents.back() + pass_.rows - 1) / pass_.rows;
    std::size_t d = pass_.extents.size() - 1;
    position_[d] = index % pieces * pass_.rows;
    const std::int64_t rows = std::min(pass_.rows, pass_.extents[d] - position_[d]);
    for (index /= pieces; d-- > 0; index /= pass_.extents[d]) {
      position_[d] = index % pass_.extents[d];
    }
    std::uint64_t events = 0, held = 0;
    for (std::uint32_t i = 0; i < pass_.count; ++i) {
      const BoundStage& s = bound_.stages[pass_.first + i];
      place(i, rows);
      if (ready_[i]) {
        events |= ready_[i]->run(rows);
      } else {
        events |= s.stage->r.empty() ? run_map(s, arguments_[i], alone_)
                                     : run_reduce(s, arguments_[i], alone_, held);
      }
    }
    return events;
  }

 private:
  /// Where a stage is in the present tile.
  struct StagePlace {
    std::int64_t* m;
    char** main;
    char** epilogue;
    char** copies;
  };

  const plan::Stage& stage(std::uint32_t i) const { return *bound_.stages[pass_.first + i].stage; }

  std::int64_t bytes_in_tile(const plan::Operand& o) const {
    if (o.source.kind != Memory::Kind::intermediate) return 0;
    return bound_.plan.intermediates[o.source.index].tile_bytes;
  }

  /// True where rows follow each other without gaps: later stages may read the accumulators
  /// themselves. A copy of them would be written and read in pieces of other sizes, which waits for
  /// all stores before it, those around the caches too.
  static bool lies_like_accumulators(const plan::Operand& to) {
    return !to.swapped && to.offset == 0 &&
           to.m.back() == static_cast<std::int64_t>(itemsize(to.dtype));
  }

  char* move(const plan::Stage& s, const plan::Operand& o, char* first) const {
    if (bytes_in_tile(o) > 0) return scratch_[o.source.index] + o.offset;
    for (std::size_t d = 0; d < s.common.size(); ++d) first += position_[d] * o.m[s.common[d]];
    return first;
  }

  StageArguments place(std::uint32_t i, std::int64_t rows) const {
    const plan::Stage& s = stage(i);
    const StagePlace& to = places_[i];
    const StageArguments& from = first_[i];
    std::copy(s.m.begin(), s.m.end(), to.m);
    for (const std::uint32_t d : s.common) to.m[d] = 1;
    to.m[s.common.back()] = rows;
    for (std::size_t k = 0; k < s.main.operands.size(); ++k) {
      to.main[k] = move(s, s.main.operands[k], from.main[k]);
    }
    for (std::size_t k = 0; s.has_epilogue && k < s.epilogue.operands.size(); ++k) {
      to.epilogue[k] = move(s, s.epilogue.operands[k], from.epilogue[k]);
    }
    for (std::size_t k = 0; k < s.copies.size(); ++k) {
      to.copies[k] = move(s, s.copies[k].to, from.copies[k]);
    }
    return {to.m, to.main, to.epilogue, to.copies, from.main_params, from.epilogue_params};
  }

  const BoundPlan& bound_;
  const plan::Pass& pass_;
  const StageArguments* first_;
  const Workers alone_;
  std::int64_t* position_;  // index of each common dimension
  char** scratch_;          // of the tile's intermediates
  StagePlace* places_;
  StageArguments* arguments_;        // of the present tile
  std::optional<TileStage>* ready_;  // of stages that it suits
};

}  // namespace

std::uint64_t run_pass(const BoundPlan& bound, const plan::Pass& pass, TileRange tiles,
                       const StageArguments* arguments, Workers workers,
                       std::uint64_t& extra_bytes) {
  double cost = 0;
  std::uint64_t scratch = 0, held = 0;
  for (std::uint32_t i = 0; i < pass.count; ++i) {
    const BoundStage& stage = bound.stages[pass.first + i];
    cost += stage.cost;
    scratch = std::max(scratch, scratch_bytes(stage));
    if (TileStage::suits(*stage.stage)) held += TileStage::bytes(*stage.stage, pass.rows);
    for_each_store(*stage.stage, [&](const plan::Operand& o) {
      if (o.source.kind == Memory::Kind::intermediate) {
        held += static_cast<std::uint64_t>(bound.plan.intermediates[o.source.index].tile_bytes);
      }
    });
  }
  cost *= static_cast<double>(tiles.count) / static_cast<double>(pass.tiles());
  workers = workers_for(cost, workers);
  extra_bytes += (scratch + held) * static_cast<std::uint64_t>(workers.threads);
  constexpr double kTaskCost = 1 << 20;
  const auto wanted =
      static_cast<std::int64_t>(std::clamp(cost / kTaskCost, 4.0 * workers.threads, 1e6));
  const std::int64_t per_task =
      workers.threads > 1 ? (tiles.count + wanted - 1) / wanted : tiles.count;
  const std::int64_t tasks = (tiles.count + per_task - 1) / per_task;
  return run_tasks(tasks, workers, [&](std::int64_t task) {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    Tile tile(bound, pass, arguments, workers.stop, arena);
    std::uint64_t events = 0;
    for (std::int64_t i = task * per_task; i < std::min(tiles.count, (task + 1) * per_task); ++i) {
      const base::Arena::Mark tile_mark(arena);
      events |= tile.run(tiles.first + i);
    }
    complete_streaming_stores();
    return events;
  });
}

}  // namespace tightloop::exec
