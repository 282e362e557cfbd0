// Builds the straight-line body of one kernel from the nodes of a typed graph. Views never reach
// the body: they are pushed down to the loads, as a chain of maps from the iteration space.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "plan/loop_plan.hpp"

namespace tightloop::plan {

/// One load of a body before its layout is known: a source seen through a chain of views.
struct BodyLoad {
  Source source;
  DType dtype = DType::float64;
  std::uint32_t chain = 0;
  ir::NodeId node = ir::kNoNode;
};

class Body {
 public:
  /// Says where the body finds a reduction's result.
  using FindReduction = std::function<Source(ir::NodeId)>;

  Body(const ir::TypedGraph& graph, std::span<const Dims> shapes, Dims iteration,
       FindReduction find_reduction);

  /// Emits the cone of a node, down to inputs and reductions; returns its index in the body.
  std::uint32_t emit(ir::NodeId root);
  /// Returns the layout of a load over the iteration space, given the source's own layout.
  ir::Layout layout(const BodyLoad& load, const ir::Layout& own) const;

  KernelPlan kernel;
  std::vector<BodyLoad> loads;
  std::vector<ParamSource> params;

 private:
  struct Chain {  // maps the iteration space to a view's operand
    std::uint32_t parent;
    std::uint32_t view;
    Dims operand;
    Span span;
    friend bool operator==(const Chain&, const Chain&) = default;
  };
  struct Frame {
    ir::NodeId node;
    std::uint32_t chain;
    int next;
  };
  std::uint32_t chain_through(std::uint32_t chain, ir::NodeId view);
  std::uint32_t append(ir::NodeId node, std::uint32_t chain);
  std::uint32_t load(Source source, DType dtype, std::uint32_t chain, ir::NodeId node);
  std::uint32_t param(ParamSource source, DType lane);
  std::uint32_t constant(const Scalar& value);
  static std::uint64_t key(ir::NodeId node, std::uint32_t chain) {
    return (std::uint64_t{chain} << 32) | node;
  }

  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  Dims iteration_;
  FindReduction find_reduction_;
  std::vector<Chain>
      chains_;  // chain k is chains_[k - 1]; chain 0 broadcasts to the iteration space
  std::unordered_map<std::uint64_t, std::uint32_t> done_;
};

}  // namespace tightloop::plan
