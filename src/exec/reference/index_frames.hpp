// Where the elements of a node stand, seen from the index space that is being swept. A base is a
// space of multi-indices; a frame maps each index of its base to one element of a node's shape, one
// affine function per axis. Views and broadcasting compose frames; a reshape that is not affine
// starts a new base, whose indices are computed from the linear index of a frame.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "ir/typed_graph.hpp"
#include "tightloop/array.hpp"

namespace tightloop::reference {

/// An index along one axis of a node: offset + step * (index along `source` of the base). Axes that
/// do not vary have no source and step 0.
struct AxisMap {
  std::int32_t source = -1;
  std::int64_t step = 0;
  std::int64_t offset = 0;
  friend bool operator==(const AxisMap&, const AxisMap&) = default;
};

/// How the indices of a view's operand follow from those of the view.
struct ViewMap {
  bool affine = true;
  std::vector<AxisMap> axes;  ///< one per operand axis; `source` is an axis of the view
  Dims operand;               ///< the operand's shape
};

/// Works out the map of a view node; not affine for a reshape that merges or splits axes.
ViewMap map_view(const ir::ViewSpec& spec, const Dims& view, const Dims& operand, Span span);
/// Works out the map by which an operand broadcasts to a shape.
ViewMap map_broadcast(const Dims& shape, const Dims& operand);

using FrameId = std::uint32_t;
inline constexpr FrameId kNoFrame = ~FrameId{0};

struct Frame {
  std::uint32_t base = 0;
  std::vector<AxisMap> axes;
  Dims shape;  ///< of the nodes seen in this frame
  friend bool operator==(const Frame&, const Frame&) = default;
};

struct Base {
  Dims shape;
  FrameId from = kNoFrame;  ///< the linear index in this frame counts the base; none for the root
};

/// A linear function of a base's indices.
struct LinearMap {
  std::uint32_t base = 0;
  std::int64_t offset = 0;
  std::vector<std::int64_t> strides;  ///< one per axis of the base
};

/// All frames of one sweep, each once. Throws Error(limit) past kMaxFrames.
class IndexFrames {
 public:
  static constexpr std::size_t kMaxFrames = std::size_t{1} << 17;

  /// Starts with base 0 and its identity frame 0.
  explicit IndexFrames(const Dims& root);
  /// Returns the frame in which the operand is seen when its user is seen in `frame`.
  FrameId compose(FrameId frame, const ViewMap& map);
  /// Turns per-axis strides of a frame's nodes into a linear function of its base.
  LinearMap linear(FrameId frame, const Dims& strides) const;
  /// The same for C-order element numbers.
  LinearMap element_number(FrameId frame) const;

  const Frame& operator[](FrameId id) const { return frames_[id]; }
  const std::vector<Base>& bases() const { return bases_; }

 private:
  FrameId reshape(FrameId frame, const Dims& operand);
  FrameId intern(Frame frame);
  bool is_identity(const Frame& frame) const;

  std::vector<Base> bases_;
  std::vector<Frame> frames_;
  std::unordered_multimap<std::uint64_t, FrameId> index_;
  std::unordered_multimap<FrameId, std::uint32_t> bases_from_;
};

}  // namespace tightloop::reference
