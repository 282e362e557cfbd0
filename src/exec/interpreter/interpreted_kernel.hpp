// Runs kernel plans without compiling them: the body is evaluated instruction by instruction over
// blocks that stay in the nearest cache, with the bits that compiled code gives.
#pragma once

#include <memory>
#include <vector>

#include "kernel/kernel_plan.hpp"
#include "ops/lane_kernels.hpp"

namespace tightloop::exec {

/// What a kernel is interpreted for: to begin at once, until there is compiled code, or because
/// there will be none.
enum class Interpreted : unsigned char { at_first, always };

class InterpretedKernel {
 public:
  /// Prepares a plan for hosts whose kernels use vector registers of that many bytes (which leaves
  /// of math/ are called; 0: not known). Of what is interpreted at first, returns null for plans
  /// that compiled code is worth waiting for or whose bits it may change: blocks of matrix
  /// products, fast_math, events that are watched for, the longest bodies. Else null only where a
  /// plan is not sound.
  static std::unique_ptr<InterpretedKernel> make(const kernel::KernelPlan& plan, int vector_bytes,
                                                 Interpreted why = Interpreted::at_first);

  std::int64_t instructions() const { return static_cast<std::int64_t>(plan_.body.size()); }
  /// Does what the compiled kernel does. Thread-safe.
  void run(const kernel::KernelFrame& frame) const;

 private:
  /// An instruction with what runs it, and the block that its values are in.
  struct Operation {
    ops::LaneKernel kernel;
    int leaf_lanes = 0;            ///< > 0: a leaf of math/ of so many lanes
    void* complex_leaf = nullptr;  ///< a leaf of complex operands
    std::uint32_t block = 0;
    bool uniform = false;  ///< constants and parameters: filled once per call
  };
  class Invocation;

  explicit InterpretedKernel(const kernel::KernelPlan& plan) : plan_(plan) {}
  bool prepare(int vector_bytes, Interpreted why);
  bool choose(const kernel::Inst& inst, int vector_bytes, Operation& out) const;
  bool choose_leaf(const kernel::Inst& inst, DType part, int vector_bytes, Operation& out) const;
  bool can_reduce() const;
  void assign_blocks();

  const kernel::KernelPlan plan_;
  std::vector<Operation> operations_;
  std::size_t blocks_ = 0;       // blocks of memory that the values of one step need
  std::size_t value_bytes_ = 1;  // the largest value
  bool watches_ = false;         // for events
  std::int64_t step_ = 0;        // elements per block, a multiple of kSumLanes
};

}  // namespace tightloop::exec
