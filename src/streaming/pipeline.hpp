// Runs a schedule: a reader ahead of the loops, a writer behind them, and between them the steps,
// each as soon as its bytes are there and there is room for what it writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "exec/cpu/execute.hpp"
#include "streaming/drain.hpp"
#include "streaming/feeder.hpp"
#include "streaming/schedule.hpp"

namespace tightloop::streaming {

/// An evaluation in parts. `inputs` and `outputs` are by array of the schedule: those without a
/// window have none.
struct Evaluation {
  const exec::BoundPlan* bound = nullptr;
  exec::CallArguments call;
  const Arrays* arrays = nullptr;
  const Schedule* schedule = nullptr;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::uint64_t memory = 0;
  exec::Workers workers;
  /// Called now and then with the bytes read and written so far and in all.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

/// Runs it to the end; returns the events of the kernels. Throws Error and what sources and sinks
/// throw.
std::uint64_t run_in_parts(Evaluation& evaluation);

}  // namespace tightloop::streaming
