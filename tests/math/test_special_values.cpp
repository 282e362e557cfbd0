// Special values of the math leaves: C99 Annex F, for every width that the host can run.
#include "catch.hpp"
#include "samples.hpp"

namespace tightloop::math {
namespace {

struct Case {
  Op op;
  double x, y, want;
};

const double kInf = HUGE_VAL;
const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kPi = 3.14159265358979323846;

// Values that both float32 and float64 hold exactly, or round the same way (kPi).
std::vector<Case> annex_f() {
  std::vector<Case> cases;
  const auto one = [&](Op op, std::initializer_list<std::pair<double, double>> rows) {
    for (const auto& [x, want] : rows) cases.push_back({op, x, 0, want});
    cases.push_back({op, kNaN, 0, kNaN});
  };
  for (const Op op : {Op::exp, Op::exp2}) {
    one(op, {{0.0, 1}, {-0.0, 1}, {kInf, kInf}, {-kInf, 0.0}, {2e4, kInf}, {-2e4, 0.0}});
  }
  one(Op::exp2,
      {{1, 2}, {-1, 0.5}, {10, 1024}, {-126, 0x1p-126}, {-149, 0x1p-149}, {127, 0x1p127}});
  one(Op::expm1, {{0.0, 0.0}, {-0.0, -0.0}, {kInf, kInf}, {-kInf, -1}, {-1e4, -1}, {1e4, kInf}});
  for (const Op op : {Op::log, Op::log2, Op::log10}) {
    one(op, {{0.0, -kInf},
             {-0.0, -kInf},
             {1, 0.0},
             {-1, kNaN},
             {-kInf, kNaN},
             {kInf, kInf},
             {-0x1p-149, kNaN},
             {-0x1p127, kNaN}});
  }
  one(Op::log2, {{2, 1}, {0.5, -1}, {1024, 10}, {0x1p-149, -149}, {0x1p127, 127}});
  one(Op::log1p, {{0.0, 0.0},
                  {-0.0, -0.0},
                  {-1, -kInf},
                  {-2, kNaN},
                  {-kInf, kNaN},
                  {kInf, kInf},
                  {-1.5, kNaN},
                  {0x1p-149, 0x1p-149},
                  {-0x1p-149, -0x1p-149}});
  one(Op::cbrt, {{0.0, 0.0},
                 {-0.0, -0.0},
                 {kInf, kInf},
                 {-kInf, -kInf},
                 {8, 2},
                 {-27, -3},
                 {0x1p-147, 0x1p-49},
                 {1, 1},
                 {1000, 10},
                 {-0.125, -0.5}});
  for (const Op op : {Op::tanh, Op::sinh, Op::asinh, Op::asin, Op::atan, Op::atanh}) {
    // Odd functions with slope 1: zeros and the smallest numbers are themselves.
    one(op, {{0.0, 0.0}, {-0.0, -0.0}, {0x1p-149, 0x1p-149}, {-0x1p-149, -0x1p-149}});
  }
  one(Op::tanh, {{kInf, 1}, {-kInf, -1}, {100, 1}, {-100, -1}});
  one(Op::sinh, {{kInf, kInf}, {-kInf, -kInf}, {1e4, kInf}, {-1e4, -kInf}});
  one(Op::cosh, {{0.0, 1}, {-0.0, 1}, {kInf, kInf}, {-kInf, kInf}, {-1e4, kInf}, {0x1p-149, 1}});
  one(Op::asinh, {{kInf, kInf}, {-kInf, -kInf}});
  one(Op::acosh, {{1, 0.0}, {0.5, kNaN}, {-1, kNaN}, {kInf, kInf}, {-kInf, kNaN}, {0.0, kNaN}});
  one(Op::atanh, {{1, kInf}, {-1, -kInf}, {1.5, kNaN}, {-1.5, kNaN}, {kInf, kNaN}, {-kInf, kNaN}});
  one(Op::asin, {{1, kPi / 2}, {-1, -kPi / 2}, {1.25, kNaN}, {-1.25, kNaN}, {kInf, kNaN}});
  one(Op::acos, {{1, 0.0},
                 {-1, kPi},
                 {0.0, kPi / 2},
                 {-0.0, kPi / 2},
                 {1.25, kNaN},
                 {-1.25, kNaN},
                 {-kInf, kNaN}});
  one(Op::atan, {{kInf, kPi / 2}, {-kInf, -kPi / 2}, {1, kPi / 4}, {-0x1p127, -kPi / 2}});
  one(Op::erf, {{0.0, 0.0}, {-0.0, -0.0}, {kInf, 1}, {-kInf, -1}, {30, 1}});
  for (const Op op : {Op::sin, Op::tan}) {
    one(op, {{0.0, 0.0},
             {-0.0, -0.0},
             {0x1p-149, 0x1p-149},
             {-0x1p-149, -0x1p-149},
             {kInf, kNaN},
             {-kInf, kNaN}});
  }
  one(Op::cos, {{0.0, 1}, {-0.0, 1}, {kInf, kNaN}, {-kInf, kNaN}});
  const auto two = [&](Op op, double x, double y, double want) {
    cases.push_back({op, x, y, want});
  };
  for (const double inf : {kInf, -kInf}) {
    for (const double y : {0.0, -1.0, kInf, -kInf, kNaN}) {
      two(Op::hypot, inf, y, kInf);
      two(Op::hypot, y, inf, kInf);
    }
  }
  two(Op::hypot, kNaN, 1, kNaN);
  two(Op::hypot, 1, kNaN, kNaN);
  two(Op::hypot, 0.0, -0.0, 0.0);
  two(Op::hypot, -3, 4, 5);
  two(Op::hypot, -0x1p-149, 0, 0x1p-149);
  two(Op::hypot, 0x1.8p127, 0, 0x1.8p127);
  two(Op::atan2, 0.0, -0.0, kPi);
  two(Op::atan2, -0.0, -0.0, -kPi);
  two(Op::atan2, 0.0, 0.0, 0.0);
  two(Op::atan2, -0.0, 0.0, -0.0);
  two(Op::atan2, 0.0, -1, kPi);
  two(Op::atan2, -0.0, -1, -kPi);
  two(Op::atan2, 0.0, 1, 0.0);
  two(Op::atan2, -0.0, 1, -0.0);
  two(Op::atan2, -1, 0.0, -kPi / 2);
  two(Op::atan2, 1, -0.0, kPi / 2);
  two(Op::atan2, 1, kInf, 0.0);
  two(Op::atan2, -1, kInf, -0.0);
  two(Op::atan2, 1, -kInf, kPi);
  two(Op::atan2, -1, -kInf, -kPi);
  two(Op::atan2, kInf, 1, kPi / 2);
  two(Op::atan2, -kInf, 1, -kPi / 2);
  two(Op::atan2, kInf, -kInf, 3 * kPi / 4);
  two(Op::atan2, -kInf, kInf, -kPi / 4);
  two(Op::atan2, kNaN, 1, kNaN);
  two(Op::atan2, 1, kNaN, kNaN);
  two(Op::pow, 0.0, -3, kInf);
  two(Op::pow, -0.0, -3, -kInf);
  two(Op::pow, -0.0, -2, kInf);
  two(Op::pow, 0.0, -kInf, kInf);
  two(Op::pow, -0.0, 3, -0.0);
  two(Op::pow, -0.0, 2, 0.0);
  two(Op::pow, -0.0, 0.5, 0.0);
  two(Op::pow, -1, kInf, 1);
  two(Op::pow, -1, -kInf, 1);
  two(Op::pow, 1, kNaN, 1);
  two(Op::pow, kNaN, 0.0, 1);
  two(Op::pow, kNaN, -0.0, 1);
  two(Op::pow, kNaN, 1, kNaN);
  two(Op::pow, 2, kNaN, kNaN);
  two(Op::pow, -8, 0.5, kNaN);
  two(Op::pow, -2, 3, -8);
  two(Op::pow, 0.5, -kInf, kInf);
  two(Op::pow, 2, -kInf, 0.0);
  two(Op::pow, 0.5, kInf, 0.0);
  two(Op::pow, 2, kInf, kInf);
  two(Op::pow, -kInf, -3, -0.0);
  two(Op::pow, -kInf, -2, 0.0);
  two(Op::pow, -kInf, 3, -kInf);
  two(Op::pow, -kInf, 2, kInf);
  two(Op::pow, kInf, -1, 0.0);
  two(Op::pow, kInf, 1, kInf);
  return cases;
}

template <class T>
void check_special_values() {
  for (const int lanes : host_lanes(dtype_of<T>)) {
    for (const Case& c : annex_f()) {
      const T x = static_cast<T>(c.x), y = static_cast<T>(c.y), want = static_cast<T>(c.want);
      T got = 0;
      apply_leaf(c.op, lanes, &x, info(c.op).arity == 2 ? &y : nullptr, &got, 1);
      INFO(std::string(id(c.op)) << " x" << lanes << " of " << c.x << ", " << c.y << " gave " << got
                                 << ", wants " << c.want);
      // Values that are not powers, integers or limits may be a rounding away.
      const bool near =
          std::isfinite(want) && want != 0 && std::signbit(got) == std::signbit(want) &&
          std::fabs(got - want) <= 2 * std::numeric_limits<T>::epsilon() * std::fabs(want);
      const bool inexact = c.op == Op::atan2 || c.op == Op::asin || c.op == Op::acos ||
                           c.op == Op::atan || c.op == Op::cbrt || c.op == Op::hypot;
      CHECK((bits_of(got) == bits_of(want) || (inexact && near)));
    }
  }
}

/// The ends of the ranges, which float32 and float64 have in different places.
template <class T>
void check_limits() {
  using L = std::numeric_limits<T>;
  const T inf = L::infinity();
  const auto run = [](Op op, int lanes, T x) {
    T got = 0;
    apply_leaf(op, lanes, &x, static_cast<const T*>(nullptr), &got, 1);
    return got;
  };
  const bool wide = sizeof(T) == 8;
  const T last_exp = static_cast<T>(wide ? 709.782712893384 : 88.72283F);
  const T least_exp = static_cast<T>(wide ? -745.1332191019411 : -103.27893F);
  const T least_exp2 = static_cast<T>(wide ? -1074 : -149);
  for (const int lanes : host_lanes(dtype_of<T>)) {
    CAPTURE(lanes, wide);
    for (const Op op : {Op::exp, Op::expm1}) {
      CHECK(run(op, lanes, last_exp) < inf);
      CHECK(run(op, lanes, std::nextafter(last_exp, inf)) == inf);
      CHECK(run(op, lanes, L::max()) == inf);
    }
    CHECK(run(Op::exp, lanes, least_exp) == L::denorm_min());
    CHECK(run(Op::exp, lanes, 2 * least_exp) == 0);
    CHECK(run(Op::exp, lanes, L::lowest()) == 0);
    CHECK(run(Op::exp2, lanes, static_cast<T>(L::max_exponent)) == inf);
    CHECK(run(Op::exp2, lanes, std::nextafter(static_cast<T>(L::max_exponent), T(0))) < inf);
    CHECK(run(Op::exp2, lanes, least_exp2) == L::denorm_min());
    CHECK(run(Op::exp2, lanes, least_exp2 - 1) == 0);
    CHECK(run(Op::exp2, lanes, L::max()) == inf);
    CHECK(run(Op::exp2, lanes, L::lowest()) == 0);
    CHECK(run(Op::log2, lanes, L::denorm_min()) == least_exp2);
    CHECK(run(Op::log2, lanes, L::min()) == static_cast<T>(L::min_exponent - 1));
    CHECK(run(Op::expm1, lanes, L::denorm_min()) == L::denorm_min());
    CHECK(run(Op::expm1, lanes, L::lowest()) == -1);
    CHECK(run(Op::log1p, lanes, L::denorm_min()) == L::denorm_min());
    CHECK(run(Op::tanh, lanes, L::max()) == 1);
    // sinh and cosh overflow at log(2) + log of the largest number.
    const T last_cosh = static_cast<T>(wide ? 710.4758600739439 : 89.415985F);
    for (const Op op : {Op::sinh, Op::cosh}) {
      CHECK(run(op, lanes, last_cosh) < inf);
      CHECK(run(op, lanes, -last_cosh) * (op == Op::sinh ? -1 : 1) == run(op, lanes, last_cosh));
      CHECK(run(op, lanes, std::nextafter(last_cosh, inf)) == inf);
      CHECK(run(op, lanes, L::max()) == inf);
    }
    CHECK(run(Op::asinh, lanes, L::max()) < inf);
    CHECK(run(Op::acosh, lanes, L::max()) < inf);
    CHECK(run(Op::acosh, lanes, L::lowest()) != run(Op::acosh, lanes, L::lowest()));
    CHECK(run(Op::log, lanes, L::max()) < inf);
  }
}

}  // namespace

TEST_CASE("math: special values as Annex F") {
  check_special_values<float>();
  check_special_values<double>();
}

TEST_CASE("math: the ends of the ranges of exponentials and logarithms") {
  check_limits<float>();
  check_limits<double>();
}

}  // namespace tightloop::math
