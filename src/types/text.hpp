// Numbers and shapes as messages and printed plans write them.
#pragma once

#include <string>

#include "tightloop/array.hpp"
#include "types/range.hpp"

namespace tightloop {

/// Returns the number in decimal.
std::string to_string(int128 value);
/// Returns extents or strides as Python writes a tuple: "()", "(3,)", "(3, 4)".
std::string to_string(const Dims& dims);

}  // namespace tightloop
