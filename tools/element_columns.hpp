// Elements of one array as text of one width, as NumPy writes them: the points of reals aligned,
// one notation for all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tightloop/dtype.hpp"

namespace tightloop::tool {

inline constexpr int kPrintPrecision = 8;  ///< NumPy's own, in digits after the point

class ElementColumns {
 public:
  /// Measures the elements that are going to be written: addresses of elements of one dtype, in
  /// native byte order and at any alignment.
  ElementColumns(DType type, const std::vector<const std::byte*>& elements,
                 int precision = kPrintPrecision);
  ~ElementColumns();

  /// Returns one of those elements.
  std::string text(const std::byte* element) const;

 private:
  class RealColumn;
  DType type_;
  std::unique_ptr<const RealColumn> first_;   // floats; the real parts of complex numbers
  std::unique_ptr<const RealColumn> second_;  // the imaginary parts
  std::size_t width_ = 0;                     // of integers and bools
};

}  // namespace tightloop::tool
