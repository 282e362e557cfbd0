// Elements as text: the shortest decimal that reads back as the same value of the same dtype.
#pragma once

#include <string>

#include "tightloop/dtype.hpp"

namespace tightloop::tool {

/// The decimal d.ddd x 10^exponent of a finite magnitude.
struct Decimal {
  std::string digits;  ///< without trailing zeros; "0" for zero
  int exponent = 0;
};

/// Returns the shortest decimal of |value| that a float type rounds back to it; value is finite
/// and an element of that type.
Decimal shortest(double value, DType type);

/// Returns |value| rounded to `places` digits after the first one, trailing zeros dropped.
Decimal rounded(double value, int places);

/// Returns a real as Python's repr does: "0.1", "1.0", "1e-05", "-inf", "nan".
std::string real_text(double value, DType type);

/// Reads a real element, or one part of a complex one, of a float type.
double load_real(DType type, const void* element);

/// Returns float32 for complex64 and float64 for complex128.
constexpr DType part_type(DType complex) {
  return complex == DType::complex64 ? DType::float32 : DType::float64;
}

/// Returns an integer element in decimal, or True or False.
std::string whole_text(DType type, const void* element);

/// Returns any element as a number of the language: as above, complex as (1+2j).
std::string element_text(DType type, const void* element);

}  // namespace tightloop::tool
