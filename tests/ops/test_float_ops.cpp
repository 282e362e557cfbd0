// Float and complex meanings: special values as C99 Annex F and Python's
// float_divmod have them, selection with NaN and signed zeros, complex arithmetic.
#include <cmath>
#include <complex>
#include <limits>
#include <utility>

#include "catch.hpp"
#include "ops/lanes.hpp"

using namespace tightloop;
using namespace tightloop::ops;

namespace {

template <class T>
constexpr T kInf = std::numeric_limits<T>::infinity();
template <class T>
constexpr T kNan = std::numeric_limits<T>::quiet_NaN();

/// Equal with the sign of zeros, or both NaN.
template <class T>
bool same(T x, T y) {
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  return x == y && std::signbit(x) == std::signbit(y);
}

}  // namespace

template <class T>
void check_special_values_of_the_functions() {
  constexpr T inf = kInf<T>, nan = kNan<T>, zero = 0, pi = static_cast<T>(3.14159265358979323846L);
  struct Case {
    Op op;
    T x, result;
  };
  const Case cases[] = {
      {Op::sqrt, -zero, -zero},     {Op::sqrt, T{-1}, nan},       {Op::sqrt, inf, inf},
      {Op::cbrt, -zero, -zero},     {Op::cbrt, -inf, -inf},       {Op::cbrt, T{-27}, T{-3}},
      {Op::exp, -inf, zero},        {Op::exp, inf, inf},          {Op::exp, -zero, T{1}},
      {Op::exp2, T{10}, T{1024}},   {Op::exp2, -inf, zero},       {Op::expm1, -zero, -zero},
      {Op::expm1, -inf, T{-1}},     {Op::log, zero, -inf},        {Op::log, -zero, -inf},
      {Op::log, T{-1}, nan},        {Op::log, T{1}, zero},        {Op::log2, T{8}, T{3}},
      {Op::log10, T{1000}, T{3}},   {Op::log10, inf, inf},        {Op::log1p, T{-1}, -inf},
      {Op::log1p, -zero, -zero},    {Op::log1p, T{-2}, nan},      {Op::sin, inf, nan},
      {Op::sin, -zero, -zero},      {Op::cos, -inf, nan},         {Op::cos, zero, T{1}},
      {Op::tan, -zero, -zero},      {Op::tan, inf, nan},          {Op::tanh, inf, T{1}},
      {Op::tanh, -zero, -zero},     {Op::erf, -inf, T{-1}},       {Op::erf, -zero, -zero},
      {Op::floor, T{-0.5}, T{-1}},  {Op::floor, -zero, -zero},    {Op::ceil, T{-0.5}, -zero},
      {Op::trunc, T{-1.75}, T{-1}}, {Op::trunc, T{-0.75}, -zero}, {Op::round, T{2.5}, T{2}},
      {Op::round, T{3.5}, T{4}},    {Op::round, T{-0.5}, -zero},  {Op::round, inf, inf},
      {Op::sign, -inf, T{-1}},      {Op::sign, -zero, zero},      {Op::sign, nan, nan},
      {Op::abs, -zero, zero},       {Op::abs, -inf, inf},         {Op::negative, zero, -zero},
      {Op::square, T{-3}, T{9}},    {Op::imag, T{-3}, zero},      {Op::real, -zero, -zero},
  };
  for (const Case& c : cases) {
    INFO(id(c.op) << "(" << c.x << ")");
    CHECK(same(apply<T>(c.op, c.x), c.result));
  }
  for (int i = 0; i < kTableOps; ++i) {
    const auto op = static_cast<Op>(i);
    if (info(op).lowering != Lowering::math || info(op).arity != 1) continue;
    INFO(id(op));
    CHECK(std::isnan(apply<T>(op, nan)));
  }
  CHECK(same(apply<T>(Op::pow, nan, zero), T{1}));
  CHECK(same(apply<T>(Op::pow, T{1}, nan), T{1}));
  CHECK(same(apply<T>(Op::pow, T{-1}, inf), T{1}));
  CHECK(same(apply<T>(Op::pow, -zero, T{-3}), -inf));
  CHECK(same(apply<T>(Op::pow, -zero, T{-2}), inf));
  CHECK(same(apply<T>(Op::pow, T{-8}, T{1} / 3), nan));
  CHECK(same(apply<T>(Op::pow, -inf, T{3}), -inf));
  CHECK(same(apply<T>(Op::atan2, zero, -zero), pi));
  CHECK(same(apply<T>(Op::atan2, -zero, zero), -zero));
  CHECK(same(apply<T>(Op::atan2, inf, -inf), 3 * pi / 4));
  CHECK(same(apply<T>(Op::hypot, inf, nan), inf));
  CHECK(same(apply<T>(Op::hypot, nan, T{1}), nan));
  const T large = std::numeric_limits<T>::max() / 2;
  CHECK(apply<T>(Op::hypot, large, zero) == large);
  CHECK(same(apply<T>(Op::copysign, T{3}, -zero), T{-3}));
  const T eps = std::numeric_limits<T>::epsilon();
  CHECK(apply<T>(Op::fma, 1 + eps, 1 - eps, T{-1}) == -eps * eps);
}

TEST_CASE("ops: special values of the functions") {
  check_special_values_of_the_functions<float>();
  check_special_values_of_the_functions<double>();
}

template <class T>
void check_floored_division_of_floats_is_python() {
  constexpr T inf = kInf<T>, nan = kNan<T>, zero = 0;
  constexpr T tenth = T{1} / 10;  // rounded up, so that nine of them fit in 1
  struct Case {
    T x, y, quotient, remainder;
  };
  const Case cases[] = {
      {T{7}, T{2}, T{3}, T{1}},
      {T{-7}, T{2}, T{-4}, T{1}},
      {T{7}, T{-2}, T{-4}, T{-1}},
      {T{-7}, T{-2}, T{3}, T{-1}},
      {T{6}, T{-3}, T{-2}, -zero},
      {T{-6}, T{3}, T{-2}, zero},
      {zero, T{-3}, -zero, -zero},
      {-zero, T{3}, -zero, zero},
      {T{1}, zero, inf, nan},
      {T{-1}, zero, -inf, nan},
      {zero, zero, nan, nan},
      {T{1}, inf, zero, T{1}},
      {T{-1}, inf, T{-1}, inf},
      {inf, T{2}, nan, nan},
      {nan, T{2}, nan, nan},
      {T{2}, nan, nan, nan},
      {T{1}, tenth, T{9}, std::fmod(T{1}, tenth)},
      {T{-0.25}, T{8}, T{-1}, T{7.75}},
      {T{1}, -zero, -inf, nan},
  };
  for (const Case& c : cases) {
    CAPTURE(c.x, c.y);
    CHECK(same(apply<T>(Op::floor_divide, c.x, c.y), c.quotient));
    CHECK(same(apply<T>(Op::mod, c.x, c.y), c.remainder));
  }
}

TEST_CASE("ops: floored division of floats is Python's") {
  check_floored_division_of_floats_is_python<float>();
  check_floored_division_of_floats_is_python<double>();
}

template <class T>
void check_selection_with_nan_and_signed_zeros() {
  constexpr T inf = kInf<T>, nan = kNan<T>, zero = 0;
  for (auto [x, y] : {std::pair{zero, -zero}, std::pair{-zero, zero}}) {
    CHECK(same(apply<T>(Op::minimum, x, y), -zero));
    CHECK(same(apply<T>(Op::maximum, x, y), zero));
    CHECK(same(apply<T>(Op::fmin, x, y), -zero));
    CHECK(same(apply<T>(Op::fmax, x, y), zero));
  }
  for (auto [x, y] : {std::pair{nan, inf}, std::pair{-inf, nan}, std::pair{nan, nan}}) {
    CHECK(std::isnan(apply<T>(Op::minimum, x, y)));
    CHECK(std::isnan(apply<T>(Op::maximum, x, y)));
    CHECK(!apply<bool>(Op::equal, x, y));
    CHECK(apply<bool>(Op::not_equal, x, y));
    CHECK(!apply<bool>(Op::less, x, y));
    CHECK(!apply<bool>(Op::greater_equal, x, y));
  }
  CHECK(same(apply<T>(Op::fmin, nan, inf), inf));
  CHECK(same(apply<T>(Op::fmax, -inf, nan), -inf));
  CHECK(same(apply<T>(Op::fmax, nan, nan), nan));
  CHECK(same(apply<T>(Op::minimum, T{2}, T{-3}), T{-3}));
  CHECK(same(apply<T>(Op::maximum, T{2}, T{-3}), T{2}));
  CHECK(same(apply<T>(Op::clip, T{5}, T{0}, T{3}), T{3}));
  CHECK(same(apply<T>(Op::clip, T{5}, T{7}, T{3}), T{3}));
  CHECK(same(apply<T>(Op::clip, T{5}, nan, T{3}), nan));
  CHECK(same(apply<T>(Op::where, false, nan, T{3}), T{3}));
  CHECK(same(apply<T>(Op::absdiff, T{-1}, T{2.5}), T{3.5}));
  CHECK(apply<bool>(Op::isnan, nan));
  CHECK(apply<bool>(Op::isinf, -inf));
  CHECK(!apply<bool>(Op::isfinite, inf));
  CHECK(!apply<bool>(Op::isfinite, nan));
  CHECK(apply<bool>(Op::signbit, -zero));
  CHECK(apply<bool>(Op::signbit, std::copysign(nan, T{-1})));
}

TEST_CASE("ops: selection with NaN and signed zeros") {
  check_selection_with_nan_and_signed_zeros<float>();
  check_selection_with_nan_and_signed_zeros<double>();
}

template <class T>
void check_complex_arithmetic() {
  using C = std::complex<T>;
  constexpr T inf = kInf<T>, nan = kNan<T>;
  CHECK(apply<C>(Op::add, C(1, 2), C(3, -5)) == C(4, -3));
  CHECK(apply<C>(Op::subtract, C(1, 2), C(3, -5)) == C(-2, 7));
  CHECK(apply<C>(Op::multiply, C(1, 2), C(3, -5)) == C(13, 1));
  CHECK(apply<C>(Op::square, C(1, 2)) == C(-3, 4));
  CHECK(apply<C>(Op::divide, C(13, 1), C(3, -5)) == C(1, 2));
  CHECK(apply<C>(Op::divide, C(-4, 6), C(0, 2)) == C(3, 2));
  CHECK(apply<C>(Op::negative, C(1, -2)) == C(-1, 2));
  CHECK(apply<C>(Op::conj, C(1, -2)) == C(1, 2));
  CHECK(apply<T>(Op::real, C(1, -2)) == 1);
  CHECK(apply<T>(Op::imag, C(1, -2)) == -2);
  CHECK(apply<T>(Op::abs, C(3, -4)) == 5);
  CHECK(apply<T>(Op::abs, C(-inf, nan)) == inf);
  CHECK(apply<bool>(Op::equal, C(1, 2), C(1, 2)));
  CHECK(!apply<bool>(Op::equal, C(1, nan), C(1, nan)));
  CHECK(apply<bool>(Op::not_equal, C(1, 2), C(1, 3)));
  CHECK(apply<bool>(Op::isnan, C(1, nan)));
  CHECK(apply<bool>(Op::isinf, C(-inf, nan)));
  CHECK(!apply<bool>(Op::isfinite, C(1, inf)));
  CHECK(apply<C>(Op::where, true, C(1, 2), C(3, 4)) == C(1, 2));
  const C over_zero = apply<C>(Op::divide, C(1, 1), C(0, 0));
  CHECK(over_zero == C(inf, inf));
  // Smith's scaling: the plain formula would overflow in |y|^2.
  const T large = std::numeric_limits<T>::max() / 4;
  CHECK(apply<C>(Op::divide, C(large, large), C(large, large)) == C(1, 0));
  // A product recovers no infinities from NaN, and fuses no operations.
  const C product = apply<C>(Op::multiply, C(inf, 0), C(1, 0));
  CHECK(std::isnan(product.imag()));
  const T up = 1 + std::numeric_limits<T>::epsilon();
  CHECK(apply<C>(Op::multiply, C(up, up), C(up, up)).real() == 0);
}

TEST_CASE("ops: complex arithmetic") {
  check_complex_arithmetic<float>();
  check_complex_arithmetic<double>();
}

TEST_CASE("ops: float square is one product, in the lane's precision") {
  CHECK(apply<float>(Op::square, 1e30F) == HUGE_VALF);
  CHECK(apply<float>(Op::multiply, 0.1F, 0.1F) == 0.1F * 0.1F);
  CHECK(apply<double>(Op::divide, 1.0, 3.0) == 1.0 / 3.0);
}
