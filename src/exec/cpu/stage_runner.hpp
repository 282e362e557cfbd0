// Runs one stage over all its tasks.
#pragma once

#include <cstdint>

#include "base/stop.hpp"
#include "exec/cpu/bound_plan.hpp"
#include "tightloop/executor.hpp"

namespace tightloop::exec {

/// What a stage runs over: its map extents, addresses of its operands and its scalar arguments. Of
/// a product, main are those of the left factor, epilogue those of the right one, and copies holds
/// that of the target.
struct StageArguments {
  const std::int64_t* m = nullptr;  ///< the stage's own, or fewer indices of its common dimensions
  char* const* main = nullptr;      ///< one address per operand of the main nest
  char* const* epilogue = nullptr;  ///< and of the epilogue
  char* const* copies = nullptr;    ///< and of the copied accumulators
  const void* main_params = nullptr;
  const void* epilogue_params = nullptr;
};

/// Who runs the tasks.
struct Workers {
  Executor* executor = nullptr;
  int threads = 1;
  StopFlag stop = nullptr;
};

/// Runs a map stage or a reduction stage; returns the events of its kernels. The result does not
/// depend on `workers`. Adds to `extra_bytes` the memory held for partials. Throws Error(memory).
std::uint64_t run_stage(const BoundStage& stage, const StageArguments& arguments, Workers workers,
                        std::uint64_t& extra_bytes);

/// A range of indices.
struct Piece {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// A part of a matrix product: products, of rows and columns, over a part of the depth, of which
/// the first comes first. Indices count over all axes of each kind.
struct ProductPart {
  Piece batches, rows, columns, depth;
};

/// Runs a part of a product stage; parts of the depth in order. Adds to `extra_bytes`.
std::uint64_t run_product_part(const BoundStage& stage, const StageArguments& arguments,
                               const ProductPart& part, Workers workers,
                               std::uint64_t& extra_bytes);

/// Returns the part that is the whole product.
ProductPart whole_product(const plan::MatrixProduct& product);

/// Some tiles of a pass, one after the other.
struct TileRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Runs the stages of a pass tile by tile. `arguments` holds one per stage, with the addresses of
/// the first tile of all; intermediates of a tile have none.
std::uint64_t run_pass(const BoundPlan& bound, const plan::Pass& pass, TileRange tiles,
                       const StageArguments* arguments, Workers workers,
                       std::uint64_t& extra_bytes);

/// Returns the bytes of scratch memory that one thread holds while it runs a stage.
std::uint64_t scratch_bytes(const BoundStage& stage);

/// Returns the threads that a piece of work of this cost is worth.
Workers workers_for(double cost, Workers workers);

}  // namespace tightloop::exec
