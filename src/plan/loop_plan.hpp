// The plan of one evaluation, as plain printable data: stages (passes over memory), each a loop
// nest whose body is one kernel, and the arrays of reduced size that later stages read. In: a typed
// graph, the layouts of inputs and destinations. Out: run/ binds addresses and executes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/shapes.hpp"
#include "ir/steps.hpp"
#include "ir/typed_graph.hpp"
#include "kernel/kernel_plan.hpp"
#include "plan/machine_model.hpp"

namespace tightloop::plan {

/// Where an operand's memory comes from.
struct Memory {
  enum class Kind : std::uint8_t { input, intermediate, accumulator, result };
  Kind kind = Kind::input;
  std::uint32_t index = 0;
  friend bool operator==(const Memory&, const Memory&) = default;
};

/// A load or store of a nest: byte strides for the map dimensions and the reduced dimensions of its
/// stage, outermost first.
struct Operand {
  Memory source;
  DType dtype = DType::float64;
  bool swapped = false;  ///< elements are in the other byte order
  bool packed = false;   ///< goes through a row of contiguous scratch memory that stays in cache
  std::int64_t offset = 0;
  std::vector<std::int64_t> m;
  std::vector<std::int64_t> r;
};

/// Where a scalar argument of a kernel comes from.
struct ParamSource {
  bool is_input = false;    ///< a weak scalar of the caller
  std::uint32_t index = 0;  ///< which input
  double number = 0;        ///< otherwise: the number itself (an extent), float64
  friend bool operator==(const ParamSource&, const ParamSource&) = default;
};

/// A kernel and what it runs over. operands holds the kernel's loads, then its stores.
struct Nest {
  kernel::KernelPlan kernel;
  std::vector<Operand> operands;
  std::vector<ParamSource> params;
  bool any_packed = false;
  std::int64_t packed_elements = 0;  ///< of each packed operand, that a thread packs at a time; of
                                     ///< reductions no fewer than a block's
};

/// How a reduction is cut. Blocks and chunks depend on shape and layout alone; no result depends on
/// the rest.
struct Blocking {
  std::int64_t block = 1;  ///< inner elements (row_reduce) or rows (column_reduce) per partial
  std::int64_t blocks_inner = 1;  ///< blocks along the innermost reduced dimension
  std::int64_t blocks = 1;        ///< blocks per output element
  std::int64_t chunk = 1;         ///< consecutive blocks that one task accumulates in order
  std::int64_t chunks = 1;        ///< tasks per output element; their partials combine in a tree
  std::int64_t tile = 1;          ///< output elements per task
  std::int64_t interleave = 0;    ///< where outputs share a large operand: blocks of one output
                                  ///< before the next is due, so that the operand stays in
                                  ///< cache; 0: all. Does not change any output's order of blocks
};

/// target[b, i, j] = sum over k of left[b, i, k] * right[b, k, j], block by block: the elements of
/// a block are computed (whatever expression they are) while it is packed for the product kernel.
/// Each group of axes is listed outermost first and has at least one.
struct MatrixProduct {
  std::vector<std::int64_t> batch, rows, columns, depth;
  Nest left;                  ///< map kernel: loads, then the block. m: batch and rows; r: depth
  Nest right;                 ///< the same for a strip of columns. m: batch and columns; r: depth
  kernel::KernelPlan kernel;  ///< multiplies blocks
  bool in_place = false;      ///< the kernel is a small_product: nothing is packed, left and right
                              ///< have no kernels of their own
  Operand target;             ///< m: batch, rows and columns
};

/// Copies an accumulator to a result or intermediate without a kernel.
struct AccumulatorCopy {
  std::uint32_t accumulator = 0;
  Operand to;
};

/// One loop nest. Map dimensions m (outermost first) and reduced dimensions r; a map stage has no
/// r. The kernel's inner loop runs over the last of m (map, column_reduce) or of r (row_reduce).
struct Stage {
  std::vector<std::int64_t> m;
  std::vector<std::int64_t> r;
  std::vector<std::uint32_t> common;  ///< where the dimensions of its pass stand in m
  Nest main;
  Blocking blocking;                ///< reductions only
  std::vector<std::int64_t> index;  ///< where positions are reduced: what a step along each of r
                                    ///< adds to an element's number in C order; else empty
  std::vector<AccumulatorCopy> copies;  ///< reductions: accumulators stored as they are
  bool has_epilogue = false;  ///< reductions: a map kernel over the accumulators of a tile
  Nest epilogue;
  std::optional<MatrixProduct> product;  ///< a stage that is nothing else
  /// The nests that kernels run over: main and epilogue, or a product's left and right.
  std::vector<const Nest*> nests() const;
  std::int64_t m_size() const;
  std::int64_t r_size() const;
};

/// What a later stage reads: an array of the size of a reduction's result, or of that of a tile.
struct Intermediate {
  DType dtype = DType::float64;
  Dims shape;
  ir::NodeId node = ir::kNoNode;  ///< the reduction whose accumulators it holds, or the value
  std::int64_t tile_bytes = 0;    ///< above 0: holds only those of a tile, in its thread's scratch
};

/// One pass over memory: stages that run one after the other, or, where they have common
/// dimensions, tile by tile: each tile runs all of them over a few indices of these, so that what
/// the first of them reads is still in a cache for the last.
struct Pass {
  std::uint32_t first = 0;  ///< stages [first, first + count)
  std::uint32_t count = 1;
  std::vector<std::int64_t> extents;  ///< of the common dimensions; none for a single stage
  std::int64_t rows = 1;  ///< a tile takes one index of each dimension but the last, and so many of
                          ///< that
  std::uint64_t bytes_read = 0;     ///< elements of inputs and intermediates
  std::uint64_t bytes_written = 0;  ///< results
  /// Returns how many tiles there are.
  std::int64_t tiles() const;
};

struct LoopPlan {
  std::vector<Stage> stages;
  std::vector<Pass> passes;  ///< in order; every stage is in one
  std::vector<Intermediate> intermediates;
  std::vector<Dims> shapes;      ///< of every node of the typed graph
  std::vector<Dims> stored;      ///< of every result: its shape, or one that it broadcasts to
  std::uint64_t bytes_read = 0;  ///< of all passes
  std::uint64_t bytes_written = 0;
};

/// The layout of an input or a destination.
struct ArrayLayout {
  Dims shape;
  Dims strides;
  bool swapped = false;
};

/// Plans a typed graph. `inputs` is parallel to graph.inputs (weak scalars: ignored), `outs` to
/// graph.results: an empty list of outs means new C-ordered arrays of the results' own shapes. What
/// the plan computes does not depend on `machine`, whose fields must be within their limits.
/// `steps` may be null: else it is told of each step, and what there is after each is verified, as
/// in debug builds. Throws Error(shape, value) for shapes that do not fit.
LoopPlan make_plan(const ir::TypedGraph& graph, std::span<const ArrayLayout> inputs,
                   std::span<const ArrayLayout> outs, const MachineModel& machine,
                   ir::Steps* steps = nullptr);

/// Prints the plan for people.
std::string to_string(const LoopPlan& plan);

}  // namespace tightloop::plan
