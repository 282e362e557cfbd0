// The C++ types of lanes, by family, and the way from a dtype to its lane type. Half types have no
// lanes of their own: they are computed as float.
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

#include "tightloop/dtype.hpp"
#include "tightloop/error.hpp"

namespace tightloop::ops {

template <class T>
concept Bool = std::same_as<T, bool>;
template <class T>
concept Integer = tightloop::detail::ElementInteger<T>;
template <class T>
concept Signed = Integer<T> && std::signed_integral<T>;
template <class T>
concept Unsigned = Integer<T> && std::unsigned_integral<T>;
template <class T>
concept Float = std::same_as<T, float> || std::same_as<T, double>;
template <class T>
concept Complex = std::same_as<T, std::complex<float>> || std::same_as<T, std::complex<double>>;
/// Bools and integers.
template <class T>
concept Exact = Bool<T> || Integer<T>;
template <class T>
concept Real = Exact<T> || Float<T>;
template <class T>
concept Lane = Real<T> || Complex<T>;

/// Calls f.template operator()<T>() with the lane type of `lane`.
template <class F>
auto with_lane(DType lane, F&& f) {
  switch (lane) {
#define TIGHTLOOP_DTYPE(id, symbol, name, c, type, ...)             \
  case DType::symbol:                                               \
    if constexpr (Lane<type>) return f.template operator()<type>(); \
    break;
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
  }
  throw Error(ErrorCode::internal, "no lane type of dtype " + std::string(name(lane)));
}

}  // namespace tightloop::ops
