// Runs kernel plans without compiling them: the body is evaluated instruction by instruction over
// blocks that stay in the nearest cache, with the bits that compiled code gives.
#pragma once

#include <memory>
#include <vector>

#include "plan/kernel_plan.hpp"
#include "reference/lane_kernels.hpp"

namespace tightloop::run {

class QuickKernel {
 public:
  /// Prepares a plan for hosts whose kernels use vector registers of that many bytes (which leaves
  /// of math/ are called). Returns null for plans whose bits cannot be matched: fast_math, and
  /// operations that only the code generator knows.
  static std::unique_ptr<QuickKernel> make(const plan::KernelPlan& plan, int vector_bytes);

  std::int64_t instructions() const { return static_cast<std::int64_t>(plan_.body.size()); }
  /// Does what the compiled kernel does. Thread-safe.
  void run(const plan::KernelFrame& frame) const;

 private:
  /// An instruction with what runs it, and the block that its values are in.
  struct Operation {
    reference::LaneKernel kernel;
    int leaf_lanes = 0;  ///< > 0: a leaf of math/ of so many lanes
    std::uint32_t block = 0;
    bool uniform = false;  ///< constants and parameters: filled once per call
  };
  class Call;

  explicit QuickKernel(const plan::KernelPlan& plan) : plan_(plan) {}
  bool prepare(int vector_bytes);
  bool choose(const plan::Inst& inst, int vector_bytes, Operation& out) const;
  bool can_reduce() const;
  void assign_blocks();

  const plan::KernelPlan plan_;
  std::vector<Operation> operations_;
  std::size_t blocks_ = 0;       // blocks of memory that the values of one step need
  std::size_t value_bytes_ = 1;  // the largest value
  std::int64_t step_ = 0;        // elements per block, a multiple of kSumLanes
};

}  // namespace tightloop::run
