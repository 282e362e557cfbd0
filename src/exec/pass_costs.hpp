// What the passes of a plan cost in memory traffic, for people: bytes, widths, stores, and the time
// that the memory of this machine needs for them, by a quick measurement.
#pragma once

#include <string>

#include "exec/cpu/stage_runner.hpp"
#include "exec/engine_core.hpp"
#include "plan/loop_plan.hpp"

namespace tightloop::exec {

/// Returns a few lines per pass. Measures the memory's bandwidth, which takes some milliseconds the
/// first time, where a pass is larger than the caches.
std::string describe_costs(const plan::LoopPlan& plan, const EngineCore& engine, Workers workers);

/// Returns the bytes per second that so many threads read from memory; measured once per process
/// and number of threads. 0 where there is no memory for it. Thread-safe.
double read_bandwidth(Workers workers);

}  // namespace tightloop::exec
