// The reference evaluator as an executable: it computes the typed graph and leaves the plan alone,
// so that tests can compare what plans and kernels give with it.
#pragma once

#include <span>
#include <vector>

#include "exec/executable.hpp"
#include "ir/typed_graph.hpp"

namespace tightloop::exec {

class ReferenceExecutable : public Executable {
 public:
  /// For inputs and destinations of these layouts; no destinations: new C-ordered arrays. The graph
  /// outlives it.
  ReferenceExecutable(plan::LoopPlan plan, const ir::TypedGraph& graph,
                      std::span<const plan::ArrayLayout> inputs,
                      std::span<const plan::ArrayLayout> outs);

  /// Single-threaded. Does not watch its sums: it always says that they may not be finite.
  std::uint64_t run(const CallArguments& call, Workers workers,
                    std::uint64_t& extra_bytes) const override;

 private:
  const ir::TypedGraph& graph_;
  const std::vector<plan::ArrayLayout> inputs_;
  std::vector<plan::ArrayLayout> outs_;
  std::vector<Dims> shapes_;  // of every node
};

}  // namespace tightloop::exec
