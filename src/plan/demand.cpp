// Sums and products that stay at the largest number instead of wrapping.
#include "plan/demand.hpp"

#include <limits>

namespace tightloop::plan {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

std::uint64_t product(std::uint64_t x, std::uint64_t y) {
  std::uint64_t out = 0;
  return __builtin_mul_overflow(x, y, &out) ? kMost : out;
}

template <class Extents>
std::uint64_t times(std::uint64_t x, const Extents& extents) {
  for (std::int64_t e : extents) {
    if (e == 0) return 0;
  }
  for (std::int64_t e : extents) x = product(x, static_cast<std::uint64_t>(e));
  return x;
}

std::uint64_t elements_of(const Stage& stage) {
  if (!stage.product) return times(times(1, stage.m), stage.r);
  const MatrixProduct& p = *stage.product;
  return times(times(times(times(1, p.batch), p.rows), p.columns), p.depth);
}

}  // namespace

std::uint64_t bytes_of(DType dtype, const Dims& shape) {
  return times(itemsize(dtype), shape);
}

std::uint64_t added(std::uint64_t x, std::uint64_t y) {
  std::uint64_t out = 0;
  return __builtin_add_overflow(x, y, &out) ? kMost : out;
}

Demand demand_of(const LoopPlan& plan) {
  Demand out;
  for (const Stage& stage : plan.stages) out.elements = added(out.elements, elements_of(stage));
  for (const Intermediate& mid : plan.intermediates) {
    if (mid.tile_bytes == 0) out.bytes = added(out.bytes, bytes_of(mid.dtype, mid.shape));
  }
  return out;
}

}  // namespace tightloop::plan
