// Views composed into one map from the axes of a space to those of an array, so that views of
// views that read the same elements are known to be one, however they are written.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/shapes.hpp"

namespace tightloop::plan {

/// One axis of an array: its index is start + step * (index along `axis` of the space).
struct AxisMap {
  int axis = -1;  ///< -1: the index does not vary
  std::int64_t start = 0;
  std::int64_t step = 0;
};

/// One AxisMap for each axis of an array.
using IndexMap = std::vector<AxisMap>;

/// Returns the map of a space to itself.
IndexMap identity_map(const Dims& space);

/// Returns the map from the space that `outer` starts from to the operand of a view, where `outer`
/// leads to an array of shape `space` to which the view's result broadcasts. The view is no
/// reshape.
IndexMap compose(const IndexMap& outer, const Dims& space, const ir::ViewSpec& view,
                 const Dims& operand, Span span);

}  // namespace tightloop::plan
