// The oracle of the functions of complex operands: MPC, with enough bits for what cancels.
#pragma once

#include <mpc.h>

#include <cmath>
#include <complex>
#include <limits>

#include "tightloop/op.hpp"

namespace tightloop::math {

class ExactComplex {
 public:
  ExactComplex() {
    mpc_init2(x_, 53);
    mpc_init2(y_, 53);
    mpc_init2(r_, 400);
    mpfr_inits2(2400, a_, b_, static_cast<mpfr_ptr>(nullptr));
    mpc_init2(sum_, 2400);
  }
  ~ExactComplex() {
    mpc_clear(x_);
    mpc_clear(y_);
    mpc_clear(r_);
    mpc_clear(sum_);
    mpfr_clears(a_, b_, static_cast<mpfr_ptr>(nullptr));
  }
  ExactComplex(const ExactComplex&) = delete;
  ExactComplex& operator=(const ExactComplex&) = delete;

  /// Computes op(x, y); the parts stay until the next call.
  template <class T>
  void compute(Op op, std::complex<T> x, std::complex<T> y) {
    mpc_set_d_d(x_, static_cast<double>(x.real()), static_cast<double>(x.imag()), MPC_RNDNN);
    mpc_set_d_d(y_, static_cast<double>(y.real()), static_cast<double>(y.imag()), MPC_RNDNN);
    compute(op);
  }

  /// Returns the error of a part in its own ULP; less where it is less than `share` of |result|.
  template <class T>
  double ulps(bool imaginary, T got, double share) {
    mpfr_srcptr exact = imaginary ? mpc_imagref(r_) : mpc_realref(r_);
    using L = std::numeric_limits<T>;
    const double rounded = mpfr_get_d(exact, MPFR_RNDN);
    if (std::isnan(rounded) || std::isnan(got))
      return std::isnan(rounded) == std::isnan(got) ? 0 : HUGE_VAL;
    if (std::isinf(got))
      return std::abs(rounded) > static_cast<double>(L::max()) * 0.999 ? 0 : HUGE_VAL;
    const long top = mpfr_zero_p(exact) != 0 ? L::min_exponent : mpfr_get_exp(exact);
    const long last = (top < L::min_exponent ? L::min_exponent : top) - L::digits;
    mpfr_set_d(a_, static_cast<double>(got), MPFR_RNDN);
    mpfr_sub(a_, a_, exact, MPFR_RNDN);
    mpfr_abs(a_, a_, MPFR_RNDN);
    mpc_abs(b_, r_, MPFR_RNDN);
    mpfr_mul_d(b_, b_, share, MPFR_RNDN);
    if (mpfr_cmp(a_, b_) <= 0) return 0;
    mpfr_mul_2si(a_, a_, -last, MPFR_RNDN);
    return mpfr_get_d(a_, MPFR_RNDN);
  }

 private:
  void compute(Op op) {
    switch (op) {
      case Op::pow: mpc_pow(r_, x_, y_, MPC_RNDNN); break;
      case Op::sqrt: mpc_sqrt(r_, x_, MPC_RNDNN); break;
      case Op::exp: mpc_exp(r_, x_, MPC_RNDNN); break;
      case Op::log: mpc_log(r_, x_, MPC_RNDNN); break;
      case Op::log10: mpc_log10(r_, x_, MPC_RNDNN); break;
      case Op::sin: mpc_sin(r_, x_, MPC_RNDNN); break;
      case Op::cos: mpc_cos(r_, x_, MPC_RNDNN); break;
      case Op::tan: mpc_tan(r_, x_, MPC_RNDNN); break;
      case Op::asin: mpc_asin(r_, x_, MPC_RNDNN); break;
      case Op::acos: mpc_acos(r_, x_, MPC_RNDNN); break;
      case Op::atan: mpc_atan(r_, x_, MPC_RNDNN); break;
      case Op::sinh: mpc_sinh(r_, x_, MPC_RNDNN); break;
      case Op::cosh: mpc_cosh(r_, x_, MPC_RNDNN); break;
      case Op::tanh: mpc_tanh(r_, x_, MPC_RNDNN); break;
      case Op::asinh: mpc_asinh(r_, x_, MPC_RNDNN); break;
      case Op::acosh: mpc_acosh(r_, x_, MPC_RNDNN); break;
      case Op::atanh: mpc_atanh(r_, x_, MPC_RNDNN); break;
      case Op::log2:
        mpc_log(sum_, x_, MPC_RNDNN);
        mpfr_const_log2(a_, MPFR_RNDN);
        mpc_div_fr(r_, sum_, a_, MPC_RNDNN);
        break;
      case Op::log1p: log1p(); break;
      case Op::expm1:
        mpc_exp(sum_, x_, MPC_RNDNN);
        mpc_sub_ui(r_, sum_, 1, MPC_RNDNN);
        break;
      case Op::sign:
        mpc_abs(a_, x_, MPFR_RNDN);
        mpc_div_fr(r_, x_, a_, MPC_RNDNN);
        break;
      default: mpc_set_nan(r_); break;
    }
  }

  /// log|1 + z|, as log1p(2x + x^2 + y^2) / 2, and the angle of 1 + z.
  void log1p() {
    mpfr_srcptr x = mpc_realref(x_), y = mpc_imagref(x_);
    mpfr_sqr(a_, x, MPFR_RNDN);
    mpfr_sqr(b_, y, MPFR_RNDN);
    mpfr_add(a_, a_, b_, MPFR_RNDN);
    mpfr_mul_2ui(b_, x, 1, MPFR_RNDN);
    mpfr_add(a_, a_, b_, MPFR_RNDN);
    mpfr_log1p(a_, a_, MPFR_RNDN);
    mpfr_div_2ui(mpc_realref(r_), a_, 1, MPFR_RNDN);
    mpfr_add_ui(b_, x, 1, MPFR_RNDN);
    mpfr_atan2(mpc_imagref(r_), y, b_, MPFR_RNDN);
  }

  mpc_t x_, y_, r_, sum_;
  mpfr_t a_, b_;
};

}  // namespace tightloop::math
