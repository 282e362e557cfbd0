// The error of a function of one half over all of its 65,536 arguments, beside the C library's
// long double, which has 50 bits more.
#pragma once

#include "error_meter.hpp"
#include "samples.hpp"
#include "types/half.hpp"

namespace tightloop::math {

template <class H>
inline constexpr Format half_limits{half_format<H>.fraction_bits + 1, 2 - half_format<H>.bias(),
                                    half_format<H>.bias() + 1};

/// Every value of a half type, in the order of their bits.
template <class H>
std::vector<float> all_halves() {
  std::vector<float> xs(65536);
  for (std::uint32_t i = 0; i < xs.size(); ++i) {
    xs[i] = to_float(H{static_cast<std::uint16_t>(i)});
  }
  return xs;
}

/// |got - want| in units in the last place of the half type at `want`; inf where only one is NaN.
/// An infinity counts as 2^(max exponent).
template <class H>
double half_ulps(float got, long double want) {
  constexpr Format f = half_limits<H>;
  if (std::isnan(got) || std::isnan(want)) {
    return std::isnan(got) && std::isnan(want) ? 0 : HUGE_VAL;
  }
  const long double end = std::ldexp(1.0L, f.max_exponent);
  const auto bounded = [end](long double x) { return std::clamp(x, -end, end); };
  want = bounded(want);
  const int top = want == 0 ? f.min_exponent : std::max(std::ilogb(want) + 1, f.min_exponent);
  return static_cast<double>(std::ldexp(std::fabs(bounded(got) - want), f.digits - top));
}

/// The worst result of a function of one operand, rounded to the half type.
template <class H>
Worst worst_of_halves(Op op, int lanes) {
  const std::vector<float> xs = all_halves<H>();
  std::vector<float> got(xs.size());
  apply_leaf(op, lanes, xs.data(), nullptr, got.data(), xs.size(), dtype_of<H>);
  Worst worst;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const float rounded = to_float(round_to_half<H>(got[i]));
    const double ulps = half_ulps<H>(rounded, wide_value(op, xs[i], 0));
    if (ulps > worst.ulps) worst = {ulps, xs[i], 0, rounded};
  }
  return worst;
}

}  // namespace tightloop::math
