// A reduction whose elements come bit by bit: all outputs advance together, range of blocks after
// range of blocks, with the bits that run_reduce gives.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "exec/cpu/reduction.hpp"

namespace tightloop::exec {

class ReductionInSteps {
 public:
  /// For a stage with elements and outputs. `arguments` must outlive it. Throws Error(memory).
  ReductionInSteps(const BoundStage& bound, const StageArguments& arguments, Workers workers);
  ~ReductionInSteps();

  /// Adds the blocks from where it stands up to `block_end`; returns the events.
  std::uint64_t advance(std::int64_t block_end);
  /// Stores the results; every block has been added.
  std::uint64_t finish();

  /// The bytes that one holds, at most.
  static std::uint64_t bytes(const plan::Stage& stage, std::int64_t outputs, int threads,
                             const plan::MachineModel& machine);

 private:
  /// The slots of all outputs: of one chunk of blocks, or of 2^level chunks combined.
  struct Partial {
    std::unique_ptr<unsigned char[]> memory;
    std::vector<void*> acc;
    int level = 0;
  };
  Partial fresh();
  void add(Partial chunk);
  void combine(Partial& left, Partial right);
  std::uint64_t run_chunks(std::int64_t first, std::vector<Partial>& chunks,
                           std::int64_t block_end);

  const std::vector<kernel::KernelReduce>& reduces_;
  const plan::Blocking& blocking_;
  const Reduction reduction_;
  const Workers workers_;
  std::int64_t tile_ = 1;
  std::int64_t most_chunks_ = 1;  // that are under way at once
  std::int64_t block_ = 0;        // blocks added so far
  std::vector<Partial> open_;     // the chunk in which block_ is, if it has begun
  std::vector<Partial> done_;     // of complete chunks, levels descending
  std::vector<Partial> free_;
};

}  // namespace tightloop::exec
