// Arrays as text: on streams of the standard library, and as a string.
#pragma once

#include <ostream>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop {

/// Returns the elements as text: one line for one dimension, "[1, 2, 3]"; a line for each row of
/// more, in brackets as nested as there are dimensions; a number alone for none. Each number has
/// the fewest digits that give its value back, complex ones are "(1+2j)". Of more than 1000
/// elements each axis shows three from either end. Throws Error(value) for a view of nothing.
TIGHTLOOP_API std::string to_text(const ArrayView& array);
inline std::string to_text(const Array& array) {
  const ArrayView view = array;
  return to_text(view);
}

inline std::ostream& operator<<(std::ostream& out, const ArrayView& array) {
  return out << to_text(array);
}
inline std::ostream& operator<<(std::ostream& out, const Array& array) {
  return out << to_text(array);
}

}  // namespace tightloop
