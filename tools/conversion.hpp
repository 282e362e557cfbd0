// Converting a source to another dtype in one pass, block by block, while counting the elements
// that the dtype cannot hold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tightloop/source.hpp"

namespace tightloop::tool {

/// One way in which elements are lost.
struct Loss {
  std::string what;        ///< "out of the range of int8"
  std::string test;        ///< an expression of x that is true where an element is lost so
  bool clipped = false;    ///< saturating clips these instead
  std::int64_t count = 0;  ///< of elements
  std::vector<std::int64_t> index = {};  ///< of the first, in the order of the file
  std::string value = {};                ///< of the first, as text
};

/// What a conversion does with its elements.
struct Conversion {
  DType to = DType::float64;
  bool saturate = false;
  bool round = false;  ///< floats to integers: to the nearest, halves to even, not towards zero
};

/// Returns the ways in which a conversion can lose elements of that dtype; none where it holds all.
/// Where `round`, a fraction is no loss.
std::vector<Loss> possible_losses(DType from, DType to, bool round = false);

/// Receives converted elements in the order of the file, native byte order.
using TakeBlock = std::function<void(const void* elements, std::size_t bytes)>;

/// Converts all elements of a source that stands at its beginning; returns the losses, those that
/// did not happen with a count of 0. Floats to integers truncate or round; memory is bounded by the
/// block. Throws Error.
std::vector<Loss> convert(Source& source, const Conversion& conversion, const TakeBlock& take);

}  // namespace tightloop::tool
