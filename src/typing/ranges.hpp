// Interval arithmetic on the value ranges of integer operations. In: operand ranges within 64 bits.
// Out: the hull of the exact results, saturated at +-2^125 where they are larger than that.
#pragma once

#include <span>
#include <string>

#include "ops/big_integer.hpp"
#include "tightloop/op.hpp"
#include "types/range.hpp"
#include "types/text.hpp"

namespace tightloop::typing {

/// Magnitude at which ranges saturate; an end that reaches it stands for "this or more".
inline constexpr int128 kHuge = static_cast<int128>(1) << 125;

/// Returns the hull of the exact values of an integer operation. Shift counts below zero and
/// division by zero behave as the op table says. `rule` is none of none, zero.
Range result_range(RangeRule rule, std::span<const Range> x);

/// How an integer result is held: the narrowest dtype, or 64 bits that may wrap.
struct Fit {
  DType dtype = DType::int64;
  Range range;         ///< within dtype
  bool wraps = false;  ///< the exact range does not fit dtype
};
Fit fit(const Range& exact);
/// The same for a result whose dtype is given.
Fit fit_into(const Range& exact, DType dtype);

/// Prints in decimal, of a long number the first digits and how many there are.
std::string shortened(const BigInteger& value);

}  // namespace tightloop::typing
