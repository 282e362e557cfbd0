// Arguments and op lists that the tests of the math leaves share.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "math/leaf_array.hpp"

namespace tightloop::math {

inline std::vector<Op> math_ops() {
  std::vector<Op> ops;
  for (int k = 0; k < kTableOps; ++k) {
    if (info(static_cast<Op>(k)).lowering == Lowering::math) ops.push_back(static_cast<Op>(k));
  }
  return ops;
}

/// Bits of x, so that comparisons tell -0 from +0; all NaNs are one value.
template <class T>
std::uint64_t bits_of(T x) {
  if (std::isnan(x)) return ~std::uint64_t{0};
  std::uint64_t bits = 0;
  std::memcpy(&bits, &x, sizeof x);
  return bits;
}

/// Boundaries of the formats and of the algorithms, and their neighbours.
template <class T>
std::vector<T> landmarks() {
  using L = std::numeric_limits<T>;
  const T inf = L::infinity();
  std::vector<T> xs{0, inf, L::quiet_NaN()};
  for (const double d : {static_cast<double>(L::denorm_min()),
                         static_cast<double>(L::min()),
                         static_cast<double>(L::max()),
                         static_cast<double>(L::epsilon()),
                         0.25,
                         0.5,
                         0.75,
                         1.0,
                         1.5,
                         2.0,
                         3.0,
                         8.0,
                         10.0,
                         27.0,
                         100.0,
                         1000.0,
                         0.0625,
                         0.96875,
                         1.0625,
                         1.9375,
                         0.02166,
                         0.0433,
                         0.34657359027997264,
                         0.6931471805599453,
                         1.5707963267948966,
                         3.141592653589793,
                         2.718281828459045,
                         17.0,
                         18.0,
                         22.0,
                         37.0,
                         40.0,
                         88.0,
                         88.6,
                         88.722839,
                         89.0,
                         87.336548,
                         103.278,
                         103.973,
                         104.0,
                         126.0,
                         128.0,
                         149.0,
                         150.0,
                         708.396,
                         709.0,
                         709.76,
                         709.782712893384,
                         710.0,
                         744.4,
                         745.1332191019411,
                         746.0,
                         1022.0,
                         1024.0,
                         1074.0,
                         1075.0,
                         1e5,
                         1e10,
                         1e22,
                         1e-5,
                         1e-10}) {
    const T x = static_cast<T>(d);
    xs.insert(xs.end(), {x, std::nextafter(x, inf), std::nextafter(x, -inf)});
  }
  const std::size_t n = xs.size();
  for (std::size_t i = 0; i < n; ++i) xs.push_back(-xs[i]);
  return xs;
}

/// Random arguments: bit patterns, magnitudes around 1, and a range that no function overflows on.
template <class T>
std::vector<T> random_arguments(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<T> xs(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t draw = random();
    const double unit = std::ldexp(static_cast<double>(draw >> 11), -53);
    if (i % 4 == 0) {
      std::memcpy(&xs[i], &draw, sizeof(T));
    } else if (i % 4 == 1) {
      xs[i] = static_cast<T>(std::ldexp(unit + 0.5, static_cast<int>(draw % 16) - 12)) *
              static_cast<T>((draw & 16) != 0 ? -1 : 1);
    } else if (i % 4 == 2) {
      xs[i] = static_cast<T>(80 * unit - 40);
    } else {
      xs[i] = static_cast<T>(unit + 0.5);
    }
  }
  return xs;
}

/// Arguments in pairs, for functions of two.
template <class T>
struct Samples {
  std::vector<T> xs, ys;
};

inline constexpr std::uint64_t kSuiteSeed = 20240607;

/// What the suite measures each function with: landmarks, then `count` random arguments.
template <class T>
Samples<T> suite_samples(std::size_t count = 3000) {
  Samples<T> s{landmarks<T>(), {}};
  const std::size_t marks = s.xs.size();
  for (std::size_t i = 0; i < marks; ++i) s.ys.push_back(s.xs[(i * 31 + 5) % marks]);
  const std::vector<T> more = random_arguments<T>(count, kSuiteSeed);
  const std::vector<T> partners = random_arguments<T>(count, kSuiteSeed + 1);
  s.xs.insert(s.xs.end(), more.begin(), more.end());
  s.ys.insert(s.ys.end(), partners.begin(), partners.end());
  return s;
}

}  // namespace tightloop::math
