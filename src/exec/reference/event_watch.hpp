// Looks for floating-point events while the reference evaluator computes: judged element by element
// from operands, result and, where only they tell (a pole from an overflow, a tiny result from one
// that lost digits), the processor's flags.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ir/typed_graph.hpp"
#include "ops/lane_kernels.hpp"
#include "tightloop/event.hpp"

namespace tightloop::reference {

/// One operation on a block of lanes, computed already.
struct WatchedBlock {
  const ir::TypedNode* node = nullptr;
  DType operand = DType::float64;  ///< lane type of the operands
  DType result = DType::float64;   ///< lane type of the result
  ops::LaneFunction run = nullptr;
  const void* const* args = nullptr;
  const void* out = nullptr;
};

/// What the operands of a reduction's slot have been so far.
enum SlotTrait : std::uint8_t { kSawNan = 1, kSawInfinity = 2, kSawZero = 4 };
/// Adds the traits of lane i to traits[slots[i]].
void note_operands(DType lane, const void* lanes, const std::uint32_t* slots, std::size_t count,
                   std::vector<std::uint8_t>& traits);

/// Remembers the first event of each kind: of the first node, at its first element in C order.
class EventWatch {
 public:
  struct First {
    ir::NodeId node = ir::kNoNode;
    std::int64_t element = std::numeric_limits<std::int64_t>::max();
  };

  /// Looks at element i of a block; returns the kinds that it signals.
  static EventSet judge(const WatchedBlock& block, std::size_t i);
  /// Returns the kinds that a reduction's result signals, given the traits of its operands.
  static EventSet judge_reduction(Op op, DType lane, const void* result, std::uint8_t traits);

  void note(EventSet kinds, ir::NodeId node, std::int64_t element);
  const First& first(EventKind kind) const { return first_[static_cast<std::size_t>(kind)]; }

 private:
  std::array<First, 4> first_;
};

}  // namespace tightloop::reference
