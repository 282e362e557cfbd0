// One pass over an index space: computes a cone block by block, stores results of that shape or
// folds them into accumulators over some of its axes.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "exec/reference/accumulators.hpp"
#include "exec/reference/cone.hpp"

namespace tightloop::reference {

/// The overflow to report: of the first node, at its first element in C order.
struct FirstOverflow {
  ir::NodeId node = ir::kNoNode;
  std::int64_t element = std::numeric_limits<std::int64_t>::max();
  Scalar operand;  ///< of a conversion: the value that it cannot hold

  /// True where an overflow of `candidate` could still come first.
  bool concerns(ir::NodeId candidate) const { return candidate <= node; }
  void note(ir::NodeId at, std::int64_t number, const Scalar& value = {}) {
    if (at < node || (at == node && number < element)) {
      node = at;
      element = number;
      operand = value;
    }
  }
};

/// Computes nodes of one shape into arrays of that shape, outs[i] from nodes[i].
void sweep_to_arrays(const Bindings& bindings, std::span<const ir::NodeId> nodes,
                     std::span<const ArrayView> outs, FirstOverflow& overflow);

/// Computes reductions whose operands have one shape and that reduce the same axes (a bit mask)
/// into bindings.reduced.
void sweep_to_reductions(Bindings& bindings, std::span<const ir::NodeId> reductions,
                         std::uint32_t axes, FirstOverflow& overflow);

}  // namespace tightloop::reference
