// Builds the straight-line body of one kernel from the nodes of a typed graph. Views never reach
// the body: they are pushed down to the loads, as a chain of maps from the iteration space.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plan/index_maps.hpp"
#include "plan/loop_plan.hpp"

namespace tightloop::plan {

/// Most instructions of all bodies of a plan.
inline constexpr std::size_t kMaxPlanned = 4 * ir::kMaxNodes;
/// Throws Error(limit): they are more, `node` among them.
[[noreturn]] void throw_too_many(const ir::TypedGraph& graph, ir::NodeId node);

/// One load of a body before its layout is known: a source seen through a chain of views.
struct BodyLoad {
  Memory source;
  DType dtype = DType::float64;
  std::uint32_t chain = 0;
  ir::NodeId node = ir::kNoNode;
};

class Body {
 public:
  /// Says where the body finds a reduction's result, or another node that need not be computed, and
  /// as what: a matrix product may be held in a narrower dtype than the sum that it is.
  struct Stored {
    Memory source;
    DType dtype = DType::float64;
  };
  using FindStored = std::function<std::optional<Stored>(ir::NodeId)>;

  /// `instructions` counts those of all bodies of a plan: views of views and reductions of
  /// reductions repeat what they read, so that a short text can stand for more than memory holds.
  /// Past kMaxPlanned they are Error(limit).
  Body(const ir::TypedGraph& graph, std::span<const Dims> shapes, Dims iteration,
       std::size_t& instructions, FindStored find_stored);

  /// Emits the cone of a node, down to inputs and what is stored elsewhere; returns its index in
  /// the body. `chain` 0 broadcasts the node to the iteration space.
  std::uint32_t emit(ir::NodeId root, std::uint32_t chain = 0);
  /// Returns the chain of an array that lacks the axes of `mask`, which have extent 1 in the
  /// iteration space.
  std::uint32_t without_axes(std::uint32_t mask);
  /// Returns the layout of a load over the iteration space, given the source's own layout.
  ir::Layout layout(const BodyLoad& load, const ir::Layout& own) const;

  kernel::KernelPlan kernel;
  std::vector<BodyLoad> loads;
  std::vector<ParamSource> params;
  /// The node of each instruction, kNoNode for one under a view.
  std::vector<ir::NodeId> nodes;

 private:
  struct Chain {  // maps the iteration space to a view's operand
    std::uint32_t parent;
    std::uint32_t view;  // or kWithoutAxes
    Dims operand;
    Span span;
    std::uint32_t base;  // the space that `map` starts from: 0, or the chain of a reshape
    IndexMap map;
  };
  struct Frame {
    ir::NodeId node;
    std::uint32_t chain;
    int next;
  };
  static constexpr std::uint32_t kWithoutAxes = ~std::uint32_t{0};
  std::uint32_t chain_through(std::uint32_t chain, ir::NodeId view);
  std::uint32_t same_or_new(Chain chain, ir::NodeId view);
  ir::Layout with_axes(const ir::Layout& from, std::uint32_t mask) const;
  bool is_scalar(ir::NodeId id) const;
  std::uint32_t chain_below(ir::NodeId operand, ir::NodeId user, std::uint32_t chain);
  std::uint32_t append(ir::NodeId node, std::uint32_t chain);
  kernel::Inst conversion(const Stored& stored, DType lane, std::uint32_t chain, ir::NodeId node);
  std::uint32_t load(Memory source, DType dtype, std::uint32_t chain, ir::NodeId node);
  std::uint32_t param(ParamSource source, DType lane);
  std::uint32_t constant(const Scalar& value);
  void count(ir::NodeId node);
  static std::uint64_t key(std::uint32_t node, std::uint32_t chain) {
    return (std::uint64_t{chain} << 32) | node;
  }

  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  Dims iteration_;
  std::size_t& instructions_;
  FindStored find_stored_;
  std::uint32_t removed_axes_ = 0;
  std::vector<Chain> chains_;  // chain 0 broadcasts to the iteration space
  std::unordered_map<std::uint64_t, std::uint32_t> chain_of_;      // by view node and parent
  std::map<std::vector<std::int64_t>, std::uint32_t> chain_like_;  // by what it maps to what
  std::unordered_map<std::uint64_t, std::uint32_t> done_;          // by node and chain
  std::unordered_map<std::uint64_t, std::uint32_t> load_of_[4];    // by index and chain; per kind
  std::map<std::pair<DType, std::string>, std::uint32_t> constant_of_;
};

}  // namespace tightloop::plan
