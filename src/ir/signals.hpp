// Which typed nodes can signal a floating-point event, whatever their operands are.
#pragma once

#include "ir/typed_graph.hpp"

namespace tightloop::ir {

/// True for operations that round, overflow or have poles, sums and products included; false for
/// those that select, compare or change signs.
bool may_signal(const TypedGraph& graph, NodeId id);

}  // namespace tightloop::ir
