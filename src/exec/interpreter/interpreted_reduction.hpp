// One reduction of an interpreted kernel: its accumulators side by side, as compiled kernels have
// them, and what becomes of them in a slot. In: values in the accumulator's type. Out: slots.
#pragma once

#include <cstdint>

#include "base/arena.hpp"
#include "kernel/kernel_plan.hpp"

namespace tightloop::exec {

class InterpretedReduction {
 public:
  /// True where interpreting can match what compiled kernels do.
  static bool can(const kernel::KernelReduce& r);

  /// A row (kSumLanes accumulators that are combined at its end, of a sum that is narrow first
  /// kNarrowSumLanes) or columns (one each).
  enum class Shape : unsigned char { row, columns };

  /// `width` accumulators in memory of the arena.
  InterpretedReduction(const kernel::KernelReduce& r, Shape shape, std::int64_t width,
                       base::Arena& arena, std::uint64_t* events);

  /// Adds one value to each of the first `count` accumulators; of a sum that is narrow first, a
  /// group of at most kSumLanes floats. `number` is the C-order number of the first value,
  /// `number_step` what each further one adds to it.
  void add(const char* values, std::int64_t count, std::int64_t number, std::int64_t number_step);
  /// var of a row: ends a visit of n values; true where the row is to be visited again (see
  /// kernel::kMomentSample). Then next_visit() begins the next one.
  bool visits() const { return r_.op == Op::var && shape_ == Shape::row; }
  bool end_visit(std::int64_t n);
  void next_visit();
  /// Columns: says before the first value how many rows there will be, and whether the kernel takes
  /// kNarrowSumRows of them together.
  void use_rows(std::int64_t rows, bool together, base::Arena& arena);
  /// Combines all accumulators, which hold `elements` values, into a slot.
  void finish_row(char* slot, std::int64_t elements);
  /// Combines accumulator i, which holds `rows` values, into slot i.
  void finish_columns(char* slots, std::int64_t rows);

 private:
  void take(const double* values, std::int64_t count);
  void restart();
  void add_deviations(const double* values, std::int64_t count);
  void close_group(std::int64_t count);
  std::int64_t next_group_end() const;
  void add_group(const float* values, std::int64_t count);
  void add_row(const float* values, std::int64_t count);
  void add_positions(const char* values, std::int64_t count, std::int64_t number,
                     std::int64_t number_step);
  void combine(const char* from, char* into, std::int64_t count);

  const kernel::KernelReduce& r_;
  const Shape shape_;
  const std::int64_t width_;
  std::uint64_t* const events_;
  char* acc_ = nullptr;  // slots; of var: none
  // var: of each accumulator its shift and the sums of deviations from it and of their squares, all
  // scaled; a row has one shift. Of columns they are those of a group.
  double* shift_ = nullptr;
  double* sum_ = nullptr;
  double* squares_ = nullptr;
  double mean_ = 0, own_ = 0;  // of the last visit
  struct Column {
    double origin = 0, offset = 0, deviations = 0, rest = 0;
  };
  Column* columns_ = nullptr;
  double* first_rows_ = nullptr;  // that are taken together
  bool together_ = false;
  std::int64_t rows_in_all_ = 0;
  std::int64_t row_ = 0, group_begin_ = 0, group_end_ = 0;
  // Columns of a sum that is narrow first: rows that wait for others.
  float* rows_ = nullptr;
  int waiting_ = 0;
};

}  // namespace tightloop::exec
