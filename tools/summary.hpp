// Arrays as text in the manner of NumPy's str() and repr(): brackets, aligned columns, an ellipsis
// in place of the middle of large arrays.
#pragma once

#include <string>

#include "element_columns.hpp"
#include "tightloop/array.hpp"

namespace tightloop::tool {

/// Returns a shape as Python writes it: "(3, 4)", "(3,)".
std::string shape_text(const Dims& shape);

/// What is shown of a long axis, at each end, where an array has more than 1000 elements.
inline constexpr std::int64_t kShownEdge = 3;

/// Returns how many elements are shown along an axis of that extent of an array of that shape:
/// all, or twice kShownEdge.
std::int64_t shown_extent(const Dims& shape, std::int64_t extent);

/// Returns a 0-d array as one number in full, any other as "dtype (shape)" and a summary of its
/// elements on the lines after it; without a final newline. The array is in native byte order.
std::string array_text(const Array& array);

/// Returns what NumPy's repr() of an array of that shape would be, but a 0-d one as its number;
/// without a final newline. `shown` holds the elements that are shown alone: along every axis
/// shown_extent() of them, the first and the last. Native byte order.
std::string array_repr(const ArrayView& shown, const Dims& shape, int precision = kPrintPrecision);

}  // namespace tightloop::tool
