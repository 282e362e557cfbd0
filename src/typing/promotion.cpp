// Promotion by rule rather than by a table: every dtype has a kind and a precision.
#include "typing/promotion.hpp"

#include <algorithm>

namespace tightloop::typing {
namespace {

/// How much precision a float must have to stand beside the dtype: 0 any float, 1 half, 2 float32,
/// 3 float64.
int precision(DType t) {
  if (is_half(t)) return 1;
  const std::size_t part = itemsize(real_part(t));
  if (is_float(t) || is_complex(t)) return part == 4 ? 2 : 3;
  return part == 1 ? 0 : part == 2 ? 2 : 3;
}

DType promote_integers(DType a, DType b) {
  if (is_bool(a)) return b;
  if (is_bool(b)) return a;
  if (is_signed_int(a) == is_signed_int(b)) return itemsize(a) >= itemsize(b) ? a : b;
  const DType s = is_signed_int(a) ? a : b;
  const DType u = is_signed_int(a) ? b : a;
  if (itemsize(s) > itemsize(u)) return s;
  return itemsize(u) < 8 ? integer_dtype(true, 2 * itemsize(u)) : DType::float64;
}

/// NumPy's order of kinds: bool, unsigned, signed, float, complex.
int kind_order(DType t) {
  if (is_bool(t)) return 0;
  if (is_unsigned_int(t)) return 1;
  if (is_signed_int(t)) return 2;
  return is_float(t) ? 3 : 4;
}

}  // namespace

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (is_integral(a) && is_integral(b)) return promote_integers(a, b);
  int level = std::max(precision(a), precision(b));
  if (is_complex(a) || is_complex(b)) return level <= 2 ? DType::complex64 : DType::complex128;
  if (level == 1 && is_half(a) && is_half(b)) level = 2;
  if (level == 1) return is_half(a) ? a : b;
  return level == 2 ? DType::float32 : DType::float64;
}

DType unsigned_twin(DType t) {
  return is_signed_int(t) ? integer_dtype(false, itemsize(t)) : t;
}

DType numpy_float_of(DType t) {
  if (!is_integral(t)) return t;
  switch (itemsize(t)) {
    case 1: return DType::float16;
    case 2: return DType::float32;
    default: return DType::float64;
  }
}

WeakKind weak_kind(DType t) {
  if (is_bool(t)) return WeakKind::boolean;
  if (is_integer(t)) return WeakKind::integer;
  return is_float(t) ? WeakKind::floating : WeakKind::complex;
}

std::optional<DType> with_weak(std::optional<DType> strong, WeakKind weak) {
  const bool integers = !strong || is_integral(*strong);
  if (weak == WeakKind::complex) {
    const bool narrow = !integers && precision(*strong) <= 2;
    return narrow ? DType::complex64 : DType::complex128;
  }
  if (!integers) return strong;
  if (weak == WeakKind::floating) return DType::float64;
  return std::nullopt;
}

bool can_cast(DType from, DType to, Casting casting) {
  switch (casting) {
    case Casting::no: return from == to;
    case Casting::safe: return promote(from, to) == to;
    case Casting::standard:
    case Casting::wrap:
    case Casting::same_kind: return promote(from, to) == to || kind_order(from) <= kind_order(to);
    case Casting::same_value:
    case Casting::saturate:
    case Casting::unsafe: return true;
  }
  return false;
}

std::string_view name_of(Casting casting) {
  switch (casting) {
    case Casting::standard: return "standard";
    case Casting::no: return "no";
    case Casting::safe: return "safe";
    case Casting::same_kind: return "same_kind";
    case Casting::unsafe: return "unsafe";
    case Casting::same_value: return "same_value";
    case Casting::wrap: return "wrap";
    case Casting::saturate: return "saturate";
  }
  return "?";
}

}  // namespace tightloop::typing
