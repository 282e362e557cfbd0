// The oracle of the math leaves: MPFR at 160 bits, and errors in units in the last place.
#pragma once

#include <mpfr.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tightloop/op.hpp"

namespace tightloop::math {

/// A binary format: bits of the significand, exponents as in std::numeric_limits.
struct Format {
  int digits, min_exponent, max_exponent;
};
template <class T>
inline constexpr Format format_of{std::numeric_limits<T>::digits,
                                  std::numeric_limits<T>::min_exponent,
                                  std::numeric_limits<T>::max_exponent};

class Exact {
 public:
  Exact() { mpfr_inits2(160, x_, y_, r_, static_cast<mpfr_ptr>(nullptr)); }
  ~Exact() { mpfr_clears(x_, y_, r_, static_cast<mpfr_ptr>(nullptr)); }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;

  /// Returns |got - op(x, y)| in units in the last place of the format at the exact value; 0 where
  /// both are NaN or the same infinity, inf where only one is NaN. An infinity counts as
  /// 2^(max exponent). Sums of exponentials are measured in units of the larger of the result and
  /// the larger operand: a logarithm near 0 of a sum is a difference of rounded numbers.
  double ulps(Op op, double x, double y, double got, const Format& f) {
    mpfr_set_d(x_, x, MPFR_RNDN);
    mpfr_set_d(y_, y, MPFR_RNDN);
    compute(op);
    if (mpfr_nan_p(r_) != 0 || std::isnan(got)) {
      return (mpfr_nan_p(r_) != 0) == std::isnan(got) ? 0 : HUGE_VAL;
    }
    const int sign = std::signbit(got) ? -1 : 1;
    if (std::isinf(got) && mpfr_cmp_si_2exp(r_, sign, f.max_exponent) * sign >= 0) return 0;
    if (mpfr_inf_p(r_) != 0) return HUGE_VAL;
    long top = mpfr_zero_p(r_) != 0 ? f.min_exponent : mpfr_get_exp(r_);
    if (const double larger = std::fabs(std::fmax(x, y)); is_log_sum(op) && larger > 0) {
      top = std::max<long>(top, std::ilogb(larger) + 1);
    }
    const long last = (top < f.min_exponent ? f.min_exponent : top) - f.digits;
    if (std::isinf(got)) {
      mpfr_set_si_2exp(x_, sign, f.max_exponent, MPFR_RNDN);
    } else {
      mpfr_set_d(x_, got, MPFR_RNDN);
    }
    mpfr_sub(x_, x_, r_, MPFR_RNDN);
    mpfr_mul_2si(x_, x_, -last, MPFR_RNDN);
    return std::fabs(mpfr_get_d(x_, MPFR_RNDN));
  }
  template <class T>
  double ulps(Op op, T x, T y, T got) {
    return ulps(op, x, y, got, format_of<T>);
  }

  static bool is_log_sum(Op op) { return op == Op::logaddexp || op == Op::logaddexp2; }

  /// True for the ops that compute() has.
  static bool knows(Op op) {
    Exact exact;
    return exact.compute(op);
  }

 private:
  /// Sets r_ to op(x_, y_); false for ops that it does not have.
  bool compute(Op op) {
    switch (op) {
      case Op::pow: mpfr_pow(r_, x_, y_, MPFR_RNDN); break;
      case Op::cbrt: mpfr_cbrt(r_, x_, MPFR_RNDN); break;
      case Op::exp: mpfr_exp(r_, x_, MPFR_RNDN); break;
      case Op::exp10: mpfr_exp10(r_, x_, MPFR_RNDN); break;
      case Op::logaddexp: log_of_sum(0); break;
      case Op::logaddexp2: log_of_sum(2); break;
      case Op::asin: mpfr_asin(r_, x_, MPFR_RNDN); break;
      case Op::acos: mpfr_acos(r_, x_, MPFR_RNDN); break;
      case Op::atan: mpfr_atan(r_, x_, MPFR_RNDN); break;
      case Op::sinh: mpfr_sinh(r_, x_, MPFR_RNDN); break;
      case Op::cosh: mpfr_cosh(r_, x_, MPFR_RNDN); break;
      case Op::asinh: mpfr_asinh(r_, x_, MPFR_RNDN); break;
      case Op::acosh: mpfr_acosh(r_, x_, MPFR_RNDN); break;
      case Op::atanh: mpfr_atanh(r_, x_, MPFR_RNDN); break;
      case Op::erfc: mpfr_erfc(r_, x_, MPFR_RNDN); break;
      case Op::tgamma: mpfr_gamma(r_, x_, MPFR_RNDN); break;
      case Op::lgamma: log_of_gamma(); break;
      case Op::gelu: gelu(); break;
      case Op::exp2: mpfr_exp2(r_, x_, MPFR_RNDN); break;
      case Op::expm1: mpfr_expm1(r_, x_, MPFR_RNDN); break;
      case Op::log: mpfr_log(r_, x_, MPFR_RNDN); break;
      case Op::log2: mpfr_log2(r_, x_, MPFR_RNDN); break;
      case Op::log10: mpfr_log10(r_, x_, MPFR_RNDN); break;
      case Op::log1p: mpfr_log1p(r_, x_, MPFR_RNDN); break;
      case Op::sin: mpfr_sin(r_, x_, MPFR_RNDN); break;
      case Op::cos: mpfr_cos(r_, x_, MPFR_RNDN); break;
      case Op::tan: mpfr_tan(r_, x_, MPFR_RNDN); break;
      case Op::tanh: mpfr_tanh(r_, x_, MPFR_RNDN); break;
      case Op::erf: mpfr_erf(r_, x_, MPFR_RNDN); break;
      case Op::atan2: mpfr_atan2(r_, x_, y_, MPFR_RNDN); break;
      case Op::hypot: mpfr_hypot(r_, x_, y_, MPFR_RNDN); break;
      case Op::sqrt: mpfr_sqrt(r_, x_, MPFR_RNDN); break;
      case Op::rsqrt: rsqrt(); break;
      case Op::reciprocal: mpfr_ui_div(r_, 1, x_, MPFR_RNDN); break;
      case Op::square: mpfr_sqr(r_, x_, MPFR_RNDN); break;
      case Op::sinc: sinc(); break;
      case Op::sigmoid: sigmoid(); break;
      case Op::deg2rad: scaled_by_pi(1, 180); break;
      case Op::rad2deg: scaled_by_pi(-1, 180); break;
      case Op::angle:
        mpfr_set_zero(y_, 1);
        mpfr_atan2(r_, y_, x_, MPFR_RNDN);
        break;
      default: mpfr_set_nan(r_); return false;
    }
    return true;
  }

  /// max + log1p(exp(min - max)), divided by log 2 and of exp2 for base 2.
  void log_of_sum(int base) {
    if (mpfr_nan_p(x_) != 0 || mpfr_nan_p(y_) != 0) return mpfr_set_nan(r_);
    if (mpfr_cmp(x_, y_) < 0) mpfr_swap(x_, y_);
    if (mpfr_inf_p(x_) != 0 || mpfr_inf_p(y_) != 0) {
      mpfr_set(r_, x_, MPFR_RNDN);
      return;
    }
    mpfr_sub(y_, y_, x_, MPFR_RNDN);
    base == 2 ? mpfr_exp2(y_, y_, MPFR_RNDN) : mpfr_exp(y_, y_, MPFR_RNDN);
    mpfr_log1p(y_, y_, MPFR_RNDN);
    if (base == 2) {
      mpfr_const_log2(r_, MPFR_RNDN);
      mpfr_div(y_, y_, r_, MPFR_RNDN);
    }
    mpfr_add(r_, y_, x_, MPFR_RNDN);
  }
  void rsqrt() {
    // mpfr_rec_sqrt has +inf at -0, where IEEE division has -inf.
    mpfr_sqrt(r_, x_, MPFR_RNDN);
    mpfr_ui_div(r_, 1, r_, MPFR_RNDN);
  }
  /// sin(pi x) / (pi x), with x reduced modulo 2 exactly.
  void sinc() {
    if (mpfr_zero_p(x_) != 0) {
      mpfr_set_ui(r_, 1, MPFR_RNDN);
      return;
    }
    mpfr_set_ui(y_, 2, MPFR_RNDN);
    mpfr_fmod(y_, x_, y_, MPFR_RNDN);
    const bool integer = mpfr_integer_p(x_) != 0;
    mpfr_const_pi(r_, MPFR_RNDN);
    mpfr_mul(y_, y_, r_, MPFR_RNDN);
    mpfr_mul(x_, x_, r_, MPFR_RNDN);
    mpfr_sin(y_, y_, MPFR_RNDN);
    mpfr_div(r_, y_, x_, MPFR_RNDN);
    if (integer) mpfr_set_zero(r_, 1);
  }
  void sigmoid() {
    mpfr_neg(r_, x_, MPFR_RNDN);
    mpfr_exp(r_, r_, MPFR_RNDN);
    mpfr_add_ui(r_, r_, 1, MPFR_RNDN);
    mpfr_ui_div(r_, 1, r_, MPFR_RNDN);
  }
  /// x times (pi / divisor)^power.
  void scaled_by_pi(int power, unsigned long divisor) {
    mpfr_const_pi(r_, MPFR_RNDN);
    mpfr_div_ui(r_, r_, divisor, MPFR_RNDN);
    power > 0 ? mpfr_mul(r_, x_, r_, MPFR_RNDN) : mpfr_div(r_, x_, r_, MPFR_RNDN);
  }
  void log_of_gamma() {
    int sign = 0;
    mpfr_lgamma(r_, &sign, x_, MPFR_RNDN);
  }
  /// x erfc(-x / sqrt(2)) / 2, with the argument held to far more bits than erfc loses.
  void gelu() {
    if (mpfr_inf_p(x_) != 0 && mpfr_sgn(x_) < 0) {
      mpfr_set_zero(r_, -1);
      return;
    }
    mpfr_t z;
    mpfr_init2(z, 400);
    mpfr_set_d(z, 0.5, MPFR_RNDN);
    mpfr_sqrt(z, z, MPFR_RNDN);
    mpfr_mul(z, z, x_, MPFR_RNDN);
    mpfr_neg(z, z, MPFR_RNDN);
    mpfr_erfc(z, z, MPFR_RNDN);
    mpfr_mul(r_, z, x_, MPFR_RNDN);
    mpfr_div_2ui(r_, r_, 1, MPFR_RNDN);
    mpfr_clear(z);
  }

  mpfr_t x_, y_, r_;
};

}  // namespace tightloop::math
