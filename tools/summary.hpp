// Arrays as text in the manner of NumPy's str(): brackets, aligned columns, an ellipsis in place
// of the middle of large arrays.
#pragma once

#include <string>

#include "tightloop/array.hpp"

namespace tightloop::tool {

/// Returns a 0-d array as one number in full, any other as "dtype (shape)" and a summary of its
/// elements on the lines after it; without a final newline. The array is in C order.
std::string array_text(const Array& array);

}  // namespace tightloop::tool
