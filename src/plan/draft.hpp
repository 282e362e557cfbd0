// A stage with its kernels and operands, before its loops are chosen. In: a stage of the partition.
// Out: operands by axis of the iteration space, from which passes and loops are chosen.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plan/body.hpp"
#include "plan/loop_plan.hpp"
#include "plan/loops.hpp"
#include "plan/matrix_product.hpp"
#include "plan/partition.hpp"

namespace tightloop::plan {

/// Where a value of the graph is kept: by node, the intermediate.
using IntermediateOf = std::unordered_map<ir::NodeId, std::uint32_t>;

struct Draft {
  StageOutline outline;
  kernel::KernelPlan main;
  kernel::KernelPlan epilogue;
  std::vector<ParamSource> main_params;
  std::vector<ParamSource> epilogue_params;
  std::vector<AxisOperand> operands;  ///< main's loads and stores, the epilogue's, then copies
  std::size_t main_count = 0;         ///< operands of main
  std::vector<std::uint32_t> copied;  ///< the accumulator of each copy
  bool has_epilogue = false;
  /// Instructions of the body that computes everything itself: how it is summed does not depend on
  /// what is materialised.
  std::size_t plain_body = 0;
  /// Of a matrix product, whose operands are the loads of both factors, then the target.
  std::optional<std::pair<Factor, Factor>> factors;
  std::vector<ir::NodeId> nodes;  ///< of main's instructions, kNoNode for those under views
};

/// What all stages of a plan share. Holds references.
struct DraftContext {
  const ir::TypedGraph& graph;
  std::span<const ArrayLayout> inputs;
  std::span<const ArrayLayout> outs;
  std::span<const Dims> shapes;  ///< of every node
  const std::vector<Intermediate>& intermediates;
};

/// Returns what a reduction of a stage is held in. Half types reduce in float32.
DType accumulator_dtype(const ir::TypedGraph& graph, const StageOutline& outline,
                        ir::NodeId reduction);

/// Drafts a stage. `reductions` says where those that later stages read are kept, `loaded` where
/// other values are that the stage finds or whose epilogue makes them (Pass::values), and `stored`
/// which of its elements' it keeps for others. `instructions` counts
/// those of all bodies (see Body).
Draft make_draft(const DraftContext& context, const StageOutline& outline,
                 const IntermediateOf& reductions, const IntermediateOf& loaded,
                 const IntermediateOf& stored, std::size_t& instructions);

}  // namespace tightloop::plan
