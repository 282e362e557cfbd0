// Functions of the float lanes against MPFR, where the machine has it: float32 is rounded once from
// float64, float64 once from long double.
#if __has_include(<mpfr.h>)

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>

#include "catch.hpp"
#include "math/exact.hpp"
#include "ops/lanes.hpp"

using namespace tightloop;
using namespace tightloop::ops;

namespace {

// Any bit pattern, a value around 1, or a value of moderate size.
template <class T>
T draw(std::mt19937_64& random) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const std::uint64_t kind = random();
  const auto bits = static_cast<Bits>(random());
  T any;
  std::memcpy(&any, &bits, sizeof any);
  const T fraction = static_cast<T>(std::ldexp(static_cast<double>(random() >> 11), -53));
  const T sign = (kind & 4) != 0 ? T{-1} : T{1};
  switch (kind & 3) {
    case 0: return any;
    case 1: return sign * (1 + (fraction - T{0.5}) / 64);
    default:
      return sign * fraction *
             static_cast<T>(std::ldexp(1.0, static_cast<int>(kind >> 3 & 15) - 6));
  }
}

// Where a logarithm of a sum nears 0 its error is one of the operands.
template <class T>
bool cancels(Op op, T x, T y) {
  if (op != Op::logaddexp && op != Op::logaddexp2) return false;
  const T larger = std::max(std::abs(x), std::abs(y));
  return std::abs(apply<T>(op, x, y)) < larger / 8;
}

template <class T>
double worst_error(Op op, int count, std::uint64_t seed) {
  std::mt19937_64 random(seed + static_cast<std::uint64_t>(op));
  math::Exact exact;
  double worst = 0;
  for (int i = 0; i < count; ++i) {
    const T x = draw<T>(random), y = draw<T>(random);
    if (cancels(op, x, y)) continue;
    const T got = info(op).arity == 1 ? apply<T>(op, x) : apply<T>(op, x, y);
    worst = std::max(worst, exact.ulps(op, x, y, got));
  }
  return worst;
}

template <class T>
void check_accuracy(double bound) {
  constexpr std::uint64_t seed = 7;
  CAPTURE(seed);
  for (int i = 0; i < kTableOps; ++i) {
    const auto op = static_cast<Op>(i);
    if (info(op).lowering != Lowering::math) continue;
    INFO(id(op));
    CHECK(worst_error<T>(op, 2000, seed) <= bound);
  }
}

}  // namespace

TEST_CASE("ops: float32 functions are rounded once from float64") {
  check_accuracy<float>(0.501);
}

TEST_CASE("ops: float64 functions are rounded once from long double") {
  check_accuracy<double>(0.51);
}

#endif
