// Cuts a typed graph into stages: a reduction ends a stage, whatever can share one does.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ir/contraction.hpp"
#include "ir/typed_graph.hpp"

namespace tightloop::plan {

/// The factors of the reductions that are matrix products, by node; or nothing.
using ProductFactors = std::vector<std::optional<ir::AlignedProduct>>;

/// One stage over an iteration space. Without reductions it only stores results.
struct StageOutline {
  std::uint32_t level = 0;  ///< reductions below it that must be complete
  Dims iteration;
  std::uint32_t mask = 0;                     ///< reduced axes
  std::optional<ir::AlignedProduct> product;  ///< of its only reduction, a matrix product
  std::vector<ir::NodeId> reductions;         ///< accumulators, in order
  std::vector<std::uint32_t> stores;          ///< results stored element by element
  std::vector<std::uint32_t> epilogues;       ///< results computed from this stage's accumulators
  std::vector<std::uint32_t> materialised;  ///< positions in `reductions` that a later stage reads
  std::vector<ir::NodeId> values;  ///< what a later stage reads that is computed from `reductions`
};

/// Returns the stages in an order in which each finds what it needs. `shapes` holds every node's
/// shape, `out_shapes` every result's destination shape.
std::vector<StageOutline> partition(const ir::TypedGraph& graph, std::span<const Dims> shapes,
                                    std::span<const Dims> out_shapes,
                                    const ProductFactors& products);

}  // namespace tightloop::plan
