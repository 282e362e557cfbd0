// Moments by visits and groups of rows, and all else by slots; the order is the one of compiled
// code.
#include "exec/interpreter/interpreted_reduction.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "exec/cpu/accumulate.hpp"

namespace tightloop::exec {
namespace {

template <class T>
bool product_overflows(const char* acc, const char* values, std::int64_t count) {
  const T* a = reinterpret_cast<const T*>(acc);
  const T* b = reinterpret_cast<const T*>(values);
  T ignored;
  for (std::int64_t i = 0; i < count; ++i) {
    if (__builtin_mul_overflow(a[i], b[i], &ignored)) return true;
  }
  return false;
}

// Moments: operation for operation what compiled kernels do (jit/moments.cpp).
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kScale = kernel::kDeviationScale;

double own_squares(double sum, double squares, double mean) {
  if (squares == kInfinity && std::isfinite(sum)) return kInfinity;
  const double own = squares - sum * mean;
  return own < 0 ? 0 : own;
}

void add_squares(double& total, double& rest, double own, double between) {
  const double more = own + between;
  const double sum = total + more;
  const double added = sum - total;
  rest += (total - (sum - added)) + (more - added);
  const double within = total + own;
  total = within == kInfinity ? within : sum;
}

/// Adds n values to a slot: their mean is k + mean, `own` the sum of their squared deviations.
void join_moments(char* slot, double n, double k, double mean, double own) {
  kernel::Moments m;
  std::memcpy(&m, slot, sizeof m);
  if (m.count == 0) m.origin = k;
  const double count = m.count + n;
  const double delta = (k - m.origin) + (mean - m.offset);
  const double moved = delta * (n / count);
  add_squares(m.deviations, m.rest, own, moved * m.count * delta);
  m.offset += moved;
  m.count = count;
  std::memcpy(slot, &m, sizeof m);
}

}  // namespace

bool InterpretedReduction::can(const kernel::KernelReduce& r) {
  if (is_half(r.acc)) return false;  // plans reduce them in float32
  switch (r.op) {
    case Op::sum:
    case Op::prod:
    case Op::min:
    case Op::max:
    case Op::any:
    case Op::all:
    case Op::var:
    case Op::argmin:
    case Op::argmax: return true;
    default: return false;
  }
}

InterpretedReduction::InterpretedReduction(const kernel::KernelReduce& r, Shape shape,
                                           std::int64_t width, base::Arena& arena,
                                           std::uint64_t* events)
    : r_(r),
      shape_(shape),
      width_(r.narrow_first && shape == Shape::row ? kernel::kNarrowSumLanes : width),
      events_(events) {
  const auto count = static_cast<std::size_t>(width_);
  if (r.op == Op::var) {
    shift_ = arena.array<double>(count);
    sum_ = arena.array<double>(count);
    squares_ = arena.array<double>(count);
    columns_ = shape == Shape::columns ? arena.array<Column>(count) : nullptr;
    std::fill_n(shift_, count, 0.0);
    if (columns_ != nullptr) std::fill_n(columns_, count, Column{});
    restart();
  } else {
    acc_ = arena.array<char>(count * kernel::slot_bytes(r));
    fill_identity(r, acc_, width_, false);
    if (r.narrow_first) rows_ = arena.array<float>(count * kernel::kNarrowSumRows);
  }
}

void InterpretedReduction::combine(const char* from, char* into, std::int64_t count) {
  if (r_.check && r_.op == Op::prod) {
    const bool lost = r_.acc == DType::int64 ? product_overflows<std::int64_t>(into, from, count)
                                             : product_overflows<std::uint64_t>(into, from, count);
    if (lost) *events_ |= kernel::kNoted;
  }
  combine_slots(r_, into, from, count);
}

void InterpretedReduction::restart() {
  std::fill_n(sum_, width_, 0.0);
  std::fill_n(squares_, width_, 0.0);
}

void InterpretedReduction::take(const double* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double deviation = values[i] * kScale - shift_[i];
    sum_[i] += deviation;
    squares_[i] += deviation * deviation;
  }
}

bool InterpretedReduction::end_visit(std::int64_t n) {
  for (std::int64_t h = width_ / 2; h != 0; h /= 2) {
    for (std::int64_t i = 0; i < h; ++i) {
      sum_[i] += sum_[i + h];
      squares_[i] += squares_[i + h];
    }
  }
  mean_ = sum_[0] * (1 / static_cast<double>(n));
  own_ = own_squares(sum_[0], squares_[0], mean_);
  return sum_[0] * mean_ * 4 > own_;
}

void InterpretedReduction::next_visit() {
  std::fill_n(shift_, width_, shift_[0] + mean_);
  restart();
}

void InterpretedReduction::use_rows(std::int64_t rows, bool together, base::Arena& arena) {
  rows_in_all_ = rows;
  together_ = together;
  group_end_ = next_group_end();
  if (!together || r_.op != Op::var) return;
  first_rows_ = arena.array<double>(static_cast<std::size_t>(width_ * kernel::kNarrowSumRows));
}

std::int64_t InterpretedReduction::next_group_end() const {
  if (!together_) return std::min(rows_in_all_, row_ + kernel::moment_rows(row_));
  const std::int64_t grouped = rows_in_all_ - rows_in_all_ % kernel::kNarrowSumRows;
  return row_ + (row_ < grouped ? kernel::kNarrowSumRows : 1);
}

/// A row of values, which begins or ends a group or is in one.
void InterpretedReduction::add_deviations(const double* values, std::int64_t count) {
  const std::int64_t at = row_++;
  if (together_ && rows_in_all_ >= kernel::kNarrowSumRows && at < kernel::kNarrowSumRows) {
    std::copy_n(values, count, first_rows_ + at * width_);
    if (row_ < kernel::kNarrowSumRows) return;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto quarter = [&](int k) { return first_rows_[k * width_ + i] * kScale * 0.25; };
      shift_[i] = (quarter(0) + quarter(1)) + (quarter(2) + quarter(3));
    }
    for (int k = 0; k < kernel::kNarrowSumRows; ++k) take(first_rows_ + k * width_, count);
  } else {
    for (std::int64_t i = 0; at == 0 && i < count; ++i) shift_[i] = values[i] * kScale;
    take(values, count);
  }
  if (row_ < group_end_) return;
  close_group(count);
  group_begin_ = row_;
  group_end_ = next_group_end();
}

void InterpretedReduction::close_group(std::int64_t count) {
  const auto old = static_cast<double>(group_begin_);
  const auto more = static_cast<double>(row_ - group_begin_);
  const double part = 1.0 / more, share = more / (old + more);
  for (std::int64_t i = 0; i < count; ++i) {
    Column& c = columns_[i];
    const double mean = sum_[i] * part;
    const double own = own_squares(sum_[i], squares_[i], mean);
    if (group_begin_ == 0) c.origin = shift_[i];
    const double delta = ((shift_[i] - c.origin) - c.offset) + mean;
    const double moved = delta * share;
    add_squares(c.deviations, c.rest, own, moved * old * delta);
    c.offset += moved;
    shift_[i] = c.origin + c.offset;
  }
  restart();
}

void InterpretedReduction::add_group(const float* values, std::int64_t count) {
  float x[kernel::kSumLanes];
  std::fill(std::copy_n(values, count, x), std::end(x), -0.0F);
  for (int half = kernel::kSumLanes / 2; half >= kernel::kNarrowSumLanes; half /= 2) {
    for (int i = 0; i < half; ++i) x[i] += x[i + half];
  }
  auto* acc = reinterpret_cast<double*>(acc_);
  for (int i = 0; i < kernel::kNarrowSumLanes; ++i) acc[i] += static_cast<double>(x[i]);
}

void InterpretedReduction::add_row(const float* values, std::int64_t count) {
  std::copy_n(values, count, rows_ + waiting_ * width_);
  if (++waiting_ < kernel::kNarrowSumRows) return;
  waiting_ = 0;
  auto* acc = reinterpret_cast<double*>(acc_);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* x = rows_ + i;
    acc[i] += static_cast<double>((x[0] + x[width_]) + (x[2 * width_] + x[3 * width_]));
  }
}

void InterpretedReduction::add_positions(const char* values, std::int64_t count,
                                         std::int64_t number, std::int64_t number_step) {
  const std::size_t size = itemsize(r_.acc);
  for (std::int64_t i = 0; i < count; ++i) {
    kernel::Position here{0, number + i * number_step};
    std::memcpy(&here.value, values + static_cast<std::size_t>(i) * size, size);
    char* slot = acc_ + static_cast<std::size_t>(i) * sizeof here;
    combine_slots(r_, slot, &here, 1);
  }
}

void InterpretedReduction::add(const char* values, std::int64_t count, std::int64_t number,
                               std::int64_t number_step) {
  if (r_.op == Op::var) {
    const auto* doubles = reinterpret_cast<const double*>(values);
    shape_ == Shape::row ? take(doubles, count) : add_deviations(doubles, count);
  } else if (r_.narrow_first) {
    const auto* floats = reinterpret_cast<const float*>(values);
    shape_ == Shape::row ? add_group(floats, count) : add_row(floats, count);
  } else if (kernel::is_position(r_.op)) {
    add_positions(values, count, number, number_step);
  } else {
    combine(values, acc_, count);
  }
}

void InterpretedReduction::finish_row(char* slot, std::int64_t elements) {
  if (r_.op == Op::var) {
    join_moments(slot, static_cast<double>(elements), shift_[0] * (1 / kScale),
                 mean_ * (1 / kScale), own_ * (1 / kScale / kScale));
    return;
  }
  const std::size_t size = kernel::slot_bytes(r_);
  for (std::int64_t h = width_ / 2; h != 0; h /= 2) {
    combine(acc_ + static_cast<std::size_t>(h) * size, acc_, h);
  }
  combine(acc_, slot, 1);
}

void InterpretedReduction::finish_columns(char* slots, std::int64_t rows) {
  for (int k = 0; k < waiting_; ++k) {
    auto* acc = reinterpret_cast<double*>(acc_);
    for (std::int64_t i = 0; i < width_; ++i) acc[i] += static_cast<double>(rows_[k * width_ + i]);
  }
  if (r_.op != Op::var) return combine(acc_, slots, width_);
  for (std::int64_t i = 0; i < width_; ++i) {
    const Column& c = columns_[i];
    const double own = std::isfinite(c.deviations) ? c.deviations + c.rest : c.deviations;
    join_moments(slots + static_cast<std::size_t>(i) * sizeof(kernel::Moments),
                 static_cast<double>(rows), c.origin * (1 / kScale), c.offset * (1 / kScale),
                 own * (1 / kScale / kScale));
  }
}

}  // namespace tightloop::exec
