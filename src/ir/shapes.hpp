// Shapes of every node of a typed graph, once the shapes of the inputs are known.
#pragma once

#include <span>
#include <vector>

#include "ir/typed_graph.hpp"
#include "types/text.hpp"

namespace tightloop::ir {

/// The most elements that a reduction may have where broadcasting, not memory, makes them (more
/// than 64 for each of the largest input's): minutes of work.
inline constexpr std::int64_t kMaxBroadcastWork = std::int64_t{1} << 40;
/// The same for the multiplications of a matrix product, of which many fit one cycle.
inline constexpr std::int64_t kMaxContractionWork = std::int64_t{1} << 46;

/// Returns the shape of every node (parallel to graph.nodes), NumPy's broadcasting rules; `inputs`
/// holds one shape per graph input (empty Dims for weak scalars). Throws Error(shape) with the span
/// and both shapes for operands that do not broadcast, an axis out of range or given twice, too
/// many indices, a reshape that does not fit; Error(value) for an empty min or max.
std::vector<Dims> infer_shapes(const TypedGraph& graph, std::span<const Dims> inputs);

/// Returns which axes of `shape` a reduction reduces, as a bit mask. Throws as above.
std::uint32_t reduced_axes(const ReduceSpec& spec, int rank, Span span);

/// A strided layout: byte strides and a byte offset from the array's first element.
struct Layout {
  Dims shape;
  Dims strides;
  std::int64_t offset = 0;
};

/// Applies a view to a layout. Throws Error(shape), for a reshape of a layout that has no such view
/// too.
Layout apply_view(const ViewSpec& spec, const Layout& layout, Span span);

/// Gives a layout the shape it broadcasts to (stride 0 on new and stretched axes). The shapes must
/// be compatible.
Layout broadcast_to(const Layout& layout, const Dims& shape);

}  // namespace tightloop::ir
