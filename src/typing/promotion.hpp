// The dtype tables: which dtype two dtypes promote to, and which conversions a cast rule allows.
// They follow NumPy's promote_types and can_cast, with every half type as a float of float16's
// rank.
#pragma once

#include <optional>

#include "tightloop/dtype.hpp"
#include "typing/typing.hpp"

namespace tightloop::typing {

constexpr bool is_integral(DType t) {
  return is_bool(t) || is_integer(t);
}

using tightloop::real_part;

/// Returns NumPy's promote_types; two different half types give float32.
DType promote(DType a, DType b);

/// Returns the unsigned integer of the same width.
DType unsigned_twin(DType t);

/// Returns the float in which NumPy evaluates a function of an integer or bool: float16 for 8 bits,
/// float32 for 16, float64 otherwise. Floats and complex are returned as they are.
DType numpy_float_of(DType t);

/// What Python type a weak operand is like. Ordered: the higher one wins.
enum class WeakKind : unsigned char { none, boolean, integer, floating, complex };
WeakKind weak_kind(DType t);

/// Returns the float or complex dtype of arrays of dtype `strong` (none: only weak operands) with
/// weak operands of kind `weak`; none where all are integers or bools.
std::optional<DType> with_weak(std::optional<DType> strong, WeakKind weak);

}  // namespace tightloop::typing
