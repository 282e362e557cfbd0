// Largest errors over many arguments: MPFR decides, but only where an estimate in long double says
// that an argument may be the worst so far.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "exact.hpp"
#include "ops/real_functions.hpp"

namespace tightloop::math {

/// op(x, y) in long double, by the C library; NaN for ops that are no leaves.
inline long double wide_value(Op op, long double x, [[maybe_unused]] long double y) {
  switch (op) {
#define TIGHTLOOP_WIDE_1(name) real::name(x)
#define TIGHTLOOP_WIDE_2(name) real::name(x, y)
#define TIGHTLOOP_LEAF(name, arity) \
  case Op::name:                    \
    return TIGHTLOOP_WIDE_##arity(name);
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
#undef TIGHTLOOP_WIDE_1
#undef TIGHTLOOP_WIDE_2
    default: return std::numeric_limits<long double>::quiet_NaN();
  }
}

struct Worst {
  double ulps = 0, x = 0, y = 0, got = 0;
};

/// Keeps the worst of the results that it is shown. Not for use by two threads at once.
class ErrorMeter {
 public:
  explicit ErrorMeter(Op op) : op_(op) {}

  /// A result of the format, of operands that a double holds.
  void show(double x, double y, double got, const Format& f) {
    if (is_surely_better(x, y, got, f)) return;
    const double ulps = exact_.ulps(op_, x, y, got, f);
    if (ulps > worst_.ulps) worst_ = {ulps, x, y, got};
  }
  template <class T>
  void show(T x, T y, T got) {
    show(x, y, got, format_of<T>);
  }
  const Worst& worst() const { return worst_; }

 private:
  /// What the estimate may lack: long double has 11 bits more than float64.
  static constexpr double kDoubt = 1.0 / 64;

  bool is_surely_better(double x, double y, double got, const Format& f) const {
    const long double want = wide_value(op_, x, y);
    if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got) && is_leaf_;
    if (std::isinf(got)) {
      return std::fabs(want) >= std::ldexp(1.0L, f.max_exponent) && (want < 0) == (got < 0);
    }
    if (std::isinf(want)) return false;
    int top = want == 0 ? f.min_exponent : std::max(std::ilogb(want) + 1, f.min_exponent);
    if (const double larger = std::fabs(std::fmax(x, y)); Exact::is_log_sum(op_) && larger > 0) {
      top = std::max(top, std::ilogb(larger) + 1);
    }
    return std::ldexp(std::fabs(got - want), f.digits - top) + kDoubt < worst_.ulps;
  }

  const Op op_;
  const bool is_leaf_ = info(op_).lowering == Lowering::math;
  Exact exact_;
  Worst worst_;
};

}  // namespace tightloop::math
