// Groups: each turn runs all stages over a few indices of their common dimensions, so that what the
// first reads and writes is still in the cache for the last. Turns are independent of each other.
#include <algorithm>
#include <optional>

#include "base/arena.hpp"
#include "exec/cpu/run_loops.hpp"
#include "exec/cpu/stage_runner.hpp"
#include "exec/cpu/tasks.hpp"
#include "exec/cpu/turn_stage.hpp"

namespace tightloop::exec {
namespace {

using plan::Source;

template <class Visit>
void for_each_store(const plan::Stage& s, Visit&& visit) {
  const auto& main = s.main.operands;
  for (std::size_t k = s.main.kernel.loads.size(); k < main.size(); ++k) visit(main[k]);
  const auto& last = s.epilogue.operands;
  for (std::size_t k = s.epilogue.kernel.loads.size(); k < last.size(); ++k) visit(last[k]);
  for (const plan::AccumulatorCopy& c : s.copies) visit(c.to);
}

class Turn {
 public:
  Turn(const BoundPlan& bound, const plan::Group& group, const StageArguments* first, StopFlag stop,
       base::Arena& arena)
      : bound_(bound), group_(group), first_(first), alone_{nullptr, 1, stop} {
    position_ = arena.array<std::int64_t>(group.extents.size());
    scratch_ = arena.array<char*>(bound.plan.intermediates.size());
    places_ = arena.array<Place>(group.count);
    arguments_ = arena.array<StageArguments>(group.count);
    ready_ = arena.array<std::optional<TurnStage>>(group.count);
    std::fill_n(position_, group.extents.size(), 0);
    for (std::uint32_t i = 0; i < group.count; ++i) {
      const plan::Stage& s = stage(i);
      new (places_ + i) Place{
          arena.array<std::int64_t>(s.m.size()), arena.array<char*>(s.main.operands.size()),
          arena.array<char*>(s.epilogue.operands.size()), arena.array<char*>(s.copies.size())};
      for_each_store(s, [&](const plan::Operand& o) {
        const std::int64_t bytes = bytes_in_turn(o);
        if (bytes > 0)
          scratch_[o.source.index] = arena.array<char>(static_cast<std::size_t>(bytes));
      });
    }
    for (std::uint32_t i = 0; i < group.count; ++i) {
      new (arguments_ + i) StageArguments(place(i, group.rows));
      new (ready_ + i) std::optional<TurnStage>();
      if (!TurnStage::suits(stage(i))) continue;
      ready_[i].emplace(bound.stages[group.first + i], arguments_[i], group.rows, stop, arena);
      for (const plan::AccumulatorCopy& c : stage(i).copies) {
        if (bytes_in_turn(c.to) == 0 || !lies_like_accumulators(c.to)) continue;
        scratch_[c.to.source.index] = ready_[i]->accumulator(c.accumulator);
      }
    }
  }

  std::uint64_t run(std::int64_t index) {
    const std::int64_t pieces = (group_.extents.back() + group_.rows - 1) / group_.rows;
    std::size_t d = group_.extents.size() - 1;
    position_[d] = index % pieces * group_.rows;
    const std::int64_t rows = std::min(group_.rows, group_.extents[d] - position_[d]);
    for (index /= pieces; d-- > 0; index /= group_.extents[d]) {
      position_[d] = index % group_.extents[d];
    }
    std::uint64_t events = 0, held = 0;
    for (std::uint32_t i = 0; i < group_.count; ++i) {
      const BoundStage& s = bound_.stages[group_.first + i];
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
  /// Where a stage is in the present turn.
  struct Place {
    std::int64_t* m;
    char** main;
    char** epilogue;
    char** copies;
  };

  const plan::Stage& stage(std::uint32_t i) const { return *bound_.stages[group_.first + i].stage; }

  std::int64_t bytes_in_turn(const plan::Operand& o) const {
    if (o.source.kind != Source::Kind::intermediate) return 0;
    return bound_.plan.intermediates[o.source.index].turn_bytes;
  }

  /// True where rows follow each other without gaps: later stages may read the accumulators
  /// themselves. A copy of them would be written and read in pieces of other sizes, which waits for
  /// all stores before it, those around the caches too.
  static bool lies_like_accumulators(const plan::Operand& to) {
    return !to.swapped && to.offset == 0 &&
           to.m.back() == static_cast<std::int64_t>(itemsize(to.dtype));
  }

  char* move(const plan::Stage& s, const plan::Operand& o, char* first) const {
    if (bytes_in_turn(o) > 0) return scratch_[o.source.index] + o.offset;
    for (std::size_t d = 0; d < s.common.size(); ++d) first += position_[d] * o.m[s.common[d]];
    return first;
  }

  StageArguments place(std::uint32_t i, std::int64_t rows) const {
    const plan::Stage& s = stage(i);
    const Place& to = places_[i];
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
  const plan::Group& group_;
  const StageArguments* first_;
  const Workers alone_;
  std::int64_t* position_;  // index of each common dimension
  char** scratch_;          // of the turn's intermediates
  Place* places_;
  StageArguments* arguments_;        // of the present turn
  std::optional<TurnStage>* ready_;  // of stages that it suits
};

}  // namespace

std::uint64_t run_group(const BoundPlan& bound, const plan::Group& group, TurnRange turns,
                        const StageArguments* arguments, Workers workers,
                        std::uint64_t& extra_bytes) {
  double cost = 0;
  std::uint64_t scratch = 0, kept = 0;
  for (std::uint32_t i = 0; i < group.count; ++i) {
    const BoundStage& stage = bound.stages[group.first + i];
    cost += stage.cost;
    scratch = std::max(scratch, scratch_bytes(stage));
    if (TurnStage::suits(*stage.stage)) kept += TurnStage::bytes(*stage.stage, group.rows);
    for_each_store(*stage.stage, [&](const plan::Operand& o) {
      if (o.source.kind == Source::Kind::intermediate) {
        kept += static_cast<std::uint64_t>(bound.plan.intermediates[o.source.index].turn_bytes);
      }
    });
  }
  cost *= static_cast<double>(turns.count) / static_cast<double>(group.turns());
  workers = workers_for(cost, workers);
  extra_bytes += (scratch + kept) * static_cast<std::uint64_t>(workers.threads);
  constexpr double kTaskCost = 1 << 20;
  const auto wanted =
      static_cast<std::int64_t>(std::clamp(cost / kTaskCost, 4.0 * workers.threads, 1e6));
  const std::int64_t per_task =
      workers.threads > 1 ? (turns.count + wanted - 1) / wanted : turns.count;
  const std::int64_t tasks = (turns.count + per_task - 1) / per_task;
  return run_tasks(tasks, workers, [&](std::int64_t task) {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    Turn turn(bound, group, arguments, workers.stop, arena);
    std::uint64_t events = 0;
    for (std::int64_t i = task * per_task; i < std::min(turns.count, (task + 1) * per_task); ++i) {
      const base::Arena::Mark turn_mark(arena);
      events |= turn.run(turns.first + i);
    }
    complete_streaming_stores();
    return events;
  });
}

}  // namespace tightloop::exec
