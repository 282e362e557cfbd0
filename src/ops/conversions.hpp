// Conversions between lane types (cast), to the half types (round_half) and to the finite range of
// any real dtype (saturate), as ir/typed_graph.hpp defines them.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "ops/float_arithmetic.hpp"
#include "ops/integer_arithmetic.hpp"
#include "ops/lane_types.hpp"
#include "types/half.hpp"
#include "types/range.hpp"

namespace tightloop::ops {

/// Truncates towards zero and stops at the ends of the range; NaN gives 0.
template <Integer To, Float From>
To truncate(From x) {
  constexpr bool is_signed = Signed<To>;
  const From above = std::ldexp(From{1}, std::numeric_limits<To>::digits);
  if (is_nan(x)) return 0;
  if (x >= above) return std::numeric_limits<To>::max();
  if (x <= (is_signed ? -above : From{0})) return std::numeric_limits<To>::min();
  return static_cast<To>(x);
}

template <Lane To, Lane From>
To cast(From x) {
  if constexpr (Bool<To>) {
    return x != From{};
  } else if constexpr (Complex<From>) {
    if constexpr (Complex<To>) {
      using Part = typename To::value_type;
      return {static_cast<Part>(x.real()), static_cast<Part>(x.imag())};
    } else {
      return cast<To>(x.real());
    }
  } else if constexpr (Complex<To>) {
    return {cast<typename To::value_type>(x), 0};
  } else if constexpr (Integer<To> && Float<From>) {
    return truncate<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

/// True where cast<To>(x) has the value of x; a NaN stays one.
template <Lane To, Lane From>
bool keeps_value(From x) {
  if constexpr (Complex<From>) {
    if constexpr (Complex<To>) {
      using Part = typename To::value_type;
      return keeps_value<Part>(x.real()) && keeps_value<Part>(x.imag());
    } else {
      return x.imag() == 0 && keeps_value<To>(x.real());
    }
  } else if constexpr (Complex<To>) {
    return keeps_value<typename To::value_type>(x);
  } else if constexpr (Bool<To>) {
    return x == From{} || x == From{1};
  } else if constexpr (Bool<From>) {
    return true;
  } else if constexpr (Integer<To> && Integer<From>) {
    return std::in_range<To>(x);
  } else if constexpr (Integer<To>) {
    const From above = std::ldexp(From{1}, std::numeric_limits<To>::digits);
    return x < above && x >= (Signed<To> ? -above : From{0}) && std::trunc(x) == x;
  } else if constexpr (Integer<From>) {
    const To held = static_cast<To>(x);
    return held < std::ldexp(To{1}, std::numeric_limits<From>::digits) &&
           static_cast<From>(held) == x;
  } else {
    return is_nan(x) || static_cast<From>(static_cast<To>(x)) == x;
  }
}

/// Rounds once to the half type and yields its value in a float lane.
template <HalfElement H, Real From>
float round_half(From x) {
  if constexpr (Float<From>) {
    return to_float(round_to_half<H>(x));
  } else if constexpr (Unsigned<From>) {
    return to_float(round_to_half<H>(static_cast<std::uint64_t>(x)));
  } else {
    return to_float(round_to_half<H>(static_cast<std::int64_t>(x)));
  }
}

/// True where round_half<H>(x) has the value of x; a NaN stays one.
template <HalfElement H, Real From>
bool half_keeps_value(From x) {
  const float held = round_half<H>(x);
  if constexpr (Float<From>) {
    return is_nan(x) || static_cast<From>(held) == x;
  } else if constexpr (Bool<From>) {
    return true;
  } else {
    return keeps_value<From>(held) && static_cast<From>(held) == x;
  }
}

template <Real From>
From clip_to_magnitude(From x, double largest) {
  if constexpr (Float<From>) {
    const From bound = static_cast<From>(largest);
    return x > bound ? bound : x < -bound ? -bound : x;
  } else if constexpr (Bool<From>) {
    return x;
  } else {
    // Where integers reach past a finite range its bounds are integers.
    if (largest > 1e19) return x;
    const int128 bound = static_cast<int128>(largest);
    const int128 value = x;
    return static_cast<From>(value > bound ? bound : value < -bound ? -bound : value);
  }
}

/// Clips to the finite range of a half type and rounds once to it, kept in a float lane.
template <HalfElement H, Real From>
float saturate_half(From x) {
  return round_half<H>(clip_to_magnitude(x, to_double(half_max<H>)));
}

/// Clips to the finite range of To and converts.
template <Real To, Real From>
To saturate(From x) {
  if constexpr (Float<To>) {
    // A wider From can hold the largest To exactly; a narrower one reaches it at infinity alone.
    if constexpr (Float<From>) {
      using Limits = std::numeric_limits<std::conditional_t<(sizeof(To) < sizeof(From)), To, From>>;
      if (std::isinf(x)) return std::copysign(std::numeric_limits<To>::max(), static_cast<To>(x));
      return static_cast<To>(clip_to_magnitude(x, Limits::max()));
    } else {
      return static_cast<To>(x);
    }
  } else if constexpr (Integer<To> && Integer<From>) {
    const int128 value = x;
    const int128 low = std::numeric_limits<To>::min();
    const int128 high = std::numeric_limits<To>::max();
    return static_cast<To>(value < low ? low : value > high ? high : value);
  } else {
    return cast<To>(x);
  }
}

}  // namespace tightloop::ops
