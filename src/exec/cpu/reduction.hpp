// One reduction stage: blocks of its iteration space are added to slots, complete slots become
// results. Who calls decides which blocks go together; the order of an output's blocks is fixed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/arena.hpp"
#include "exec/cpu/bound_plan.hpp"
#include "exec/cpu/nest_runner.hpp"
#include "exec/cpu/stage_runner.hpp"

namespace tightloop::exec {

class Reduction {
 public:
  /// `arguments` must outlive it.
  Reduction(const BoundStage& bound, const StageArguments& arguments, Workers workers);

  /// Runs everything.
  std::uint64_t run(std::uint64_t& extra_bytes) const;

  std::int64_t outputs() const { return outputs_; }
  /// The number of elements that each output is made of.
  std::int64_t elements() const { return elements_; }
  /// Bytes of the slots of one output.
  std::size_t slot_bytes() const { return slot_bytes_; }

  /// Makes slot arrays for `count` outputs in an arena, one array per reduction.
  void** slots(base::Arena& arena, std::int64_t count) const;
  /// The same slots from the `by`th on.
  void** offset(base::Arena& arena, void* const* acc, std::int64_t by) const;
  /// Fills slots with the identities.
  void fill(void* const* acc, std::int64_t count) const;
  /// Adds blocks [block, block_end) of outputs [first, last) to the slots; returns the events.
  std::uint64_t accumulate(std::int64_t first, std::int64_t last, std::int64_t block,
                           std::int64_t block_end, void* const* acc) const;
  /// Adds all of `count` neighbouring outputs that consist of one block each.
  void add_whole(NestRunner& runner, std::int64_t first, std::int64_t count,
                 void* const* acc) const;
  /// Stores the results of outputs [first, last) from their complete slots, which it changes.
  std::uint64_t finish(std::int64_t first, std::int64_t last, void* const* acc) const;
  /// The same with a runner of the epilogue, null if there is none.
  std::uint64_t finish(std::int64_t first, std::int64_t last, void* const* acc,
                       NestRunner* epilogue) const;

 private:
  std::uint64_t run_tile(std::int64_t first) const;
  std::uint64_t run_output_groups(std::uint64_t& extra_bytes) const;
  const std::int64_t* inner_r() const;
  const std::int64_t* inner_m() const;
  Numbers numbers(std::int64_t outer, std::int64_t begin) const;
  void place(NestRunner& runner, std::int64_t output) const;
  void column_blocks(NestRunner& runner, std::int64_t output, std::int64_t count,
                     std::int64_t block, std::int64_t block_end, void* const* acc) const;
  void joined_blocks(NestRunner& runner, std::int64_t output, std::int64_t count,
                     std::int64_t block, std::int64_t block_end, void* const* acc) const;
  void row_blocks(NestRunner& runner, std::int64_t output, std::int64_t block,
                  std::int64_t block_end, void* const* acc) const;
  void copy_out(std::size_t which, std::int64_t first, std::int64_t last, void* const* acc) const;

  const BoundStage& bound_;
  const plan::Stage& stage_;
  const StageArguments& arguments_;
  const Workers workers_;
  const plan::Blocking& blocking_;
  const std::vector<kernel::KernelReduce>& reduces_;
  const std::int64_t columns_;
  std::int64_t outputs_ = 1;
  const std::int64_t elements_;
  std::size_t slot_bytes_ = 0;
};

}  // namespace tightloop::exec
