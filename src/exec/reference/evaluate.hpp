// The reference evaluator: computes a typed graph element by element, ignoring plans. The oracle of
// the tests, and the engine where no JIT can run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/stop.hpp"
#include "ir/typed_graph.hpp"
#include "tightloop/array.hpp"
#include "tightloop/event.hpp"

namespace tightloop::reference {

/// Where a check failed: a node and the C-order index of the element in its own shape.
struct OverflowAt {
  ir::NodeId node = ir::kNoNode;
  Dims index;
  Scalar operand;  ///< the first one's value there; nothing for a reduction
};

/// One input: an array view or a weak scalar.
struct Input {
  ArrayView view;
  Scalar scalar;  ///< when the graph's input is weak; dtype as TypedInput says
};

/// Evaluates all results into `outs` (shapes as given by `shapes`, dtype of each result node; any
/// strides and byte order). `shapes` holds the shape of every node (ir/shapes.hpp computes it).
/// No array larger than a reduction's result is made. Float sums are computed in long double by
/// Neumaier's compensated summation, so that they are the oracle for any order of summation.
/// Returns where an integer overflowed when graph.check_overflow is set, or a value did not fit its
/// destination (outputs are written all the same). Outputs must not overlap inputs. Throws
/// Error(stopped) once `stop` is set. Thread-safe; single-threaded.
std::optional<OverflowAt> evaluate(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                   std::span<const Input> inputs, std::span<const ArrayView> outs,
                                   StopFlag stop = nullptr);

/// Where an event of a kind happened first.
struct EventAt {
  EventKind kind = EventKind::divide;
  ir::NodeId node = ir::kNoNode;
  Dims index;
};

/// Computes everything and stores nothing; returns the first event of each kind that happens, in
/// the order of EventKind. Throws Error(stopped) once `stop` is set. Thread-safe; single-threaded.
std::vector<EventAt> find_events(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                 std::span<const Input> inputs, StopFlag stop = nullptr);

}  // namespace tightloop::reference
