// Graph to TypedGraph: ranges, dtypes, explicit conversions and value-safe simplification.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ir/steps.hpp"
#include "ir/typed_graph.hpp"
#include "tightloop/options.hpp"

namespace tightloop::typing {

/// The type of one variable of the graph.
struct VariableType {
  DType dtype = DType::float64;  ///< array: storage dtype. Weak scalar: for integers the narrowest
                                 ///< integer dtype that holds the value (its range is that
                                 ///< dtype's), else bool, float64 or complex128
  bool weak = false;
  std::optional<Range> values = std::nullopt;  ///< weak integers: within dtype, where more is known
                                               ///< of the value
};

struct Policy {
  Promotion promotion = Promotion::exact;
  Fp fp = Fp::strict;
  Overflow overflow = Overflow::by_promotion;
  bool report_events = false;    ///< see TypedGraph::report_events
  bool scaled_averages = false;  ///< means, norms and deviations are computed scaled, too, and are
                                 ///< that where their sums are not finite
};

/// True where an integer element that does not fit is an error.
constexpr bool checks_overflow(const Policy& policy) {
  return policy.overflow == Overflow::check ||
         (policy.overflow == Overflow::by_promotion && policy.promotion == Promotion::exact);
}

/// A destination's dtype, for evaluate_into: adds the final conversion or refuses it.
struct DestinationType {
  DType dtype = DType::float64;
  Casting casting = Casting::standard;
};

/// Types a graph. `variables` are parallel to graph.inputs(); `destinations` is empty or parallel
/// to graph.results. `steps` may be null: else it is told of each step, and the graph is verified
/// after each, as in debug builds. Throws Error(type) with span, naming the operation and the
/// dtypes.
ir::TypedGraph resolve(ir::Graph graph, std::span<const VariableType> variables,
                       const Policy& policy, std::span<const DestinationType> destinations = {},
                       ir::Steps* steps = nullptr);

/// True where sums may overflow on the way to a mean, norm or deviation that does not. If a sum of
/// the graph is not finite, scaled_averages may give results that are; where all are, both give the
/// same bits.
bool averages_may_overflow(const ir::TypedGraph& graph);

/// True where NumPy's can_cast(from, to, casting) is, with every half type as a float of float16's
/// rank (safe to float32 and wider; same_kind to any float). `standard` and `wrap` stand for
/// same_kind, those that look at values for unsafe.
bool can_cast(DType from, DType to, Casting casting);

/// The name of a casting, as options spell it.
std::string_view name_of(Casting casting);

}  // namespace tightloop::typing
