// Scalar meanings as functions over blocks of lanes, found by op and lane type. Blocks are plain
// memory: consecutive values of the lane's C++ type.
#pragma once

#include <cstddef>

#include "tightloop/dtype.hpp"
#include "tightloop/op.hpp"

namespace tightloop::ops {

/// Computes out[i] from args[0][i], args[1][i], ... for i < count.
using LaneFunction = void (*)(void* out, const void* const* args, std::size_t count);
/// Returns the first i in [from, count) whose exact result does not fit the result's type, or
/// count.
using OverflowFunction = std::size_t (*)(const void* const* args, std::size_t from,
                                         std::size_t count);

struct LaneKernel {
  LaneFunction run = nullptr;           ///< null where the op has no meaning for the lane
  DType result = DType::bool_;          ///< lane type of the result
  OverflowFunction overflow = nullptr;  ///< null where the result always fits
};

/// Finds an element-wise op of the table for the lane type of its last operand.
LaneKernel find_kernel(Op op, DType lane);
/// Finds the conversion between two lane types.
LaneKernel find_cast(DType from, DType to);
/// Finds the rounding of real lanes to a half type, kept in float32 lanes.
LaneKernel find_round_half(DType from, DType half);
/// Finds the saturating conversion of real lanes to any real dtype.
LaneKernel find_saturate(DType from, DType to);
/// Finds the reinterpretation of the bits of a dtype as another one's; a half is in float32 lanes.
LaneKernel find_bitcast(DType from, DType to);

/// True where scalar_ops.hpp gives an element-wise op a meaning for some lane type.
bool has_meaning(Op op);

}  // namespace tightloop::ops
