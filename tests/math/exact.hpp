// The oracle of the math leaves: MPFR at 160 bits, and errors in units in the last place.
#pragma once

#include <mpfr.h>

#include <cmath>
#include <limits>

#include "tightloop/op.hpp"

namespace tightloop::math {

class Exact {
 public:
  Exact() { mpfr_inits2(160, x_, y_, r_, static_cast<mpfr_ptr>(nullptr)); }
  ~Exact() { mpfr_clears(x_, y_, r_, static_cast<mpfr_ptr>(nullptr)); }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;

  /// Returns |got - op(x, y)| in units in the last place of T at the exact value; 0 where both are
  /// NaN or the same infinity, inf where only one is NaN. An infinity counts as 2^(max exponent).
  template <class T>
  double ulps(Op op, T x, T y, T got) {
    mpfr_set_d(x_, static_cast<double>(x), MPFR_RNDN);
    mpfr_set_d(y_, static_cast<double>(y), MPFR_RNDN);
    compute(op);
    if (mpfr_nan_p(r_) != 0 || std::isnan(got)) {
      return (mpfr_nan_p(r_) != 0) == std::isnan(got) ? 0 : HUGE_VAL;
    }
    using L = std::numeric_limits<T>;
    const int sign = std::signbit(got) ? -1 : 1;
    if (std::isinf(got) && mpfr_cmp_si_2exp(r_, sign, L::max_exponent) * sign >= 0) return 0;
    if (mpfr_inf_p(r_) != 0) return HUGE_VAL;
    const long top = mpfr_zero_p(r_) != 0 ? L::min_exponent : mpfr_get_exp(r_);
    const long last = (top < L::min_exponent ? L::min_exponent : top) - L::digits;
    if (std::isinf(got)) {
      mpfr_set_si_2exp(x_, sign, L::max_exponent, MPFR_RNDN);
    } else {
      mpfr_set_d(x_, static_cast<double>(got), MPFR_RNDN);
    }
    mpfr_sub(x_, x_, r_, MPFR_RNDN);
    mpfr_mul_2si(x_, x_, -last, MPFR_RNDN);
    return std::fabs(mpfr_get_d(x_, MPFR_RNDN));
  }

 private:
  void compute(Op op) {
    switch (op) {
      case Op::pow: mpfr_pow(r_, x_, y_, MPFR_RNDN); break;
      case Op::cbrt: mpfr_cbrt(r_, x_, MPFR_RNDN); break;
      case Op::exp: mpfr_exp(r_, x_, MPFR_RNDN); break;
      case Op::exp10: mpfr_exp10(r_, x_, MPFR_RNDN); break;
      case Op::logaddexp: log_of_sum(mpfr_exp, mpfr_log); break;
      case Op::logaddexp2: log_of_sum(mpfr_exp2, mpfr_log2); break;
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
      default: mpfr_set_nan(r_); break;
    }
  }

  using Function = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
  /// max + log(1 + exp(min - max)) to any base.
  void log_of_sum(Function exp, Function log) {
    if (mpfr_nan_p(x_) != 0 || mpfr_nan_p(y_) != 0) return mpfr_set_nan(r_);
    if (mpfr_cmp(x_, y_) < 0) mpfr_swap(x_, y_);
    if (mpfr_inf_p(x_) != 0 || mpfr_inf_p(y_) != 0) {
      mpfr_set(r_, x_, MPFR_RNDN);
      return;
    }
    mpfr_t sum;
    mpfr_init2(sum, 4000);  // enough for the sum of the smallest and the largest terms that matter
    mpfr_sub(sum, y_, x_, MPFR_RNDN);
    exp(sum, sum, MPFR_RNDN);
    mpfr_add_ui(sum, sum, 1, MPFR_RNDN);
    log(sum, sum, MPFR_RNDN);
    mpfr_add(r_, sum, x_, MPFR_RNDN);
    mpfr_clear(sum);
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
