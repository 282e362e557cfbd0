// The meaning of every element-wise row of the op table, for every lane type that it has one for:
// the definition that all back ends are tested against. Operands and results are lane values;
// ir/typed_graph.hpp says which lanes an operation meets.
#pragma once

#include <bit>
#include <cmath>
#include <complex>
#include <limits>
#include <type_traits>

#include "ops/complex_arithmetic.hpp"
#include "ops/complex_functions.hpp"
#include "ops/float_arithmetic.hpp"
#include "ops/integer_arithmetic.hpp"
#include "ops/lane_types.hpp"
#include "ops/real_functions.hpp"

namespace tightloop::ops::meaning {

template <Integer T>
using Magnitude = std::make_unsigned_t<T>;

// Arithmetic. Bools are cast to integers before it.
// clang-format off
template <Integer T> T add(T x, T y) { return wrap<T>(modular(x) + modular(y)); }
template <Float T>   T add(T x, T y) { return x + y; }
template <Complex T> T add(T x, T y) { return {x.real() + y.real(), x.imag() + y.imag()}; }

template <Integer T> T subtract(T x, T y) { return wrap<T>(modular(x) - modular(y)); }
template <Float T>   T subtract(T x, T y) { return x - y; }
template <Complex T> T subtract(T x, T y) { return {x.real() - y.real(), x.imag() - y.imag()}; }

template <Integer T> T multiply(T x, T y) { return wrap<T>(modular(x) * modular(y)); }
template <Float T>   T multiply(T x, T y) { return x * y; }
template <Complex T> T multiply(T x, T y) { return complex_product(x, y); }

template <Float T>   T divide(T x, T y) { return x / y; }
template <Complex T> T divide(T x, T y) { return complex_quotient(x, y); }

template <Integer T> T floor_divide(T x, T y) { return floored_quotient(x, y); }
template <Float T>   T floor_divide(T x, T y) { return floored_quotient(x, y); }
template <Integer T> T mod(T x, T y) { return floored_remainder(x, y); }
template <Float T>   T mod(T x, T y) { return floored_remainder(x, y); }
template <Float T>   T fmod(T x, T y) { return exact_fmod(x, y); }

template <Integer T> T pow(T x, T y) { return integer_power(x, y); }

template <Integer T> T negative(T x) { return wrap<T>(0 - modular(x)); }
template <Float T>   T negative(T x) { return -x; }
template <Complex T> T negative(T x) { return {-x.real(), -x.imag()}; }
template <Lane T>    T positive(T x) { return x; }

template <Integer T> Magnitude<T> absdiff(T x, T y) { return distance(x, y); }
template <Float T>   T absdiff(T x, T y) { return std::fabs(x - y); }

template <Integer T> T fma(T x, T y, T z) { return wrap<T>(modular(x) * modular(y) + modular(z)); }
template <Float T>   T fma(T x, T y, T z) { return std::fma(x, y, z); }

template <Integer T> T square(T x) { return multiply(x, x); }
template <Float T>   T square(T x) { return x * x; }
template <Complex T> T square(T x) { return complex_product(x, x); }

// Comparison, logic, bits. Bools order as 0 and 1.
template <Real T> bool less(T x, T y) { return x < y; }
template <Real T> bool less_equal(T x, T y) { return x <= y; }
template <Real T> bool greater(T x, T y) { return x > y; }
template <Real T> bool greater_equal(T x, T y) { return x >= y; }
template <Lane T> bool equal(T x, T y) { return x == y; }
template <Lane T> bool not_equal(T x, T y) { return !(x == y); }

template <Bool T> bool logical_and(T x, T y) { return x && y; }
template <Bool T> bool logical_or(T x, T y) { return x || y; }
template <Bool T> bool logical_xor(T x, T y) { return x != y; }
template <Bool T> bool logical_not(T x) { return !x; }

template <Exact T>   T bit_and(T x, T y) { return static_cast<T>(x & y); }
template <Exact T>   T bit_or(T x, T y) { return static_cast<T>(x | y); }
template <Exact T>   T bit_xor(T x, T y) { return static_cast<T>(x ^ y); }
template <Integer T> T invert(T x) { return static_cast<T>(~x); }
template <Bool T>    T invert(T x) { return !x; }
template <Unsigned T> T popcount(T x) { return static_cast<T>(std::popcount(x)); }
template <Integer T> T shift_left(T x, T y) { return shifted_left(x, y); }
template <Integer T> T shift_right(T x, T y) { return shifted_right(x, y); }

// Parts and rounding
template <Integer T> Magnitude<T> abs(T x) { return magnitude(x); }
template <Float T>   T abs(T x) { return std::fabs(x); }
template <Bool T>    T abs(T x) { return x; }
template <Complex T> auto abs(T x) { return rounded<typename T::value_type>([](auto a, auto b) { return std::hypot(a, b); }, x.real(), x.imag()); }

template <Integer T> T sign(T x) { return static_cast<T>((x > 0) - (x < 0)); }
template <Float T>   T sign(T x) { return is_nan(x) ? x : static_cast<T>((x > 0) - (x < 0)); }
template <Bool T>    T sign(T x) { return x; }

template <Exact T> T floor(T x) { return x; }
template <Float T> T floor(T x) { return std::floor(x); }
template <Exact T> T ceil(T x) { return x; }
template <Float T> T ceil(T x) { return std::ceil(x); }
template <Exact T> T trunc(T x) { return x; }
template <Float T> T trunc(T x) { return std::trunc(x); }
template <Exact T> T round(T x) { return x; }
template <Float T> T round(T x) { return std::nearbyint(x); }

template <Exact T> T minimum(T x, T y) { return y < x ? y : x; }
template <Float T> T minimum(T x, T y) { return is_nan(x) || is_nan(y) ? quiet_nan<T>() : lesser(x, y); }
template <Exact T> T maximum(T x, T y) { return x < y ? y : x; }
template <Float T> T maximum(T x, T y) { return is_nan(x) || is_nan(y) ? quiet_nan<T>() : greater_of(x, y); }
template <Exact T> T fmin(T x, T y) { return minimum(x, y); }
template <Float T> T fmin(T x, T y) { return is_nan(x) ? y : is_nan(y) ? x : lesser(x, y); }
template <Exact T> T fmax(T x, T y) { return maximum(x, y); }
template <Float T> T fmax(T x, T y) { return is_nan(x) ? y : is_nan(y) ? x : greater_of(x, y); }
template <Real T>  T clip(T x, T lo, T hi) { return minimum(maximum(x, lo), hi); }
template <Lane T>  T where(bool condition, T x, T y) { return condition ? x : y; }
template <Float T> T copysign(T x, T y) { return std::copysign(x, y); }

template <Exact T>   bool isnan(T) { return false; }
template <Float T>   bool isnan(T x) { return is_nan(x); }
template <Complex T> bool isnan(T x) { return is_nan(x.real()) || is_nan(x.imag()); }
template <Exact T>   bool isinf(T) { return false; }
template <Float T>   bool isinf(T x) { return std::isinf(x); }
template <Complex T> bool isinf(T x) { return std::isinf(x.real()) || std::isinf(x.imag()); }
template <Exact T>   bool isfinite(T) { return true; }
template <Float T>   bool isfinite(T x) { return std::isfinite(x); }
template <Complex T> bool isfinite(T x) { return std::isfinite(x.real()) && std::isfinite(x.imag()); }
template <Exact T>   bool signbit(T x) { return x < T{}; }
template <Float T>   bool signbit(T x) { return std::signbit(x); }

template <Real T>    T real(T x) { return x; }
template <Complex T> auto real(T x) { return x.real(); }
template <Real T>    T imag(T) { return T{}; }
template <Complex T> auto imag(T x) { return x.imag(); }
template <Real T>    T conj(T x) { return x; }
template <Complex T> T conj(T x) { return {x.real(), -x.imag()}; }

template <Float T>   auto make_complex(T re, T im) { return std::complex<T>(re, im); }

template <Float T> T sqrt(T x) { return std::sqrt(x); }
// clang-format on

// Functions of float lanes, computed in the next wider type and rounded once.
#define TIGHTLOOP_MEANING_1(id)                               \
  template <Float T>                                          \
  T id(T x) {                                                 \
    return rounded<T>([](auto a) { return real::id(a); }, x); \
  }
#define TIGHTLOOP_MEANING_2(id)                                             \
  template <Float T>                                                        \
  T id(T x, T y) {                                                          \
    return rounded<T>([](auto a, auto b) { return real::id(a, b); }, x, y); \
  }
#define TIGHTLOOP_MEANING_instr(id, arity)
#define TIGHTLOOP_MEANING_composed(id, arity)
#define TIGHTLOOP_MEANING_math(id, arity) TIGHTLOOP_MEANING_##arity(id)
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  TIGHTLOOP_MEANING_##lowering(id, arity)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef TIGHTLOOP_MEANING_math
#undef TIGHTLOOP_MEANING_composed
#undef TIGHTLOOP_MEANING_instr
#undef TIGHTLOOP_MEANING_2
#undef TIGHTLOOP_MEANING_1

// Functions of complex lanes, in the same way.
#define TIGHTLOOP_MEANING_1(id)                                                   \
  template <Complex T>                                                            \
  T id(T x) {                                                                     \
    return T(complex_valued::id(std::complex<Wider<typename T::value_type>>(x))); \
  }
#define TIGHTLOOP_MEANING_2(id)                               \
  template <Complex T>                                        \
  T id(T x, T y) {                                            \
    using Wide = std::complex<Wider<typename T::value_type>>; \
    return T(complex_valued::id(Wide(x), Wide(y)));           \
  }
#define TIGHTLOOP_COMPLEX_FUNCTION(id, arity) TIGHTLOOP_MEANING_##arity(id)
#include "ops/complex_functions.def"
#undef TIGHTLOOP_COMPLEX_FUNCTION
#undef TIGHTLOOP_MEANING_2
#undef TIGHTLOOP_MEANING_1

}  // namespace tightloop::ops::meaning
