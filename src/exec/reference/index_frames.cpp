// Composition of affine index maps, and their hash-consing: an element that is reached along two
// paths of views is computed once when its frames are equal.
#include "exec/reference/index_frames.hpp"

#include <algorithm>
#include <utility>

#include "ir/shapes.hpp"

namespace tightloop::reference {
namespace {

Dims element_strides(const Dims& shape) {
  return c_strides(shape, 1);
}

Dims without_units(const Dims& shape) {
  Dims kept;
  for (std::int64_t extent : shape) {
    if (extent != 1) kept.push_back(extent);
  }
  return kept;
}

/// A reshape that only adds or drops axes of extent 1: the others correspond in order.
ViewMap map_unit_axes(const Dims& view, const Dims& operand) {
  ViewMap map;
  map.operand = operand;
  int at = 0;
  for (std::int64_t extent : operand) {
    AxisMap axis;
    if (extent != 1) {
      while (view[at] == 1) ++at;
      axis = {at++, 1, 0};
    }
    map.axes.push_back(axis);
  }
  return map;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15U + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccdU;
}

std::uint64_t hash_of(const Frame& frame) {
  std::uint64_t hash = frame.base;
  for (const AxisMap& axis : frame.axes) {
    hash = mix(hash, static_cast<std::uint64_t>(axis.source));
    hash = mix(hash, static_cast<std::uint64_t>(axis.step));
    hash = mix(hash, static_cast<std::uint64_t>(axis.offset));
  }
  for (std::int64_t extent : frame.shape) hash = mix(hash, static_cast<std::uint64_t>(extent));
  return hash;
}

}  // namespace

// The strides of a layout say which operand axis each view axis walks along: one application per
// operand axis, with stride 1 on that axis and 0 on all others, reads the map off.
ViewMap map_view(const ir::ViewSpec& spec, const Dims& view, const Dims& operand, Span span) {
  if (spec.kind == ir::ViewSpec::Kind::reshape) {
    if (without_units(view) == without_units(operand)) return map_unit_axes(view, operand);
    ViewMap map;
    map.affine = false;
    map.operand = operand;
    return map;
  }
  ViewMap map;
  map.operand = operand;
  for (int k = 0; k < operand.size(); ++k) {
    ir::Layout probe;
    probe.shape = operand;
    for (int i = 0; i < operand.size(); ++i) probe.strides.push_back(i == k ? 1 : 0);
    const ir::Layout seen = ir::apply_view(spec, probe, span);
    AxisMap axis;
    axis.offset = seen.offset;
    for (int i = 0; i < view.size(); ++i) {
      if (seen.strides[i] != 0 && view[i] > 1) axis = {i, seen.strides[i], seen.offset};
    }
    map.axes.push_back(axis);
  }
  return map;
}

ViewMap map_broadcast(const Dims& shape, const Dims& operand) {
  ViewMap map;
  map.operand = operand;
  const int lead = shape.size() - operand.size();
  for (int k = 0; k < operand.size(); ++k) {
    AxisMap axis;
    if (operand[k] != 1) axis = {lead + k, 1, 0};
    map.axes.push_back(axis);
  }
  return map;
}

IndexFrames::IndexFrames(const Dims& root) {
  bases_.push_back({root, kNoFrame});
  ViewMap same = map_broadcast(root, root);
  intern({0, std::move(same.axes), root});
}

FrameId IndexFrames::compose(FrameId id, const ViewMap& map) {
  if (!map.affine) return reshape(id, map.operand);
  const Frame& frame = frames_[id];
  Frame seen;
  seen.base = frame.base;
  seen.shape = map.operand;
  for (const AxisMap& axis : map.axes) {
    AxisMap result;
    result.offset = axis.offset;
    if (axis.source >= 0) {
      const AxisMap& user = frame.axes[static_cast<std::size_t>(axis.source)];
      result.offset += axis.step * user.offset;
      result.step = axis.step * user.step;
      result.source = result.step == 0 ? -1 : user.source;
    }
    seen.axes.push_back(result);
  }
  return intern(std::move(seen));
}

// The linear index of the view is that of its operand. Where the frame shows all of a base in
// order, the new base counts what that base counts, so that chains of reshapes do not pile up.
FrameId IndexFrames::reshape(FrameId id, const Dims& operand) {
  const Frame& frame = frames_[id];
  FrameId from = id;
  if (is_identity(frame) && bases_[frame.base].from != kNoFrame) from = bases_[frame.base].from;
  if (frames_[from].shape == operand) return from;
  auto base = static_cast<std::uint32_t>(bases_.size());
  const auto [first, last] = bases_from_.equal_range(from);
  for (auto it = first; it != last; ++it) {
    if (bases_[it->second].shape == operand) base = it->second;
  }
  if (base == bases_.size()) {
    bases_.push_back({operand, from});
    bases_from_.emplace(from, base);
  }
  ViewMap same = map_broadcast(operand, operand);
  return intern({base, std::move(same.axes), operand});
}

bool IndexFrames::is_identity(const Frame& frame) const {
  if (!(frame.shape == bases_[frame.base].shape)) return false;
  return frame.axes == map_broadcast(frame.shape, frame.shape).axes;
}

LinearMap IndexFrames::linear(FrameId id, const Dims& strides) const {
  const Frame& frame = frames_[id];
  LinearMap map;
  map.base = frame.base;
  map.strides.assign(static_cast<std::size_t>(bases_[frame.base].shape.size()), 0);
  for (std::size_t k = 0; k < frame.axes.size(); ++k) {
    const AxisMap& axis = frame.axes[k];
    const std::int64_t stride = strides[static_cast<int>(k)];
    map.offset += axis.offset * stride;
    if (axis.source >= 0) map.strides[static_cast<std::size_t>(axis.source)] += axis.step * stride;
  }
  return map;
}

LinearMap IndexFrames::element_number(FrameId id) const {
  return linear(id, element_strides(frames_[id].shape));
}

FrameId IndexFrames::intern(Frame frame) {
  const std::uint64_t hash = hash_of(frame);
  const auto [first, last] = index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (frames_[it->second] == frame) return it->second;
  }
  if (frames_.size() >= kMaxFrames) {
    throw Error(ErrorCode::limit, "the expression sees its operands through too many views", {},
                "store an intermediate result in an array of its own");
  }
  frames_.push_back(std::move(frame));
  const auto id = static_cast<FrameId>(frames_.size() - 1);
  index_.emplace(hash, id);
  return id;
}

}  // namespace tightloop::reference
