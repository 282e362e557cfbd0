// Special values of every dtype, all their pairs, and evaluation in both engines: results have to
// be the same bits (any NaN is one value).
#pragma once

#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "api/front.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "tightloop/tightloop.hpp"
#include "types/half.hpp"

namespace tightloop::elementwise_test {

template <class T>
std::vector<T> special_values() {
  using L = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    const T tiny = L::denorm_min(), inf = L::infinity();
    return {T(0),
            -T(0),
            T(1),
            -T(1),
            tiny,
            -tiny,
            L::min(),
            -L::min(),
            L::max(),
            -L::max(),
            inf,
            -inf,
            L::quiet_NaN(),
            T(0.5),
            T(-2.5),
            T(3),
            T(7.25),
            T(1e3),
            std::nextafter(T(1), inf),
            std::nextafter(L::min(), T(0))};
  } else if constexpr (HalfElement<T>) {
    const auto top = static_cast<std::uint16_t>(half_format<T>.infinity());
    const std::uint16_t one = round_to_half<T>(1.f).bits;
    std::vector<T> values;
    for (const unsigned bits : {0u, 1u, 2u, unsigned{one}, one + 1u, one - 1u, top - 1u, top + 0u,
                                1u << half_format<T>.fraction_bits, 0x3u, unsigned{one} + 700u}) {
      values.push_back({static_cast<std::uint16_t>(bits)});
      values.push_back({static_cast<std::uint16_t>(bits | 0x8000u)});
    }
    values.push_back({static_cast<std::uint16_t>(top | half_format<T>.quiet_bit())});
    return values;
  } else {
    std::vector<T> values;
    for (const T base : {L::min(), L::max(), T(0)}) {
      for (const int step : {-2, -1, 0, 1, 2, 3, 7}) {
        values.push_back(static_cast<T>(static_cast<std::uint64_t>(base) +
                                        static_cast<std::uint64_t>(std::int64_t{step})));
      }
    }
    return values;
  }
}

/// Every value with every value.
template <class X, class Y = X>
std::pair<std::vector<X>, std::vector<Y>> all_pairs(const std::vector<X>& xs,
                                                    const std::vector<Y>& ys) {
  std::pair<std::vector<X>, std::vector<Y>> out;
  for (const X x : xs) {
    for (const Y y : ys) {
      out.first.push_back(x);
      out.second.push_back(y);
    }
  }
  return out;
}

inline bool same_real(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

template <class T>
bool same(T a, T b) {
  if constexpr (HalfElement<T>) {
    return same_real(to_double(a), to_double(b));
  } else if constexpr (std::is_floating_point_v<T>) {
    return same_real(static_cast<double>(a), static_cast<double>(b));
  } else if constexpr (std::is_integral_v<T>) {
    return a == b;
  } else {
    return same(a.real(), b.real()) && same(a.imag(), b.imag());
  }
}

template <class T>
std::string shown(T x) {
  std::ostringstream out;
  out.precision(17);
  if constexpr (HalfElement<T>) {
    out << to_double(x);
  } else if constexpr (sizeof(T) == 1) {
    out << static_cast<int>(x);
  } else {
    out << x;
  }
  return out.str();
}

/// Evaluates in the reference engine and in the JIT, which have to agree, and returns the elements.
template <class R>
std::vector<R> evaluate_both(const std::string& text, const std::vector<Binding>& vars,
                             const Options& options = {}) {
  static exec::EngineCore jit(exec::EngineCore::Kind::jit);
  static exec::EngineCore reference(exec::EngineCore::Kind::reference);
  INFO(text);
  const Array got = detail::evaluate_with(jit, text, Bindings(vars), options)[0];
  const Array want = detail::evaluate_with(reference, text, Bindings(vars), options)[0];
  REQUIRE(got.dtype() == dtype_of<R>);
  REQUIRE(want.dtype() == dtype_of<R>);
  REQUIRE(got.size() == want.size());
  const auto count = static_cast<std::size_t>(got.size());
  std::vector<R> values(got.data<R>(), got.data<R>() + count);
  std::size_t differ = 0;
  for (std::size_t i = 0; i < count; ++i) differ += same(values[i], want.data<R>()[i]) ? 0 : 1;
  CHECK(differ == 0);
  return values;
}

/// Checks f of every value against oracle(x).
template <class T, class Oracle>
void check_unary(const std::string& text, const std::vector<T>& x, Oracle oracle,
                 const Options& options = {}) {
  using R = decltype(oracle(T{}));
  const std::vector<R> got = evaluate_both<R>(text, {{"x", x}}, options);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const R want = oracle(x[i]);
    if (same(got[i], want)) continue;
    FAIL_CHECK(text << " of " << name(dtype_of<T>) << " " << shown(x[i]) << " gave "
                    << shown(got[i]) << ", not " << shown(want));
  }
}

/// Checks f of every pair against oracle(x, y).
template <class X, class Y, class Oracle>
void check_binary(const std::string& text, const std::vector<X>& xs, const std::vector<Y>& ys,
                  Oracle oracle, const Options& options = {}) {
  using R = decltype(oracle(X{}, Y{}));
  const auto [x, y] = all_pairs(xs, ys);
  const std::vector<R> got = evaluate_both<R>(text, {{"x", x}, {"y", y}}, options);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const R want = oracle(x[i], y[i]);
    if (same(got[i], want)) continue;
    FAIL_CHECK(text << " of " << name(dtype_of<X>) << " " << shown(x[i]) << " and "
                    << name(dtype_of<Y>) << " " << shown(y[i]) << " gave " << shown(got[i])
                    << ", not " << shown(want));
  }
}

}  // namespace tightloop::elementwise_test
