// Executes the steps of one job.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "run/execute.hpp"
#include "run/reduction_steps.hpp"
#include "streaming/job.hpp"

namespace tightloop::streaming {

class StepRunner {
 public:
  /// Everything must outlive it, the arena's state too.
  StepRunner(const run::BoundPlan& bound, const Job& job, const run::CallArguments& call,
             void* const* intermediates, run::Workers workers, run::Arena& arena);

  /// Runs a step; the steps of a job in order. Returns the events.
  std::uint64_t run(std::int64_t number);

 private:
  /// The arguments of a stage at one index of some loops and a range of the last of them.
  struct Place {
    std::vector<std::int64_t> m;
    std::vector<char*> main, epilogue, copies;
    run::StageArguments arguments;
  };
  void move(const Step& step, std::size_t loops);
  std::uint64_t run_outputs(const Step& step);
  std::uint64_t run_blocks(const Step& step);
  std::uint64_t run_turns(const Step& step);
  std::uint64_t run_product(const Step& step);

  const run::BoundPlan& bound_;
  const Job& job_;
  const plan::Group& group_;
  const run::Workers workers_;
  const run::StageArguments* arguments_;  // of each stage of the group, not moved
  run::BoundStage part_;                  // the first stage, with the cost of a step
  Place place_;
  std::unique_ptr<run::ReductionInSteps> reduction_;
};

}  // namespace tightloop::streaming
