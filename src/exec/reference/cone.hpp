// The cone of a sweep: the steps that compute, for a block of indices of one shape, the nodes that
// the sweep's results are made of. In: a typed graph with its shapes and inputs. Out: steps in
// order of computation, each an operand load, a constant or a function of earlier steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/stop.hpp"
#include "exec/reference/evaluate.hpp"
#include "exec/reference/event_watch.hpp"
#include "exec/reference/index_frames.hpp"
#include "ir/typed_graph.hpp"
#include "ops/lane_kernels.hpp"
#include "types/element.hpp"

namespace tightloop::reference {

/// What an evaluation works on; `reduced` holds the lanes of finished reductions, in C order, by
/// node.
struct Bindings {
  const ir::TypedGraph& graph;
  std::span<const Dims> shapes;
  std::span<const Input> inputs;
  std::unordered_map<ir::NodeId, std::vector<std::byte>> reduced;
  EventWatch* events = nullptr;  ///< where somebody asks for events
  StopFlag stop = nullptr;

  const ir::TypedNode& node(ir::NodeId id) const { return graph.nodes[id]; }
  DType lane(ir::NodeId id) const { return ir::lane_of(graph.nodes[id].dtype); }
};

/// Computes one node in one frame. Exactly one of `load` and `kernel.run` is set, or neither: then
/// all lanes hold `value`.
struct Step {
  ir::NodeId node = ir::kNoNode;
  FrameId frame = 0;
  DType lane = DType::bool_;
  std::uint8_t nargs = 0;
  std::array<std::uint32_t, 3> args{};  ///< earlier steps
  ops::LaneKernel kernel;               ///< `overflow` is set where it must be looked for
  LoadElements load = nullptr;
  const std::byte* address = nullptr;  ///< load: element (0, ..., 0)
  LinearMap offsets;                   ///< load: in bytes
  Scalar value;
  bool watched = false;  ///< may signal events, and somebody asks for them
};

class Cone {
 public:
  static constexpr std::size_t kMaxSteps = std::size_t{1} << 19;

  /// `root` is the shape that is swept; no extent of it is 0.
  Cone(const Bindings& bindings, const Dims& root) : bindings_(bindings), frames_(root) {}

  /// Adds the steps that compute a node of the root's shape; returns the last one. Throws
  /// Error(limit) past kMaxSteps, Error(internal) for a graph that is not well typed.
  std::uint32_t add(ir::NodeId root);

  const std::vector<Step>& steps() const { return steps_; }
  const IndexFrames& frames() const { return frames_; }
  const Bindings& bindings() const { return bindings_; }

 private:
  struct Site {
    ir::NodeId node;
    FrameId frame;
    std::uint64_t key() const { return std::uint64_t{frame} << 32 | node; }
  };
  Site through_views(Site site);
  const ViewMap& view_map(ir::NodeId id);
  [[noreturn]] void refuse(ir::NodeId id) const;
  Site operand(Site user, int k);
  std::uint32_t emit(Site site);
  void bind_variable(Step& step, const ir::TypedNode& node) const;
  void bind_load(Step& step, const ArrayView& view) const;
  void bind_kernel(Step& step, const ir::TypedNode& node) const;
  double extent(const ir::TypedNode& reduction) const;

  const Bindings& bindings_;
  IndexFrames frames_;
  std::vector<Step> steps_;
  std::unordered_map<std::uint64_t, std::uint32_t> step_at_;
  std::unordered_map<ir::NodeId, ViewMap> view_maps_;
  std::unordered_map<std::uint64_t, Site> view_ends_;
};

}  // namespace tightloop::reference
