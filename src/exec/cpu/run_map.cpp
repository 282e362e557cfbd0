// Map stages: every element of the iteration space once, in tasks of contiguous rows or row pieces.
#include <algorithm>
#include <cstdlib>

#include "exec/cpu/nest_runner.hpp"
#include "exec/cpu/run_loops.hpp"
#include "exec/cpu/tasks.hpp"

namespace tightloop::exec {

namespace {

/// How the rows and columns of a map are cut into tasks. Results do not depend on it.
struct MapTasks {
  std::int64_t rows_per_task;
  std::int64_t columns_per_task;
  std::int64_t per_row;  // tasks along a row
  std::int64_t count;
};

/// Rows that one task takes together: where an operand lies across them, neighbours are in the same
/// cache lines.
std::int64_t rows_together(const BoundNest& nest, std::int64_t rows, std::int64_t across) {
  const std::size_t dims = nest.m.size();
  for (std::size_t i = 0; dims > 1 && i < nest.operands(); ++i) {
    const std::int64_t row = std::abs(nest.m[dims - 2][i]);
    if (row != 0 && row < std::abs(nest.m[dims - 1][i])) return std::min(rows, across);
  }
  return 1;
}

MapTasks cut(const BoundStage& bound, std::int64_t rows, std::int64_t columns, int threads) {
  if (threads <= 1) return {rows, columns, 1, 1};
  const plan::MachineModel& machine = *bound.machine;
  const auto task_cost = static_cast<double>(machine.task_cost);
  const auto task_elements = static_cast<double>(machine.task_elements);
  const double least = static_cast<double>(machine.map_tasks) * threads;
  const double total = static_cast<double>(rows) * static_cast<double>(columns);
  const double pieces = std::clamp(bound.cost / task_cost, least, std::max(least, 1e6));
  const auto elements = static_cast<std::int64_t>(std::max(task_elements, total / pieces));
  const std::int64_t together = rows_together(bound.nests[0], rows, machine.task_rows);
  MapTasks t{together, columns, 1, 0};
  if (columns > elements / together) {
    t.columns_per_task = std::max<std::int64_t>((elements / together + 63) / 64, 1) * 64;
    t.per_row = (columns + t.columns_per_task - 1) / t.columns_per_task;
  } else {
    t.rows_per_task = std::max<std::int64_t>(1, elements / columns / together) * together;
  }
  t.count = (rows + t.rows_per_task - 1) / t.rows_per_task * t.per_row;
  return t;
}

}  // namespace

std::uint64_t run_map(const BoundStage& bound, const StageArguments& arguments, Workers workers) {
  const bool streams = bound.stage->main.kernel.streaming_stores && bound.stage->common.empty();
  const plan::Stage& stage = *bound.stage;
  const BoundNest& nest = bound.nests[0];
  const std::size_t dims = stage.m.size();
  const std::int64_t* m = arguments.m;
  const std::int64_t columns = m[dims - 1];
  std::int64_t rows = columns == 0 ? 0 : 1;
  for (std::size_t d = 0; d + 1 < dims; ++d) rows *= m[d];
  if (rows == 0) return 0;
  const std::int64_t row_extent = dims > 1 ? m[dims - 2] : 1;
  const MapTasks tasks = cut(bound, rows, columns, workers.threads);
  return run_tasks(tasks.count, workers, [&](std::int64_t index) {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    NestRunner runner(nest, arguments.main, arguments.main_params, arena, workers.stop);
    const std::int64_t first = index / tasks.per_row * tasks.rows_per_task;
    const std::int64_t last = std::min(rows, first + tasks.rows_per_task);
    const std::int64_t begin = index % tasks.per_row * tasks.columns_per_task;
    const std::int64_t n0 = std::min(columns - begin, tasks.columns_per_task);
    const auto& inner = nest.m.back();
    for (std::int64_t row = first; row < last;) {
      const std::int64_t at = row % row_extent;
      const std::int64_t n1 = std::min(last - row, row_extent - at);
      runner.move_to_base();
      runner.move_outer(nest.m, m, dims - 1, row);
      runner.move(inner, begin);
      runner.call(n0, inner.data(), n1, dims > 1 ? nest.m[dims - 2].data() : nullptr);
      row += n1;
    }
    if (streams) complete_streaming_stores();
    return runner.events();
  });
}

}  // namespace tightloop::exec
