// Circular functions where their reduction is hard: beside multiples of pi/2 in every binade, far
// arguments next to near ones, and the bounds that rounding must not cross.
#include "catch.hpp"
#include "exact.hpp"
#include "samples.hpp"

namespace tightloop::math {
namespace {

constexpr std::uint64_t kSeed = 1983;

/// In every binade from 2^-2 on, the numbers nearest to some multiples of pi/2, and random ones.
template <class T>
std::vector<T> hard_arguments(int per_binade) {
  using L = std::numeric_limits<T>;
  std::mt19937_64 random(kSeed);
  mpfr_t turn, x;
  mpfr_inits2(1400, turn, x, static_cast<mpfr_ptr>(nullptr));
  mpfr_const_pi(turn, MPFR_RNDN);
  mpfr_div_2ui(turn, turn, 1, MPFR_RNDN);
  std::vector<T> xs;
  for (int e = -2; e < L::max_exponent; ++e) {
    for (int k = 0; k < per_binade; ++k) {
      const double m = 1 + std::ldexp(static_cast<double>(random() >> 12), -52);
      const T drawn = static_cast<T>(std::ldexp(m, e - 1)) * 2;  // below the largest
      mpfr_set_d(x, static_cast<double>(drawn), MPFR_RNDN);
      mpfr_div(x, x, turn, MPFR_RNDN);
      mpfr_rint(x, x, MPFR_RNDN);
      mpfr_mul(x, x, turn, MPFR_RNDN);
      const T near = static_cast<T>(mpfr_get_d(x, MPFR_RNDN));
      for (const T value : {drawn, near}) {
        if (std::isfinite(value)) xs.insert(xs.end(), {value, -value});
      }
    }
  }
  mpfr_clears(turn, x, static_cast<mpfr_ptr>(nullptr));
  // The float64 nearest to a multiple of pi/2 of all: 2^-60.9 from it.
  if (sizeof(T) == 8) xs.push_back(static_cast<T>(std::ldexp(6381956970095103.0, 797)));
  return xs;
}

template <class T>
void check_hard_arguments(int per_binade) {
  const std::vector<T> xs = hard_arguments<T>(per_binade);
  Exact exact;
  for (const Op op : {Op::sin, Op::cos, Op::tan}) {
    std::vector<T> got(xs.size()), last;
    for (const int lanes : host_lanes(dtype_of<T>)) {
      if (lanes == 1) continue;
      apply_leaf(op, lanes, xs.data(), static_cast<const T*>(nullptr), got.data(), xs.size());
      double worst = 0;
      std::size_t at = 0;
      for (std::size_t i = 0; i < xs.size(); ++i) {
        if (!last.empty() && bits_of(last[i]) == bits_of(got[i])) continue;
        const double ulps = exact.ulps(op, xs[i], T(0), got[i]);
        if (ulps > worst) {
          worst = ulps;
          at = i;
        }
      }
      last = got;
      CAPTURE(std::string(id(op)), sizeof(T), lanes, kSeed, xs[at], got[at]);
      CHECK(worst <= info(op).max_ulp);
    }
  }
}

template <class T>
void check_bounds() {
  std::vector<T> xs;
  for (int k = -2000; k <= 2000; ++k) {
    T x = static_cast<T>(k * 1.5707963267948966);
    for (int step = 0; step < 6; ++step) {
      xs.push_back(x);
      x = std::nextafter(x, static_cast<T>(1e30));
    }
  }
  std::vector<T> got(xs.size());
  for (const Op op : {Op::sin, Op::cos}) {
    for (const int lanes : host_lanes(dtype_of<T>)) {
      apply_leaf(op, lanes, xs.data(), static_cast<const T*>(nullptr), got.data(), xs.size());
      std::size_t outside = 0;
      for (const T y : got) outside += std::fabs(y) <= 1 ? 0 : 1;
      CAPTURE(std::string(id(op)), sizeof(T), lanes);
      CHECK(outside == 0);
    }
  }
}

}  // namespace

TEST_CASE("math: sin, cos and tan beside multiples of pi/2 in every binade") {
  check_hard_arguments<float>(8);
  check_hard_arguments<double>(2);
}

TEST_CASE("math: sines and cosines are not past 1") {
  check_bounds<float>();
  check_bounds<double>();
}

}  // namespace tightloop::math
