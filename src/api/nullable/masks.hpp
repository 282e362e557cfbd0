// Graph to graph: an expression some of whose variables have nulls becomes one over their elements
// and over masks that say which of these are there. No number depends on what stands where a null
// is.
//
// Element-wise operations, conversions and views: an element is null where one of its operands' is.
// Reductions skip nulls, as where= does; min, max, nanmin and nanmax of nothing are null. Sizes
// count what is not null, so that sum(x) / size(x) is mean(x). What has no such meaning (products,
// argmax, ...) is refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/graph.hpp"
#include "tightloop/dtype.hpp"
#include "types/range.hpp"

namespace tightloop::nullable {

/// The type of a node's values; the range of integers and bools alone.
struct ValueType {
  DType dtype = DType::float64;
  Range range;
  bool may_wrap = false;  ///< values may be past those of the dtype
};

/// What a variable stands for.
enum class Input : std::uint8_t { number, array, column_with_nulls };

/// Returns the operands of min, max, nanmin and nanmax that may have nulls; mask_nulls has to know
/// their types. `inputs` is parallel to graph.inputs().
std::vector<ir::NodeId> operands_to_fill(const ir::Graph& graph, const std::vector<Input>& inputs);

struct Masked {
  ir::Graph graph;  ///< results: the values, then the masks of those that may have nulls
  std::vector<bool> may_be_null;  ///< of each result of the original graph
};

/// Rewrites a graph. `types` is that of each of operands_to_fill(); `narrow_floats`: float literals
/// widen float32, and have to be kept from it. Variables are 0 where they are null. Throws
/// Error(unsupported) with the place of what has no meaning.
Masked mask_nulls(const ir::Graph& graph, const std::vector<Input>& inputs,
                  const std::unordered_map<ir::NodeId, ValueType>& types, bool narrow_floats);

/// The name of the variable that is the mask of another; no text can spell it.
inline constexpr std::string_view kMaskBegin = "valid(";
std::string mask_name(const std::string& variable);

}  // namespace tightloop::nullable
