// Element types: what dtypes.def says of each, and the C++ types that hold elements.
#pragma once

#include <bit>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "tightloop/error.hpp"

namespace tightloop {

/// Names an element type. The numbers are part of the ABI and of the kernel cache's keys.
enum class DType : std::uint8_t {
#define TIGHTLOOP_DTYPE(id, symbol, ...) symbol = id,
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
};

#define TIGHTLOOP_DTYPE(id, symbol, ...) inline constexpr DType symbol = DType::symbol;
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE

/// All dtypes, in the order in which lists name them. Their numbers are those below kDTypeCount.
inline constexpr DType kDTypes[] = {
#define TIGHTLOOP_DTYPE(id, symbol, ...) DType::symbol,
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
};
inline constexpr int kDTypeCount = sizeof kDTypes / sizeof kDTypes[0];

/// Holds the 16 bits of an IEEE 754 binary16 element. Storage only: it has no arithmetic.
struct float16_t {
  std::uint16_t bits;
  friend bool operator==(float16_t, float16_t) = default;
};
/// Holds the 16 bits of a bfloat16 element (the upper half of a binary32). Storage only.
struct bfloat16_t {
  std::uint16_t bits;
  friend bool operator==(bfloat16_t, bfloat16_t) = default;
};

/// Holds the 8 bits of an OCP OFP8 E4M3 element: up to 448, with NaN and without infinity.
struct float8_e4m3fn_t {
  std::uint8_t bits;
  friend bool operator==(float8_e4m3fn_t, float8_e4m3fn_t) = default;
};
/// Holds the 8 bits of an OCP OFP8 E5M2 element: up to 57344, with NaN and infinity.
struct float8_e5m2_t {
  std::uint8_t bits;
  friend bool operator==(float8_e5m2_t, float8_e5m2_t) = default;
};

enum class DTypeKind : std::uint8_t {
  boolean,
  signed_integer,
  unsigned_integer,
  floating,
  complex,
};

/// What the highest codes of a floating format stand for.
enum class Specials : std::uint8_t {
  none,        ///< no floating format
  ieee,        ///< the highest exponent: infinity and NaN
  finite_nan,  ///< all ones: NaN; there is no infinity
};

/// One row of dtypes.def.
struct DTypeInfo {
  std::string_view name;
  DTypeKind kind;
  std::uint8_t size;
  DType lane;
  std::uint8_t
      exponent_bits;  ///< of a floating format or of a complex part, else 0; so is the next
  std::uint8_t fraction_bits;
  Specials specials;
  std::string_view npy;  ///< the type code of .npy files, without its byte order
  bool in_numpy;         ///< false where NumPy has the type by another package only
  std::uint8_t dlpack;   ///< DLDataTypeCode
  const char* arrow;     ///< the format of Arrow's C data interface, or ""
};

namespace detail {
struct DTypeTable {
  DTypeInfo rows[kDTypeCount];
};
constexpr DTypeTable dtype_table() {
  DTypeTable table{};
#define TIGHTLOOP_DTYPE(id, symbol, name, c, type, kind, size, lane, exponent, fraction, specials, \
                        npy, numpy, dlpack, arrow)                                                 \
  static_assert(sizeof(type) == size);                                                             \
  table.rows[id] = {name,     DTypeKind::kind,    size, DType::lane, exponent,                     \
                    fraction, Specials::specials, npy,  numpy,       dlpack,                       \
                    arrow};
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
  return table;
}
inline constexpr DTypeTable kDTypeTable = dtype_table();
}  // namespace detail

/// Returns the row of a dtype.
constexpr const DTypeInfo& info(DType t) noexcept {
  return detail::kDTypeTable.rows[static_cast<int>(t)];
}

/// Returns the size of one element in bytes: 1, 2, 4, 8 or 16.
constexpr std::size_t itemsize(DType t) noexcept {
  return info(t).size;
}
/// Returns the name as the language spells it: "bool", "uint8", "bfloat16", "complex128".
constexpr std::string_view name(DType t) noexcept {
  return info(t).name;
}
/// Finds the dtype with that name; returns false and leaves `out` alone where there is none.
constexpr bool parse_dtype(std::string_view text, DType& out) noexcept {
  for (const DType t : kDTypes) {
    if (name(t) == text) {
      out = t;
      return true;
    }
  }
  return false;
}

constexpr bool is_bool(DType t) noexcept {
  return info(t).kind == DTypeKind::boolean;
}
constexpr bool is_signed_int(DType t) noexcept {
  return info(t).kind == DTypeKind::signed_integer;
}
constexpr bool is_unsigned_int(DType t) noexcept {
  return info(t).kind == DTypeKind::unsigned_integer;
}
/// True for the eight integer types; bool is not one of them.
constexpr bool is_integer(DType t) noexcept {
  return is_signed_int(t) || is_unsigned_int(t);
}
constexpr bool is_float(DType t) noexcept {
  return info(t).kind == DTypeKind::floating;
}
constexpr bool is_complex(DType t) noexcept {
  return info(t).kind == DTypeKind::complex;
}
/// True for the floats that are storage only: computed as float32 and rounded where stored.
constexpr bool is_half(DType t) noexcept {
  return info(t).lane != t;
}
/// Returns the type in which values of a dtype are computed: itself, or float32 for the half types.
constexpr DType lane_of(DType t) noexcept {
  return info(t).lane;
}

/// Returns the dtype of that kind and size in bytes that is computed as itself. There must be one.
constexpr DType dtype_of_kind(DTypeKind kind, std::size_t size) {
  for (const DType t : kDTypes) {
    if (info(t).kind == kind && info(t).size == size && lane_of(t) == t) return t;
  }
  throw Error(ErrorCode::internal, "no dtype of that kind and size");
}
/// Returns the integer type of 1, 2, 4 or 8 bytes.
constexpr DType integer_dtype(bool is_signed, std::size_t size) {
  return dtype_of_kind(is_signed ? DTypeKind::signed_integer : DTypeKind::unsigned_integer, size);
}
/// Returns the type of the real part; real dtypes are returned as they are.
constexpr DType real_part(DType t) {
  return is_complex(t) ? dtype_of_kind(DTypeKind::floating, itemsize(t) / 2) : t;
}

/// Returns 2^exponent, for exponents of normal numbers.
constexpr double power_of_two(int exponent) noexcept {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}
/// Returns the bias of the exponents of a float dtype, or of the parts of a complex one.
constexpr int exponent_bias(DType t) noexcept {
  return info(t).exponent_bits == 0 ? 0 : (1 << (info(t).exponent_bits - 1)) - 1;
}
/// Returns the largest finite value of a float dtype: 65504 for float16.
constexpr double largest_finite(DType t) noexcept {
  const double last_digit = power_of_two(-info(t).fraction_bits);
  const bool ieee = info(t).specials == Specials::ieee;
  return ieee ? (2 - last_digit) * power_of_two(exponent_bias(t))
              : (2 - 2 * last_digit) * power_of_two(exponent_bias(t) + 1);
}
/// Returns the least normal number of a float dtype, or of the parts of a complex one; 0 for other
/// dtypes.
constexpr double least_normal(DType t) noexcept {
  return info(t).exponent_bits == 0 ? 0 : power_of_two(1 - exponent_bias(t));
}
/// Returns the least positive number of a float dtype.
constexpr double least_positive(DType t) noexcept {
  return least_normal(t) * power_of_two(-info(t).fraction_bits);
}
/// Returns the largest n for which a float dtype has all integers from -n to n.
constexpr std::int64_t largest_exact_integer(DType t) noexcept {
  return std::int64_t{1} << (info(t).fraction_bits + 1);
}

/// Calls `f.template operator()<T>()` with the C++ type that holds an element.
template <class F>
constexpr decltype(auto) visit_dtype(DType t, F&& f) {
  switch (t) {
#define TIGHTLOOP_DTYPE(id, symbol, name, c, type, ...) \
  case DType::symbol:                                   \
    return f.template operator()<type>();
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
  }
  throw Error(ErrorCode::internal, "an unknown dtype");
}

template <class T>
struct dtype_traits;  // defined for the C++ types that hold an element
#define TIGHTLOOP_DTYPE(id, symbol, name, c, type, ...) \
  template <>                                           \
  struct dtype_traits<type> {                           \
    static constexpr DType value = DType::symbol;       \
  };
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE

namespace detail {
template <class T>
concept ElementInteger =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char8_t> &&
    !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t> && !std::is_same_v<T, wchar_t> &&
    sizeof(T) <= 8;
}  // namespace detail

template <detail::ElementInteger T>
struct dtype_traits<T> {
  static constexpr DType value = integer_dtype(std::is_signed_v<T>, sizeof(T));
};

/// A C++ type that holds one element of some dtype.
template <class T>
concept Element = requires {
  dtype_traits<std::remove_cv_t<T>>::value;
};

/// The dtype of a C++ element type: dtype_of<float> == float32, dtype_of<long> == int64 on LP64.
template <Element T>
inline constexpr DType dtype_of = dtype_traits<std::remove_cv_t<T>>::value;

}  // namespace tightloop
