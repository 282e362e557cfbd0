// Value ranges of integer nodes: closed intervals in 128 bits, and the dtypes that hold them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>

#include "tightloop/dtype.hpp"

namespace tightloop {

__extension__ using int128 = __int128;

/// A closed interval [lo, hi] of integers; lo <= hi. Bools are [0, 1].
struct Range {
  int128 lo = 0;
  int128 hi = 0;
  friend bool operator==(const Range&, const Range&) = default;
  bool contains(const Range& o) const { return lo <= o.lo && o.hi <= hi; }
  Range join(const Range& o) const { return {lo < o.lo ? lo : o.lo, hi > o.hi ? hi : o.hi}; }
};

/// Returns all values of an integer dtype or bool.
constexpr Range range_of(DType t) {
  if (is_bool(t)) return {0, 1};
  const int bits = 8 * static_cast<int>(itemsize(t));
  if (is_unsigned_int(t)) return {0, (static_cast<int128>(1) << bits) - 1};
  return {-(static_cast<int128>(1) << (bits - 1)), (static_cast<int128>(1) << (bits - 1)) - 1};
}

/// Returns the narrowest integer dtype that holds the range, unsigned where it has no negatives;
/// none where 64 bits cannot hold it.
constexpr std::optional<DType> narrowest(const Range& r) {
  for (const std::size_t size : {1U, 2U, 4U, 8U}) {
    const DType t = integer_dtype(r.lo < 0, size);
    if (range_of(t).contains(r)) return t;
  }
  return std::nullopt;
}

}  // namespace tightloop
