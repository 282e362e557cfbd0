// Executes the steps of one job.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "exec/cpu/execute.hpp"
#include "exec/cpu/reduction_steps.hpp"
#include "streaming/job.hpp"

namespace tightloop::streaming {

class StepRunner {
 public:
  /// Everything must outlive it, the arena's state too.
  StepRunner(const exec::BoundPlan& bound, const Job& job, const exec::CallArguments& call,
             void* const* intermediates, exec::Workers workers, base::Arena& arena);

  /// Runs a step; the steps of a job in order. Returns the events.
  std::uint64_t run(std::int64_t number);

 private:
  /// The arguments of a stage at one index of some loops and a range of the last of them.
  struct StepPlace {
    std::vector<std::int64_t> m;
    std::vector<char*> main, epilogue, copies;
    exec::StageArguments arguments;
  };
  void move(const Step& step, std::size_t loops);
  std::uint64_t run_outputs(const Step& step);
  std::uint64_t run_blocks(const Step& step);
  std::uint64_t run_tiles(const Step& step);
  std::uint64_t run_product(const Step& step);

  const exec::BoundPlan& bound_;
  const Job& job_;
  const plan::Pass& pass_;
  const exec::Workers workers_;
  const exec::StageArguments* arguments_;  // of each stage of the pass, not moved
  exec::BoundStage part_;                  // the first stage, with the cost of a step
  StepPlace place_;
  std::unique_ptr<exec::ReductionInSteps> reduction_;
};

}  // namespace tightloop::streaming
