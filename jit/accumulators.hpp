// What the loops of reductions carry: accumulators in registers, and on the stack those that a step
// finds by its number.
#pragma once

#include <memory>
#include <vector>

#include "jit/kernel_shape.hpp"
#include "jit/reducers.hpp"

namespace tightloop::jit {

using Sets = std::vector<std::vector<Parts>>;  ///< per reduction, per set

/// Accumulators as one list of registers, for the loops to carry; `rest` is what they carry
/// besides.
Carried pack(const Sets& sets, const Carried& rest);
void unpack(const Carried& all, Sets& sets, Carried& rest);

/// The accumulators of an ordered reduction on the stack, where a step finds its own by its number.
class StackSets {
 public:
  StackSets(Emitter& e, const Parts& like, unsigned count);
  void store(Emitter& e, llvm::Value* set, const Parts& parts);
  Parts load(Emitter& e, llvm::Value* set);

 private:
  llvm::Value* address(Emitter& e, llvm::Value* set, std::size_t part);
  std::vector<llvm::Type*> types_;
  std::vector<llvm::Value*> memory_;
};

/// Steps of a reducer that takes groups, where a step has fewer lanes than a group: gathered on the
/// stack, and added to an accumulator there.
class StackGroup {
 public:
  StackGroup(Emitter& e, const Parts& like);
  void start(Emitter& e, const Parts& acc);
  void take(Emitter& e, RowReducer& reducer, llvm::Value* index, const Sources& step);
  Parts finish(Emitter& e, RowReducer& reducer);

 private:
  void add(Emitter& e, RowReducer& reducer);
  llvm::FixedVectorType* group_type(Emitter& e) const;
  StackSets sum_;
  llvm::Value* group_;
};

/// One row of a row_reduce kernel. Ordered reductions need all their accumulators until the end;
/// the others merge theirs after the main loop.
class RowAccumulators {
 public:
  RowAccumulators(Emitter& e, const kernel::KernelPlan& plan, const KernelShape& shape);

  /// One vector step at element i, into set 0 or, on the stack, into the step's own.
  void take(llvm::Value* i, const std::vector<Sources>& sources);
  /// As many steps as there are sets, the first at element i.
  void take_all(llvm::Value* i, const std::vector<std::vector<Sources>>& steps);
  void merge_unordered();
  /// Moves the accumulators of ordered reductions to the stack and back.
  void spill();
  void reload();

  std::vector<std::unique_ptr<RowReducer>> reducers;
  Sets sets;

 private:
  Emitter& e_;
  const KernelShape& shape_;
  std::vector<std::unique_ptr<StackSets>> stack_;
  std::vector<std::unique_ptr<StackGroup>> groups_;
};

}  // namespace tightloop::jit
