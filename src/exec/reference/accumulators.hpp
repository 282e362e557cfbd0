// Accumulators of the reductions: exact in 128 bits for integer sums, long double with Neumaier's
// compensation (ZAMM 54, 1974) for float sums, long double for float products.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tightloop/dtype.hpp"
#include "tightloop/op.hpp"

namespace tightloop::reference {

/// Functions over an array of accumulator states, each `state_size` bytes, aligned as max_align_t
/// and trivially copyable.
struct Reducer {
  std::size_t state_size = 0;
  /// Starts `count` states at the identity.
  void (*reset)(void* states, std::size_t count) = nullptr;
  /// Folds lane i into state slots[i].
  void (*fold)(void* states, const std::uint32_t* slots, const void* lanes,
               std::size_t count) = nullptr;
  /// Writes state `index` as a lane of the result dtype; false where an integer does not fit it.
  bool (*finish)(const void* states, std::size_t index, void* result) = nullptr;
};

/// Finds the reducer of operands in lanes of `operand` into `result`; see ir::TypedNode. Throws
/// Error(internal) for pairs that no typed graph has.
Reducer find_reducer(Op op, DType operand, DType result);

}  // namespace tightloop::reference
