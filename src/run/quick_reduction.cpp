#include "run/quick_reduction.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "run/accumulate.hpp"

namespace tightloop::run {
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

/// Adds n values to a slot: their first, and the scaled sums of their half deviations from it and
/// of the squares of these (plan::Moments). Operation for operation what compiled kernels do.
void join_moments(char* slot, double n, double first, double sum, double squares) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  plan::Moments m;
  std::memcpy(&m, slot, sizeof m);
  const double half_mean = sum / n * (1 / plan::kDeviationScale);
  double own = squares - sum * half_mean;
  if (own < 0) own = 0;
  if (squares == kInfinity && std::isfinite(sum)) own = kInfinity;
  if (m.count == 0) m.origin = first;
  const double count = m.count + n;
  const double delta = (first - m.origin) + (half_mean * 2 - m.offset);
  const double moved = delta * (n / count);
  const double within = m.deviations + own * (4 / plan::kDeviationScale);
  m.deviations = within == kInfinity ? within : within + moved * m.count * delta;
  m.offset += moved;
  m.count = count;
  std::memcpy(slot, &m, sizeof m);
}

}  // namespace

bool QuickReduction::can(const plan::KernelReduce& r) {
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

QuickReduction::QuickReduction(const plan::KernelReduce& r, Shape shape, std::int64_t width,
                               Arena& arena, std::uint64_t* events)
    : r_(r),
      shape_(shape),
      width_(r.narrow_first && shape == Shape::row ? plan::kNarrowSumLanes : width),
      events_(events) {
  const auto count = static_cast<std::size_t>(width_);
  if (r.op == Op::var) {
    shift_ = arena.array<double>(count);
    sum_ = arena.array<double>(count);
    squares_ = arena.array<double>(count);
    std::fill_n(sum_, count, 0.0);
    std::fill_n(squares_, count, 0.0);
  } else {
    acc_ = arena.array<char>(count * plan::slot_bytes(r));
    fill_identity(r, acc_, width_, false);
    if (r.narrow_first) rows_ = arena.array<float>(count * plan::kNarrowSumRows);
  }
}

void QuickReduction::combine(const char* from, char* into, std::int64_t count) {
  if (r_.check && r_.op == Op::prod) {
    const bool lost = r_.acc == DType::int64 ? product_overflows<std::int64_t>(into, from, count)
                                             : product_overflows<std::uint64_t>(into, from, count);
    if (lost) *events_ |= plan::kNoted;
  }
  combine_slots(r_, into, from, count);
}

void QuickReduction::add_deviations(const double* values, std::int64_t count) {
  if (!started_) {
    shape_ == Shape::row ? std::fill_n(shift_, width_, values[0])
                         : std::copy_n(values, count, shift_);
    started_ = true;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const double half = values[i] * 0.5 - shift_[i] * 0.5;
    const double scaled = half * plan::kDeviationScale;
    sum_[i] += scaled;
    squares_[i] += scaled * half;
  }
}

void QuickReduction::add_group(const float* values, std::int64_t count) {
  float x[plan::kSumLanes];
  std::fill(std::copy_n(values, count, x), std::end(x), -0.0F);
  for (int half = plan::kSumLanes / 2; half >= plan::kNarrowSumLanes; half /= 2) {
    for (int i = 0; i < half; ++i) x[i] += x[i + half];
  }
  auto* acc = reinterpret_cast<double*>(acc_);
  for (int i = 0; i < plan::kNarrowSumLanes; ++i) acc[i] += static_cast<double>(x[i]);
}

void QuickReduction::add_row(const float* values, std::int64_t count) {
  std::copy_n(values, count, rows_ + waiting_ * width_);
  if (++waiting_ < plan::kNarrowSumRows) return;
  waiting_ = 0;
  auto* acc = reinterpret_cast<double*>(acc_);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* x = rows_ + i;
    acc[i] += static_cast<double>((x[0] + x[width_]) + (x[2 * width_] + x[3 * width_]));
  }
}

void QuickReduction::add_positions(const char* values, std::int64_t count, std::int64_t number,
                                   std::int64_t number_step) {
  const std::size_t size = itemsize(r_.acc);
  for (std::int64_t i = 0; i < count; ++i) {
    plan::Position here{0, number + i * number_step};
    std::memcpy(&here.value, values + static_cast<std::size_t>(i) * size, size);
    char* slot = acc_ + static_cast<std::size_t>(i) * sizeof here;
    combine_slots(r_, slot, &here, 1);
  }
}

void QuickReduction::add(const char* values, std::int64_t count, std::int64_t number,
                         std::int64_t number_step) {
  if (r_.op == Op::var) {
    add_deviations(reinterpret_cast<const double*>(values), count);
  } else if (r_.narrow_first) {
    const auto* floats = reinterpret_cast<const float*>(values);
    shape_ == Shape::row ? add_group(floats, count) : add_row(floats, count);
  } else if (plan::is_position(r_.op)) {
    add_positions(values, count, number, number_step);
  } else {
    combine(values, acc_, count);
  }
}

void QuickReduction::finish_row(char* slot, std::int64_t elements) {
  const std::size_t size = plan::slot_bytes(r_);
  for (std::int64_t h = width_ / 2; h != 0; h /= 2) {
    if (r_.op == Op::var) {
      for (std::int64_t i = 0; i < h; ++i) {
        sum_[i] += sum_[i + h];
        squares_[i] += squares_[i + h];
      }
    } else {
      combine(acc_ + static_cast<std::size_t>(h) * size, acc_, h);
    }
  }
  if (r_.op == Op::var) {
    join_moments(slot, static_cast<double>(elements), shift_[0], sum_[0], squares_[0]);
  } else {
    combine(acc_, slot, 1);
  }
}

void QuickReduction::finish_columns(char* slots, std::int64_t rows) {
  for (int k = 0; k < waiting_; ++k) {
    auto* acc = reinterpret_cast<double*>(acc_);
    for (std::int64_t i = 0; i < width_; ++i) acc[i] += static_cast<double>(rows_[k * width_ + i]);
  }
  if (r_.op != Op::var) return combine(acc_, slots, width_);
  for (std::int64_t i = 0; i < width_; ++i) {
    join_moments(slots + static_cast<std::size_t>(i) * sizeof(plan::Moments),
                 static_cast<double>(rows), shift_[i], sum_[i], squares_[i]);
  }
}

}  // namespace tightloop::run
