// The functions of complex operands: special values and branch cuts as C99 Annex G, symmetries,
// and, where the machine has MPC, accuracy part by part.
#include <algorithm>
#include <random>

#include "catch.hpp"
#include "math/complex_leaves.hpp"
#include "samples.hpp"

#if __has_include(<mpc.h>) && defined(TIGHTLOOP_HAVE_MPC)
#include "exact_complex.hpp"
#endif

namespace tightloop::math {
namespace {

template <class T>
constexpr DType complex_of = sizeof(T) == 4 ? DType::complex64 : DType::complex128;

std::vector<Op> complex_ops() {
  std::vector<Op> ops;
#define TIGHTLOOP_COMPLEX_FUNCTION(id, arity) ops.push_back(Op::id);
#include "ops/complex_functions.def"
#undef TIGHTLOOP_COMPLEX_FUNCTION
  return ops;
}

template <class T>
std::complex<T> apply(Op op, std::complex<T> x, std::complex<T> y = {}) {
  void* leaf = find_complex_leaf(op, complex_of<T>);
  REQUIRE(leaf != nullptr);
  T re = x.real(), im = x.imag();
  const T y_re = y.real(), y_im = y.imag();
  if (info(op).arity == 1) {
    reinterpret_cast<ComplexLeaf1<T>>(leaf)(&re, &im, 1);
  } else {
    reinterpret_cast<ComplexLeaf2<T>>(leaf)(&re, &im, &y_re, &y_im, 1);
  }
  return {re, im};
}

template <class T>
bool same_part(T got, double want) {
  const T rounded = static_cast<T>(want);
  if (bits_of(got) == bits_of(rounded)) return true;
  return std::isfinite(got) && rounded != 0 &&
         std::abs(got - rounded) <= std::numeric_limits<T>::epsilon() * std::abs(rounded);
}

struct Case {
  Op op;
  double re, im, want_re, want_im;
};

const double kInf = HUGE_VAL;
const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kPi = 3.14159265358979323846;

// G.6 without the rows whose sign it leaves open; y stands for 0.75.
const Case kAnnexG[] = {
    {Op::acos, 0.0, 0.0, kPi / 2, -0.0},
    {Op::acos, -0.0, 0.0, kPi / 2, -0.0},
    {Op::acos, 0.0, kNaN, kPi / 2, kNaN},
    {Op::acos, 3, kInf, kPi / 2, -kInf},
    {Op::acos, -kInf, 0.75, kPi, -kInf},
    {Op::acos, kInf, 0.75, 0.0, -kInf},
    {Op::acos, -kInf, kInf, 3 * kPi / 4, -kInf},
    {Op::acos, kInf, kInf, kPi / 4, -kInf},
    {Op::acos, kNaN, kInf, kNaN, -kInf},
    {Op::acos, 1, 0.0, 0.0, -0.0},
    {Op::acosh, 0.0, 0.0, 0.0, kPi / 2},
    {Op::acosh, 3, kInf, kInf, kPi / 2},
    {Op::acosh, -kInf, 0.75, kInf, kPi},
    {Op::acosh, kInf, 0.75, kInf, 0.0},
    {Op::acosh, -kInf, kInf, kInf, 3 * kPi / 4},
    {Op::acosh, kInf, kInf, kInf, kPi / 4},
    {Op::acosh, kInf, kNaN, kInf, kNaN},
    {Op::acosh, kNaN, kInf, kInf, kNaN},
    {Op::asinh, 0.0, 0.0, 0.0, 0.0},
    {Op::asinh, 3, kInf, kInf, kPi / 2},
    {Op::asinh, kInf, 0.75, kInf, 0.0},
    {Op::asinh, kInf, kInf, kInf, kPi / 4},
    {Op::asinh, kInf, kNaN, kInf, kNaN},
    {Op::asinh, kNaN, 0.0, kNaN, 0.0},
    {Op::atanh, 0.0, 0.0, 0.0, 0.0},
    {Op::atanh, 0.0, kNaN, 0.0, kNaN},
    {Op::atanh, 1, 0.0, kInf, 0.0},
    {Op::atanh, 3, kInf, 0.0, kPi / 2},
    {Op::atanh, kInf, 0.75, 0.0, kPi / 2},
    {Op::atanh, kInf, kInf, 0.0, kPi / 2},
    {Op::atanh, kInf, kNaN, 0.0, kNaN},
    {Op::cosh, 0.0, 0.0, 1, 0.0},
    {Op::cosh, 3, kInf, kNaN, kNaN},
    {Op::cosh, kInf, 0.0, kInf, 0.0},
    {Op::cosh, kInf, 0.75, kInf, kInf},
    {Op::cosh, kNaN, kNaN, kNaN, kNaN},
    {Op::sinh, 0.0, 0.0, 0.0, 0.0},
    {Op::sinh, kInf, 0.0, kInf, 0.0},
    {Op::sinh, kInf, 0.75, kInf, kInf},
    {Op::sinh, 3, kInf, kNaN, kNaN},
    {Op::sinh, kNaN, 0.0, kNaN, 0.0},
    {Op::tanh, 0.0, 0.0, 0.0, 0.0},
    {Op::tanh, 3, kInf, kNaN, kNaN},
    {Op::tanh, kInf, 0.75, 1, 0.0},
    {Op::tanh, kNaN, 0.0, kNaN, 0.0},
    {Op::exp, 0.0, 0.0, 1, 0.0},
    {Op::exp, 3, kInf, kNaN, kNaN},
    {Op::exp, kInf, 0.0, kInf, 0.0},
    {Op::exp, -kInf, 0.75, 0.0, 0.0},
    {Op::exp, -kInf, 2, -0.0, 0.0},
    {Op::exp, kInf, 0.75, kInf, kInf},
    {Op::exp, kNaN, 0.0, kNaN, 0.0},
    {Op::log, -0.0, 0.0, -kInf, kPi},
    {Op::log, 0.0, 0.0, -kInf, 0.0},
    {Op::log, 3, kInf, kInf, kPi / 2},
    {Op::log, -kInf, 0.75, kInf, kPi},
    {Op::log, kInf, 0.75, kInf, 0.0},
    {Op::log, -kInf, kInf, kInf, 3 * kPi / 4},
    {Op::log, kInf, kInf, kInf, kPi / 4},
    {Op::log, kInf, kNaN, kInf, kNaN},
    {Op::log, kNaN, kInf, kInf, kNaN},
    {Op::log, -1, 0.0, 0.0, kPi},
    {Op::log2, 8, 0.0, 3, 0.0},
    {Op::log2, kInf, 0.75, kInf, 0.0},
    {Op::log10, 1000, 0.0, 3, 0.0},
    {Op::log10, 0.0, 0.0, -kInf, 0.0},
    {Op::log1p, 0.0, 0.0, 0.0, 0.0},
    {Op::log1p, -0.0, 0.0, -0.0, 0.0},
    {Op::log1p, -1, 0.0, -kInf, 0.0},
    {Op::log1p, kInf, 0.75, kInf, 0.0},
    {Op::log1p, -kInf, 0.75, kInf, kPi},
    {Op::log1p, -2, 0.0, 0.0, kPi},
    {Op::expm1, 0.0, 0.0, 0.0, 0.0},
    {Op::expm1, -0.0, 0.0, -0.0, 0.0},
    {Op::expm1, kInf, 0.0, kInf, 0.0},
    {Op::expm1, -kInf, 0.75, -1, 0.0},
    {Op::expm1, 3, kInf, kNaN, kNaN},
    {Op::sqrt, 0.0, 0.0, 0.0, 0.0},
    {Op::sqrt, -0.0, 0.0, 0.0, 0.0},
    {Op::sqrt, 3, kInf, kInf, kInf},
    {Op::sqrt, kNaN, kInf, kInf, kInf},
    {Op::sqrt, -kInf, 0.75, 0.0, kInf},
    {Op::sqrt, kInf, 0.75, kInf, 0.0},
    {Op::sqrt, kInf, kNaN, kInf, kNaN},
    {Op::sqrt, -4, 0.0, 0.0, 2},
    {Op::sin, 0.0, 0.0, 0.0, 0.0},
    {Op::sin, kInf, 3, kNaN, kNaN},
    {Op::cos, 0.0, 0.0, 1, -0.0},
    {Op::tan, 0.0, 0.0, 0.0, 0.0},
    {Op::tan, 0.75, kInf, 0.0, 1},
    {Op::asin, 0.0, 0.0, 0.0, 0.0},
    {Op::asin, 0.75, kInf, 0.0, kInf},
    {Op::atan, 0.0, 0.0, 0.0, 0.0},
    {Op::atan, 0.0, 1, 0.0, kInf},
    {Op::sign, 0.0, -0.0, 0.0, -0.0},
    {Op::sign, 3, -4, 0.6, -0.8},
    {Op::sign, -kInf, 4, -1, 0.0},
    {Op::sign, 4, kInf, 0.0, 1},
    {Op::sign, kInf, kInf, kNaN, kNaN},
    {Op::sign, kNaN, 0.0, kNaN, kNaN},
};

template <class T>
void check_annex_g() {
  for (const Case& c : kAnnexG) {
    // Every function here is that of the conjugate, conjugated: the upper and the lower side of a
    // cut are told apart by the sign of zero.
    for (const double side : {1.0, -1.0}) {
      const auto got = apply<T>(c.op, {static_cast<T>(c.re), static_cast<T>(side * c.im)});
      INFO(std::string(id(c.op)) << " of " << c.re << ", " << side * c.im << " gave " << got.real()
                                 << ", " << got.imag());
      CHECK(same_part(got.real(), c.want_re));
      CHECK(same_part(got.imag(), side * c.want_im));
    }
  }
}

template <class T>
void check_powers() {
  using C = std::complex<T>;
  const auto is = [](C got, double re, double im) {
    INFO("got " << got.real() << ", " << got.imag() << ", wants " << re << ", " << im);
    CHECK(same_part(got.real(), re));
    CHECK(same_part(got.imag(), im));
  };
  is(apply<T>(Op::pow, C(0, 1), C(2, 0)), -1, 0);
  is(apply<T>(Op::pow, C(0, 1), C(-2, 0)), -1, -0.0);
  is(apply<T>(Op::pow, C(3, -4), C(1, 0)), 3, -4);
  is(apply<T>(Op::pow, C(1, 2), C(3, 0)), -11, -2);
  is(apply<T>(Op::pow, C(0, 0), C(0, 0)), 1, 0);
  is(apply<T>(Op::pow, C(0, 0), C(2, 0)), 0, 0);
  is(apply<T>(Op::pow, C(0, 0), C(2, 3)), 0, 0);
  const T infinity = std::numeric_limits<T>::infinity();
  is(apply<T>(Op::pow, C(0, 0), C(-1, 0)), infinity, kNaN);
  is(apply<T>(Op::pow, C(-0.0f, 0), C(-2, 0)), infinity, kNaN);
  is(apply<T>(Op::pow, C(0, 0), C(-0.5f, 0)), kNaN, kNaN);
  is(apply<T>(Op::pow, C(0, 0), C(-1, 1)), kNaN, kNaN);
  is(apply<T>(Op::pow, C(2, 0), C(0.5, 0)), std::sqrt(2.0), 0);
  is(apply<T>(Op::pow, C(0, 1), C(0, 1)), 0.20787957635076191, 0);
  is(apply<T>(Op::pow, C(kNaN, 1), C(0, 0)), 1, 0);
}

}  // namespace

TEST_CASE("math: complex functions have the special values of Annex G") {
  check_annex_g<float>();
  check_annex_g<double>();
}

TEST_CASE("math: complex powers") {
  check_powers<float>();
  check_powers<double>();
}

TEST_CASE("math: complex leaves exist for the functions of complex operands alone") {
  for (int i = 0; i < kTableOps; ++i) {
    const Op op = static_cast<Op>(i);
    const auto ops = complex_ops();
    const bool listed = std::find(ops.begin(), ops.end(), op) != ops.end();
    INFO(std::string(id(op)));
    for (const DType t : {DType::complex64, DType::complex128}) {
      CHECK((find_leaf(op, t, 1) != nullptr) == listed);
      CHECK(find_leaf(op, t, 2) == nullptr);
    }
    if (listed) CHECK(info(op).accepts_complex);
    if (info(op).lowering == Lowering::math && info(op).accepts_complex) CHECK(listed);
  }
}

#if __has_include(<mpc.h>) && defined(TIGHTLOOP_HAVE_MPC)

namespace {

/// Parts around 0, around 1, of moderate size, of any exponent; zeros now and then.
template <class T>
T draw_part(std::mt19937_64& random) {
  const double unit = std::ldexp(static_cast<double>(random() >> 11), -53);
  const auto kind = random() % 8;
  const T sign = random() % 2 == 0 ? T{1} : T{-1};
  const int widest = sizeof(T) == 4 ? 120 : 1000;
  switch (kind) {
    case 0: return 0;
    case 1:
    case 2: return sign * static_cast<T>(unit);
    case 3: return sign * static_cast<T>(1 + (unit - 0.5) / 512);
    case 4: return sign * static_cast<T>(std::ldexp(unit + 0.5, -static_cast<int>(random() % 40)));
    case 5:
      return sign *
             static_cast<T>(std::ldexp(
                 unit + 0.5,
                 static_cast<int>(random() % (2u * static_cast<unsigned>(widest))) - widest));
    default: return sign * static_cast<T>(16 * unit);
  }
}

template <class T>
void check_complex_accuracy(int count) {
  constexpr std::uint64_t kSeed = 20261121;
  using C = std::complex<T>;
  // A part that cancels keeps this share of the whole instead of its own ULP.
  const double share = std::ldexp(1.0, sizeof(T) == 4 ? -30 : -58);
  ExactComplex exact;
  for (const Op op : complex_ops()) {
    std::mt19937_64 random(kSeed);
    double worst = 0;
    C at, other;
    for (int i = 0; i < count; ++i) {
      C x(draw_part<T>(random), draw_part<T>(random));
      C y(draw_part<T>(random), draw_part<T>(random));
      const bool zero = x.real() == 0 && x.imag() == 0;
      const bool exponential = op == Op::tan || op == Op::tanh;
      if (exponential && std::abs(x) > 1000) continue;  // MPC needs as many bits as the result
      if (op == Op::pow || op == Op::sign) {
        if (zero || std::abs(std::log(std::abs(x))) > 80 || std::abs(y) > 8) continue;
      }
      exact.compute(op, x, y);
      const C got = apply<T>(op, x, y);
      const double error =
          std::max(exact.ulps(false, got.real(), share), exact.ulps(true, got.imag(), share));
      if (error > worst) {
        worst = error;
        at = x;
        other = y;
      }
    }
    CAPTURE(std::string(id(op)), sizeof(T), kSeed, at, other);
    CHECK(worst <= 4);
  }
}

}  // namespace

TEST_CASE("math: complex functions against MPC") {
  check_complex_accuracy<float>(400);
  check_complex_accuracy<double>(400);
}

#endif

}  // namespace tightloop::math
