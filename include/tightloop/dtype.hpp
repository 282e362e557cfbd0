// Element types: the 15 dtypes, their names and sizes, and the C++ types that hold them.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "tightloop/error.hpp"

namespace tightloop {

/// Names an element type. The order is part of the ABI and of the kernel cache's keys.
enum class DType : std::uint8_t {
  bool_,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  bfloat16,
  float32,
  float64,
  complex64,
  complex128,
};
inline constexpr int kDTypeCount = 15;

inline constexpr DType bool_ = DType::bool_;
inline constexpr DType int8 = DType::int8;
inline constexpr DType int16 = DType::int16;
inline constexpr DType int32 = DType::int32;
inline constexpr DType int64 = DType::int64;
inline constexpr DType uint8 = DType::uint8;
inline constexpr DType uint16 = DType::uint16;
inline constexpr DType uint32 = DType::uint32;
inline constexpr DType uint64 = DType::uint64;
inline constexpr DType float16 = DType::float16;
inline constexpr DType bfloat16 = DType::bfloat16;
inline constexpr DType float32 = DType::float32;
inline constexpr DType float64 = DType::float64;
inline constexpr DType complex64 = DType::complex64;
inline constexpr DType complex128 = DType::complex128;

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

/// Returns the size of one element in bytes: 1, 2, 4, 8 or 16.
constexpr std::size_t itemsize(DType t) noexcept {
  constexpr std::uint8_t size[kDTypeCount] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16};
  return size[static_cast<int>(t)];
}
/// Returns the name as the language spells it: "bool", "uint8", "bfloat16", "complex128".
constexpr std::string_view name(DType t) noexcept {
  constexpr std::string_view names[kDTypeCount] = {
      "bool",   "int8",    "int16",    "int32",   "int64",   "uint8",     "uint16",    "uint32",
      "uint64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128"};
  return names[static_cast<int>(t)];
}
/// Finds the dtype with that name; returns false and leaves `out` alone where there is none.
constexpr bool parse_dtype(std::string_view text, DType& out) noexcept {
  for (int i = 0; i < kDTypeCount; ++i) {
    if (name(static_cast<DType>(i)) == text) {
      out = static_cast<DType>(i);
      return true;
    }
  }
  return false;
}

constexpr bool is_bool(DType t) noexcept {
  return t == DType::bool_;
}
constexpr bool is_signed_int(DType t) noexcept {
  return t >= DType::int8 && t <= DType::int64;
}
constexpr bool is_unsigned_int(DType t) noexcept {
  return t >= DType::uint8 && t <= DType::uint64;
}
/// True for the eight integer types; bool is not one of them.
constexpr bool is_integer(DType t) noexcept {
  return t >= DType::int8 && t <= DType::uint64;
}
constexpr bool is_half(DType t) noexcept {
  return t == DType::float16 || t == DType::bfloat16;
}
constexpr bool is_float(DType t) noexcept {
  return t >= DType::float16 && t <= DType::float64;
}
constexpr bool is_complex(DType t) noexcept {
  return t >= DType::complex64;
}

template <class T>
struct dtype_traits;  // defined for the C++ types that hold an element
#define TIGHTLOOP_DTYPE_TRAIT(type, dt) \
  template <>                           \
  struct dtype_traits<type> {           \
    static constexpr DType value = dt;  \
  }
TIGHTLOOP_DTYPE_TRAIT(bool, DType::bool_);
TIGHTLOOP_DTYPE_TRAIT(float16_t, DType::float16);
TIGHTLOOP_DTYPE_TRAIT(bfloat16_t, DType::bfloat16);
TIGHTLOOP_DTYPE_TRAIT(float, DType::float32);
TIGHTLOOP_DTYPE_TRAIT(double, DType::float64);
TIGHTLOOP_DTYPE_TRAIT(std::complex<float>, DType::complex64);
TIGHTLOOP_DTYPE_TRAIT(std::complex<double>, DType::complex128);
#undef TIGHTLOOP_DTYPE_TRAIT

namespace detail {
template <class T>
concept ElementInteger =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char8_t> &&
    !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t> && !std::is_same_v<T, wchar_t> &&
    sizeof(T) <= 8;

template <class T>
constexpr DType integer_dtype() noexcept {
  constexpr DType s[4] = {DType::int8, DType::int16, DType::int32, DType::int64};
  constexpr DType u[4] = {DType::uint8, DType::uint16, DType::uint32, DType::uint64};
  constexpr int log2 = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  return std::is_signed_v<T> ? s[log2] : u[log2];
}
}  // namespace detail

template <detail::ElementInteger T>
struct dtype_traits<T> {
  static constexpr DType value = detail::integer_dtype<T>();
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
