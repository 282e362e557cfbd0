// The functions of complex operands that kernels call: over short rows in memory, real and
// imaginary parts apart, one element at a time, so that the width of a vector does not matter.
#pragma once

#include <cstdint>

#include "tightloop/dtype.hpp"
#include "tightloop/op.hpp"

namespace tightloop::math {

/// Replaces n elements by their function.
template <class T>
using ComplexLeaf1 = void (*)(T* re, T* im, std::int64_t n);
/// Replaces n elements (re, im) by the function of them and (y_re, y_im).
template <class T>
using ComplexLeaf2 = void (*)(T* re, T* im, const T* y_re, const T* y_im, std::int64_t n);

/// Finds the leaf of a row of types/complex_functions.def for complex64 or complex128; null for
/// others. At most 4 ULP in each part, but of the larger of the terms where a part cancels.
void* find_complex_leaf(Op op, DType lane);

}  // namespace tightloop::math
