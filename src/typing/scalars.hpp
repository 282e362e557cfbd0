// Scalars as numbers: making, reading and converting them as cast, round_half and saturate nodes
// do.
#pragma once

#include <complex>
#include <optional>

#include "types/range.hpp"
#include "types/scalar.hpp"

namespace tightloop::typing {

/// Calls f with the value in its C++ type (bool as bool).
template <class F>
auto visit_scalar(const Scalar& s, F f) {
  switch (s.dtype) {
#define TIGHTLOOP_DTYPE(id, symbol, name, c, type, ...)            \
  case DType::symbol:                                              \
    if constexpr (!is_half(DType::symbol)) return f(s.as<type>()); \
    break;
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
  }
  throw Error(ErrorCode::internal, "a scalar is held in a half type");
}

template <class T>
inline constexpr bool is_complex_v = false;
template <class T>
inline constexpr bool is_complex_v<std::complex<T>> = true;

/// Converts as a cast node of that dtype does.
Scalar convert_scalar(const Scalar& x, DType to);

/// Rounds a real scalar to a half type, once; the result is held as float32.
Scalar round_scalar(const Scalar& x, DType half);

/// Clips a real scalar to the finite range of a dtype, then converts.
Scalar saturate_scalar(const Scalar& x, DType to);

/// Makes an integer or bool scalar of the lowest bits of `value` (bool: value != 0).
Scalar make_integer(DType dtype, int128 value);

/// Reads an integer or bool scalar.
int128 integer_value(const Scalar& x);

/// Makes a scalar of the lane of a float or complex dtype.
Scalar make_float(DType dtype, double value);

/// Reads a constant as an integer: the value of an integer or bool, or of a float (or complex
/// without imaginary part) that is a whole number below 2^53 in magnitude; none for others.
std::optional<int128> whole_number(const Scalar& x);

}  // namespace tightloop::typing
