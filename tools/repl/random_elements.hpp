// Random elements of any dtype from a seed: each follows from the seed and its number alone.
#pragma once

#include <atomic>
#include <cstdint>

#include "tightloop/array.hpp"

namespace tightloop::tool {

/// Fills a C-ordered array: floats and both parts of complex numbers are multiples of 2^-53 (2^-24,
/// 2^-11, 2^-8 by dtype) in [0, 1), bools and integers have all values with equal probability. The
/// generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) on a counter. Once `stop` (may be
/// null) is true, throws Error(stopped).
void fill_random(Array& array, std::uint64_t seed, const std::atomic<bool>* stop);

/// Throws Error(stopped) where `stop` is true; to be called every kStopElements or so.
void check_stop(const std::atomic<bool>* stop);
inline constexpr std::int64_t kStopElements = std::int64_t{1} << 20;

}  // namespace tightloop::tool
