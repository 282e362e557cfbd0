// Long bodies: more values than registers. Which of them stay in registers is decided here, before
// code generation, whose own allocation of registers takes more than linear time. Values in, stack
// slots and reloads out; the value that is needed last makes room (Belady, IBM Systems J. 5, 1966).
#pragma once

#include <cstdint>
#include <vector>

#include "jit/emitter.hpp"
#include "jit/kernel_shape.hpp"

namespace tightloop::jit {

class LongBody {
 public:
  LongBody(Emitter& e, const kernel::KernelPlan& plan, const KernelShape& shape);

  /// Puts on the stack what changes less often than with every element.
  void keep_outer(const std::vector<Value>& values);
  /// Begins a vector step, in whose course `values` are made and used up.
  void start(std::vector<Value>& values);
  /// Makes the operands of instruction i available.
  void before(std::size_t i);
  /// Takes over the result of instruction i, and lets go of what it was the last to use.
  void after(std::size_t i);
  /// Puts all values of the step on the stack: the next part of the body fetches what it needs.
  void put_away();
  /// Makes a value available that is stored or reduced.
  void need(std::uint32_t id);

 private:
  using Slot = std::vector<llvm::Value*>;  // memory for each part of a value
  static constexpr std::size_t kNoSlot = SIZE_MAX;
  static constexpr std::size_t kEnd = SIZE_MAX;  // used after the last instruction
  static constexpr std::size_t kNow = SIZE_MAX - 1;

  void find_uses();
  unsigned registers(std::uint32_t id) const;
  std::size_t next_use(std::uint32_t id) const;
  void make_room(unsigned wanted, std::size_t now);
  void bring(std::uint32_t id, std::size_t now);
  void enter(std::uint32_t id);
  void leave(std::uint32_t id);
  void save(std::uint32_t id, const Value& value);
  Value load(std::uint32_t id);
  void free_slot(std::uint32_t id);

  Emitter& e_;
  const kernel::KernelPlan& plan_;
  const KernelShape& shape_;
  std::vector<std::vector<std::size_t>> uses_;  // per instruction: those that read it, in order
  std::vector<bool> outer_;                     // per instruction: is kept by keep_outer
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;     // slots
  std::vector<std::size_t> slot_of_;  // per instruction
  std::uint64_t slot_bytes_ = 0;
  // Of the step:
  std::vector<Value>* values_ = nullptr;
  std::vector<std::size_t> used_;        // per instruction: how many of its uses are over
  std::vector<std::uint32_t> resident_;  // in registers
  unsigned taken_ = 0;                   // registers that these take
};

}  // namespace tightloop::jit
