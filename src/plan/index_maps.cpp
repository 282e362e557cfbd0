// A view's map of one axis is found by applying the view to a layout where that axis alone moves.
#include "plan/index_maps.hpp"

namespace tightloop::plan {

IndexMap identity_map(const Dims& space) {
  IndexMap map;
  for (int i = 0; i < space.size(); ++i) {
    map.push_back(space[i] > 1 ? AxisMap{i, 0, 1} : AxisMap{});
  }
  return map;
}

IndexMap compose(const IndexMap& outer, const Dims& space, const ir::ViewSpec& view,
                 const Dims& operand, Span span) {
  IndexMap map;
  ir::Layout unit{operand, operand, 0};
  for (std::int64_t& s : unit.strides) s = 0;
  for (int a = 0; a < operand.size(); ++a) {
    // Where the view moves when one axis of its operand alone has a stride is its map of that axis.
    unit.strides[a] = 1;
    const ir::Layout seen = ir::apply_view(view, unit, span);
    unit.strides[a] = 0;
    AxisMap own{-1, seen.offset, 0};
    for (int v = 0; v < seen.shape.size(); ++v) {
      if (seen.strides[v] == 0 || seen.shape[v] <= 1) continue;
      const AxisMap& through =
          outer[static_cast<std::size_t>(v + space.size() - seen.shape.size())];
      own = {through.axis, seen.offset + seen.strides[v] * through.start,
             seen.strides[v] * through.step};
    }
    map.push_back(own);
  }
  return map;
}

}  // namespace tightloop::plan
