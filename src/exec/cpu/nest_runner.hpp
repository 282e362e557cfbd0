// Calls a nest's kernel over blocks of the iteration space, packing operands where the plan says
// so.
#pragma once

#include <cstdint>

#include "base/arena.hpp"
#include "base/stop.hpp"
#include "exec/cpu/bound_plan.hpp"

namespace tightloop::exec {

/// The C-order numbers of a call's elements among those reduced, where a reduction wants them.
struct Numbers {
  std::int64_t first = 0;  ///< of row 0, element 0
  std::int64_t step = 0;   ///< from one row to the next
  std::int64_t inner = 0;  ///< from one element to the next
};

/// What a block of a reduction accumulates into: one slot array per reduction.
struct Slots {
  void* const* acc = nullptr;
  bool per_row = false;
  Numbers numbers{};
};

/// Runs one nest in one thread. Holds scratch memory of the thread's arena while it lives.
class NestRunner {
 public:
  /// `base` holds one address per operand, `params` 16 bytes per parameter.
  NestRunner(const BoundNest& nest, char* const* base, const void* params, base::Arena& arena,
             StopFlag stop);

  /// Moves to an outer position: base plus index[d] * stride over the first `count` dimensions of
  /// `strides`. Positions of r and m add up; set the first, then add.
  void move_to_base();
  void move(const std::vector<std::int64_t>& strides, std::int64_t index);
  void move_outer(const std::vector<std::vector<std::int64_t>>& strides,
                  const std::int64_t* extents, std::size_t count, std::int64_t linear);

  /// Sets one operand's address (accumulators of an epilogue).
  void point(std::size_t operand, void* address) { at_[operand] = static_cast<char*>(address); }

  /// Runs n1 rows of n0 elements from the present position. `inner` and `step` are byte strides per
  /// operand; step may be null where n1 is 1. Throws Error(stopped).
  void call(std::int64_t n0, const std::int64_t* inner, std::int64_t n1, const std::int64_t* step,
            Slots slots = {});

  /// The same from the base. Where nothing is to be packed or to stop, the kernel reads the
  /// addresses where the caller wrote them: a copy would load several at once and so wait for all
  /// stores before them, those around the caches too.
  void call_at_base(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                    const std::int64_t* step, Slots slots = {});

  std::uint64_t events() const { return events_; }

 private:
  void call_in_pieces(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                      const std::int64_t* step, Slots slots);
  void call_kernel(char* const* at, std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                   const std::int64_t* step, Slots slots);
  /// Moves by so many columns and rows.
  void shift(const std::int64_t* inner, std::int64_t columns, const std::int64_t* step,
             std::int64_t rows);
  /// The slots of a block that begins at that row and column.
  void offset_slots(void** out, void* const* acc, std::int64_t row, std::int64_t column) const;
  void call_packed(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                   const std::int64_t* step, Slots slots);
  void set_numbers(const Numbers& numbers, std::int64_t row, std::int64_t column);
  void packed_block(std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns,
                    const std::int64_t* inner, const std::int64_t* step, Slots slots);

  const BoundNest& nest_;
  char* const* base_;
  const StopFlag stop_;
  kernel::KernelFrame frame_{};
  std::uint64_t events_ = 0;
  char** at_;                   // present address of each operand
  std::int64_t* zero_step_;     // steps of a single row
  void** piece_acc_ = nullptr;  // where there is a stop flag
  // Packed nests only:
  void** packed_ptr_ = nullptr;
  std::int64_t* packed_step_ = nullptr;
  void** packed_acc_ = nullptr;
  char** scratch_ = nullptr;
  std::int64_t pack_elements_ = 0;
};

}  // namespace tightloop::exec
