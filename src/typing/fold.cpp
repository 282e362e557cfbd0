// Constant folding in the lanes that a kernel would use: integers modulo 2^n, float32 and float64
// with one rounding per operation, functions through libm in double.
#include "typing/fold.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

#include "ops/complex_functions.hpp"
#include "ops/real_functions.hpp"
#include "typing/promotion.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {
namespace {

/// Adds the sign of y where a remainder of fmod has the other one; a zero takes the sign of y.
template <class T>
T python_mod(T x, T y) {
  T r = std::fmod(x, y);
  if (r != 0) {
    if ((r < 0) != (y < 0)) r += y;
    return r;
  }
  return std::isnan(r) ? r : std::copysign(T{0}, y);
}

/// The quotient of float_divmod in Python: one less where the remainder took the sign of y.
template <class T>
T python_floor_divide(T x, T y) {
  if (y == 0) return x / y;
  const T remainder = std::fmod(x, y);
  T q = (x - remainder) / y;
  if (remainder != 0 && (remainder < 0) != (y < 0)) q -= 1;
  if (q == 0) return std::copysign(T{0}, x / y);
  const T below = std::floor(q);
  return q - below > T{0.5} ? below + 1 : below;
}

template <class T>
T lesser(T x, T y, bool skip_nan) {
  if (std::isnan(x)) return skip_nan ? y : x;
  if (std::isnan(y)) return skip_nan ? x : y;
  if (x == y) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

template <class T>
T greater(T x, T y, bool skip_nan) {
  return -lesser(-x, -y, skip_nan);
}

template <class T>
T sign_of(T x) {
  if (x > 0) return 1;
  if (x < 0) return -1;
  return x == 0 ? T{0} : x;
}

template <class T>
using Wider = std::conditional_t<std::is_same_v<T, float>, double, long double>;

#define TIGHTLOOP_WIDE_1 static_cast<Wider<T>>(x[0])
#define TIGHTLOOP_WIDE_2 TIGHTLOOP_WIDE_1, static_cast<Wider<T>>(x[1])
#define TIGHTLOOP_FUNCTION_instr(id, arity)
#define TIGHTLOOP_FUNCTION_composed(id, arity)
#define TIGHTLOOP_FUNCTION_math(id, arity) \
  if (op == Op::id) return static_cast<T>(real::id(TIGHTLOOP_WIDE_##arity));
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  TIGHTLOOP_FUNCTION_##lowering(id, arity)

/// The row's function in the next wider type, rounded once.
template <class T>
std::optional<T> function_of(Op op, const T* x) {
#include "tightloop/ops.def"
  return std::nullopt;
}
#undef TIGHTLOOP_OP
#undef TIGHTLOOP_FUNCTION_math
#undef TIGHTLOOP_FUNCTION_composed
#undef TIGHTLOOP_FUNCTION_instr
#undef TIGHTLOOP_WIDE_2
#undef TIGHTLOOP_WIDE_1

template <class T>
std::optional<T> fold_real(Op op, const T* x) {
  switch (op) {
    case Op::add: return x[0] + x[1];
    case Op::subtract: return x[0] - x[1];
    case Op::multiply: return x[0] * x[1];
    case Op::divide: return x[0] / x[1];
    case Op::floor_divide: return python_floor_divide(x[0], x[1]);
    case Op::mod: return python_mod(x[0], x[1]);
    case Op::fmod: return std::fmod(x[0], x[1]);
    case Op::negative: return -x[0];
    case Op::absdiff: return std::abs(x[0] - x[1]);
    case Op::fma: return std::fma(x[0], x[1], x[2]);
    case Op::abs: return std::abs(x[0]);
    case Op::sign: return sign_of(x[0]);
    case Op::square: return x[0] * x[0];
    case Op::floor: return std::floor(x[0]);
    case Op::ceil: return std::ceil(x[0]);
    case Op::trunc: return std::trunc(x[0]);
    case Op::round: return std::nearbyint(x[0]);
    case Op::minimum: return lesser(x[0], x[1], false);
    case Op::maximum: return greater(x[0], x[1], false);
    case Op::fmin: return lesser(x[0], x[1], true);
    case Op::fmax: return greater(x[0], x[1], true);
    case Op::clip: return lesser(greater(x[0], x[1], false), x[2], false);
    case Op::copysign: return std::copysign(x[0], x[1]);
    case Op::sqrt: return std::sqrt(x[0]);
    default: break;
  }
  return function_of(op, x);
}

template <class T>
std::complex<T> multiply(std::complex<T> x, std::complex<T> y) {
  return {x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real()};
}

template <class T>
std::optional<std::complex<T>> complex_function_of(Op op, const std::complex<T>* x) {
  using Wide = std::complex<Wider<T>>;
#define TIGHTLOOP_WIDE_1 Wide(x[0])
#define TIGHTLOOP_WIDE_2 Wide(x[0]), Wide(x[1])
#define TIGHTLOOP_COMPLEX_FUNCTION(id, arity) \
  if (op == Op::id) return std::complex<T>(complex_valued::id(TIGHTLOOP_WIDE_##arity));
#include "ops/complex_functions.def"
#undef TIGHTLOOP_COMPLEX_FUNCTION
#undef TIGHTLOOP_WIDE_2
#undef TIGHTLOOP_WIDE_1
  return std::nullopt;
}

template <class T>
std::optional<std::complex<T>> fold_complex(Op op, const std::complex<T>* x) {
  switch (op) {
    case Op::add: return x[0] + x[1];
    case Op::subtract: return x[0] - x[1];
    case Op::multiply: return multiply(x[0], x[1]);
    case Op::divide: return complex_valued::quotient(x[0], x[1]);
    case Op::negative: return -x[0];
    case Op::square: return multiply(x[0], x[0]);
    case Op::conj: return std::conj(x[0]);
    default: return complex_function_of(op, x);
  }
}

int width_of(DType t) {
  return 8 * static_cast<int>(itemsize(t));
}

int128 floor_div(int128 a, int128 b) {
  if (b == 0) return 0;
  const int128 q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

/// Exponentiation by squaring modulo 2^64; a negative exponent as the contract says.
int128 power(int128 base, int128 exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? ((exponent & 1) != 0 ? -1 : 1) : 0;
  }
  std::uint64_t r = 1;
  auto b = static_cast<std::uint64_t>(base);
  for (auto e = static_cast<std::uint64_t>(exponent); e != 0; e >>= 1) {
    if ((e & 1) != 0) r *= b;
    b *= b;
  }
  return static_cast<std::int64_t>(r);
}

int128 shift(Op op, DType lane, int128 x, int128 n) {
  const bool past = n < 0 || n >= width_of(lane);
  if (op == Op::shift_right) return past ? (x < 0 ? -1 : 0) : x >> static_cast<int>(n);
  return past ? 0 : x * (static_cast<int128>(1) << static_cast<int>(n));
}

/// Operands are values of 64 bits at most; the result is exact or right modulo 2^64.
std::optional<int128> fold_integer(Op op, DType lane, const int128* x) {
  switch (op) {
    case Op::add: return x[0] + x[1];
    case Op::subtract: return x[0] - x[1];
    case Op::multiply:
      return static_cast<int128>(static_cast<unsigned __int128>(x[0]) *
                                 static_cast<unsigned __int128>(x[1]));
    case Op::square:
      return static_cast<int128>(static_cast<unsigned __int128>(x[0]) *
                                 static_cast<unsigned __int128>(x[0]));
    case Op::floor_divide: return floor_div(x[0], x[1]);
    case Op::mod: return x[1] == 0 ? 0 : x[0] - floor_div(x[0], x[1]) * x[1];
    case Op::popcount: return std::popcount(static_cast<std::uint64_t>(x[0]));
    case Op::pow: return power(x[0], x[1]);
    case Op::negative: return -x[0];
    case Op::absdiff: return x[0] < x[1] ? x[1] - x[0] : x[0] - x[1];
    case Op::bit_and: return x[0] & x[1];
    case Op::bit_or: return x[0] | x[1];
    case Op::bit_xor: return x[0] ^ x[1];
    case Op::invert: return ~x[0];
    case Op::shift_left:
    case Op::shift_right: return shift(op, lane, x[0], x[1]);
    case Op::abs: return x[0] < 0 ? -x[0] : x[0];
    case Op::sign: return x[0] < 0 ? -1 : x[0] > 0 ? 1 : 0;
    case Op::minimum: return std::min(x[0], x[1]);
    case Op::maximum: return std::max(x[0], x[1]);
    case Op::clip: return std::min(std::max(x[0], x[1]), x[2]);
    default: return std::nullopt;
  }
}

template <class T>
std::optional<bool> compare(Op op, T x, T y) {
  switch (op) {
    case Op::equal: return x == y;
    case Op::not_equal: return x != y;
    default: break;
  }
  if constexpr (!is_complex_v<T>) {
    switch (op) {
      case Op::less: return x < y;
      case Op::less_equal: return x <= y;
      case Op::greater: return x > y;
      case Op::greater_equal: return x >= y;
      default: break;
    }
  }
  return std::nullopt;
}

template <class T>
std::optional<bool> classify(Op op, T x) {
  if constexpr (is_complex_v<T>) {
    const auto re = classify(op, x.real()), im = classify(op, x.imag());
    if (!re || !im) return std::nullopt;
    return op == Op::isfinite ? *re && *im : *re || *im;
  } else if constexpr (std::is_floating_point_v<T>) {
    switch (op) {
      case Op::isnan: return std::isnan(x);
      case Op::isinf: return std::isinf(x);
      case Op::isfinite: return std::isfinite(x);
      case Op::signbit: return std::signbit(x);
      default: return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
}

/// Folds the operations with bool results.
std::optional<bool> fold_truth(Op op, std::span<const Scalar> x) {
  switch (op) {
    case Op::logical_and: return x[0].as<bool>() && x[1].as<bool>();
    case Op::logical_or: return x[0].as<bool>() || x[1].as<bool>();
    case Op::logical_xor: return x[0].as<bool>() != x[1].as<bool>();
    case Op::logical_not: return !x[0].as<bool>();
    default: break;
  }
  return visit_scalar(x[0], [&](auto v) -> std::optional<bool> {
    using T = decltype(v);
    if (x.size() == 2) return compare(op, v, x[1].as<T>());
    return classify(op, v);
  });
}

template <class T, class F>
std::optional<Scalar> with_operands(std::span<const Scalar> x, F f) {
  T v[3] = {};
  for (std::size_t i = 0; i < x.size(); ++i) v[i] = x[i].as<T>();
  const auto r = f(v);
  if (!r) return std::nullopt;
  return Scalar::of(*r);
}

/// Folds what is computed in the lanes of its operands.
std::optional<Scalar> fold_arithmetic(Op op, DType lane, std::span<const Scalar> x) {
  switch (x[0].dtype) {
    case DType::float32:
      return with_operands<float>(x, [&](const float* v) { return fold_real(op, v); });
    case DType::float64:
      return with_operands<double>(x, [&](const double* v) { return fold_real(op, v); });
    case DType::complex64:
      return with_operands<std::complex<float>>(
          x, [&](const std::complex<float>* v) { return fold_complex(op, v); });
    case DType::complex128:
      return with_operands<std::complex<double>>(
          x, [&](const std::complex<double>* v) { return fold_complex(op, v); });
    default: break;
  }
  int128 v[3] = {};
  for (std::size_t i = 0; i < x.size(); ++i) v[i] = integer_value(x[i]);
  const auto r = fold_integer(op, lane, v);
  if (!r) return std::nullopt;
  return make_integer(lane, *r);
}

/// The same bits; not of half types, whose constants are held in float32.
std::optional<Scalar> same_bits(const Scalar& x, DType to) {
  if (itemsize(x.dtype) != itemsize(to) || is_half(to)) return std::nullopt;
  Scalar result = x;
  result.dtype = to;
  return result;
}

/// Real results of complex operands.
std::optional<Scalar> fold_component(Op op, const Scalar& x) {
  return visit_scalar(x, [&](auto z) -> std::optional<Scalar> {
    if constexpr (is_complex_v<decltype(z)>) {
      if (op == Op::real) return Scalar::of(z.real());
      if (op == Op::imag) return Scalar::of(z.imag());
      return Scalar::of(std::hypot(z.real(), z.imag()));
    } else {
      return std::nullopt;
    }
  });
}

}  // namespace

std::optional<Scalar> fold(const ir::TypedNode& node, std::span<const Scalar> x) {
  if (x.empty() || is_reduction(node.op)) return std::nullopt;
  const DType lane = ir::lane_of(node.dtype);
  switch (node.op) {
    case Op::view:
    case Op::align:
    case Op::extent: return std::nullopt;
    case Op::cast: return convert_scalar(x[0], node.dtype);
    case Op::round_half: return round_scalar(x[0], node.dtype);
    case Op::saturate: return saturate_scalar(x[0], node.dtype);
    case Op::bitcast: return same_bits(x[0], node.dtype);
    case Op::where: return x[0].as<bool>() ? x[1] : x[2];
    case Op::make_complex:
      if (x[0].dtype == DType::float32) {
        return Scalar::of(std::complex<float>(x[0].as<float>(), x[1].as<float>()));
      }
      return Scalar::of(std::complex<double>(x[0].as<double>(), x[1].as<double>()));
    case Op::real:
    case Op::imag: return fold_component(node.op, x[0]);
    case Op::abs:
      if (is_complex(x[0].dtype)) return fold_component(node.op, x[0]);
      break;
    default: break;
  }
  if (is_bool(lane)) {
    const auto truth = fold_truth(node.op, x);
    if (!truth) return std::nullopt;
    return Scalar::of(*truth);
  }
  return fold_arithmetic(node.op, lane, x);
}

}  // namespace tightloop::typing
