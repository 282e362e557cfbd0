// Exact values, limits and signs of powers, error and gamma functions, for every width that the
// host can run. Pairs of special values of pow are compared with the C library's, which follows
// Annex F.
#include "catch.hpp"
#include "samples.hpp"

namespace tightloop::math {
namespace {

template <class T>
T run(Op op, int lanes, T x, T y = 0) {
  T got = 0;
  apply_leaf(op, lanes, &x, info(op).arity == 2 ? &y : nullptr, &got, 1);
  return got;
}

struct Case {
  Op op;
  double x, y, want;
};

/// Values that float32 and float64 share.
std::vector<Case> exact_values() {
  const double inf = HUGE_VAL, nan = std::nan("");
  std::vector<Case> cases;
  const auto one = [&](Op op, std::initializer_list<std::pair<double, double>> rows) {
    for (const auto& [x, want] : rows) cases.push_back({op, x, 0, want});
    cases.push_back({op, nan, 0, nan});
  };
  one(Op::exp10, {{0.0, 1}, {-0.0, 1}, {inf, inf}, {-inf, 0.0}, {400, inf}, {-400, 0.0}, {1, 10}});
  one(Op::erfc, {{0.0, 1}, {-0.0, 1}, {inf, 0.0}, {-inf, 2}, {-9, 2}, {40, 0.0}, {1e30, 0.0}});
  one(Op::gelu, {{0.0, 0.0}, {-0.0, -0.0}, {inf, inf}, {-inf, -0.0}, {50, 50}, {-50, -0.0}});
  one(Op::tgamma, {{0.0, inf},
                   {-0.0, -inf},
                   {inf, inf},
                   {-inf, nan},
                   {-1, nan},
                   {-7, nan},
                   {-1e20, nan},
                   {200, inf},
                   {-200.5, -0.0},
                   {-201.5, 0.0},
                   {1, 1},
                   {2, 1}});
  one(Op::lgamma, {{0.0, inf},
                   {-0.0, inf},
                   {inf, inf},
                   {-inf, inf},
                   {-1, inf},
                   {-30, inf},
                   {-1e20, inf},
                   {1, 0.0},
                   {2, 0.0}});
  const auto two = [&](Op op, double x, double y, double want) {
    cases.push_back({op, x, y, want});
    cases.push_back({op, y, x, want});
  };
  for (const Op op : {Op::logaddexp, Op::logaddexp2}) {
    two(op, inf, inf, inf);
    two(op, -inf, -inf, -inf);
    two(op, inf, -inf, inf);
    two(op, -inf, 3, 3);
    two(op, inf, 3, inf);
    two(op, nan, 3, nan);
    two(op, nan, inf, nan);
    two(op, 3e38, -3e38, 3e38);
    two(op, 0.0, -2000, 0.0);
  }
  two(Op::logaddexp2, 5, 5, 6);
  return cases;
}

template <class T>
void check_exact_values() {
  for (const Case& c : exact_values()) {
    const T want = static_cast<T>(c.want);
    for (const int lanes : host_lanes(dtype_of<T>)) {
      if (lanes == 1) continue;
      const T got = run(c.op, lanes, static_cast<T>(c.x), static_cast<T>(c.y));
      INFO(std::string(id(c.op)) << " x" << lanes << " of " << c.x << ", " << c.y << " gave " << got
                                 << ", wants " << c.want);
      CHECK(bits_of(got) == bits_of(want));
    }
  }
}

template <class T>
void check_powers_of_special_values() {
  using L = std::numeric_limits<T>;
  std::vector<T> xs{0,
                    1,
                    2,
                    3,
                    T(0.5),
                    T(1.5),
                    T(2.5),
                    7,
                    8,
                    L::min(),
                    L::max(),
                    L::denorm_min(),
                    T(1e30),
                    T(0x1p23),
                    T(0x1p24),
                    T(0x1p25),
                    T(0x1p52),
                    T(0x1p52) + 1,
                    T(0x1p53),
                    T(0x1p53) - 1,
                    L::infinity(),
                    L::quiet_NaN()};
  const std::size_t n = xs.size();
  for (std::size_t i = 0; i < n; ++i) xs.push_back(-xs[i]);
  for (const T x : {std::nextafter(T(1), T(0)), std::nextafter(T(1), T(2))}) xs.push_back(x);
  for (const int lanes : host_lanes(dtype_of<T>)) {
    for (const T x : xs) {
      for (const T y : xs) {
        const T want = std::pow(x, y), got = run(Op::pow, lanes, x, y);
        const bool same = bits_of(want) == bits_of(got);
        const bool near = std::isfinite(want) && want != 0 &&
                          std::fabs(got - want) <= L::epsilon() * std::fabs(want);
        if (same || near) continue;
        INFO("pow x" << lanes << " of " << x << ", " << y << " gave " << got << ", wants " << want);
        CHECK(same);
      }
    }
  }
}

template <class T>
void check_exact_powers() {
  const T last = static_cast<T>(std::ldexp(1.0, std::numeric_limits<T>::digits));
  for (const int lanes : host_lanes(dtype_of<T>)) {
    if (lanes == 1) continue;
    T ten = 1;
    for (int n = 0; n <= (sizeof(T) == 8 ? 22 : 10); ++n, ten *= 10) {
      CAPTURE(lanes, n);
      CHECK(run(Op::exp10, lanes, static_cast<T>(n)) == ten);
    }
    for (int base = 2; base < 40; ++base) {
      T power = 1;
      for (int n = 0; power <= last; ++n, power *= static_cast<T>(base)) {
        CAPTURE(lanes, base, n);
        CHECK(run(Op::pow, lanes, static_cast<T>(base), static_cast<T>(n)) == power);
        CHECK(run(Op::pow, lanes, static_cast<T>(-base), static_cast<T>(n)) ==
              (n % 2 != 0 ? -power : power));
      }
    }
  }
}

}  // namespace

TEST_CASE("math: limits, poles and signs of special functions") {
  check_exact_values<float>();
  check_exact_values<double>();
}

TEST_CASE("math: pow of special values as Annex F") {
  check_powers_of_special_values<float>();
  check_powers_of_special_values<double>();
}

TEST_CASE("math: powers that the type holds are exact") {
  check_exact_powers<float>();
  check_exact_powers<double>();
}

}  // namespace tightloop::math
