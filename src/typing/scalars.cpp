// Conversions of scalars, with the rounding and saturation of the lanes they stand for.
#include "typing/scalars.hpp"

#include <algorithm>
#include <cmath>

#include "types/half.hpp"
#include "typing/promotion.hpp"

namespace tightloop::typing {
namespace {

template <class T>
bool is_true(T x) {
  return x != T{};
}

/// Truncates, saturates at the ends of the dtype's range; NaN gives 0.
int128 truncate(double x, DType to) {
  if (std::isnan(x)) return 0;
  const Range r = range_of(to);
  if (x <= static_cast<double>(r.lo)) return r.lo;
  if (x >= static_cast<double>(r.hi)) return r.hi;
  return static_cast<int128>(x);
}

template <class T>
Scalar from_real(T x, DType to) {
  if (is_float(to) || is_complex(to)) {
    return visit_dtype(lane_of(to), [x]<class L>() -> Scalar {
      if constexpr (is_complex(dtype_of<L>)) {
        return Scalar::of(L(static_cast<typename L::value_type>(x), 0));
      } else if constexpr (std::is_floating_point_v<L>) {
        return Scalar::of(static_cast<L>(x));
      } else {
        throw Error(ErrorCode::internal, "a float in a lane of integers");
      }
    });
  }
  if (is_bool(to)) return make_integer(to, is_true(x) ? 1 : 0);
  if constexpr (std::is_floating_point_v<T>) {
    return make_integer(to, truncate(static_cast<double>(x), to));
  } else {
    return make_integer(to, static_cast<int128>(x));
  }
}

template <class T>
Scalar from_complex(std::complex<T> z, DType to) {
  if (is_bool(to)) return make_integer(to, is_true(z) ? 1 : 0);
  if (to == DType::complex64) return Scalar::of(std::complex<float>(z));
  if (to == DType::complex128) return Scalar::of(std::complex<double>(z));
  return from_real(z.real(), to);
}

template <class H>
Scalar rounded(const Scalar& x) {
  const H h = visit_scalar(x, [](auto v) {
    using T = decltype(v);
    if constexpr (is_complex_v<T>) {
      return round_to_half<H>(v.real());
    } else if constexpr (std::is_floating_point_v<T>) {
      return round_to_half<H>(v);
    } else if constexpr (std::is_unsigned_v<T>) {
      return round_to_half<H>(static_cast<std::uint64_t>(v));
    } else {
      return round_to_half<H>(static_cast<std::int64_t>(v));
    }
  });
  return Scalar::of(to_float(h));
}

}  // namespace

Scalar round_scalar(const Scalar& x, DType to) {
  return visit_dtype(to, [&x]<class H>() -> Scalar {
    if constexpr (HalfElement<H>) {
      return rounded<H>(x);
    } else {
      throw Error(ErrorCode::internal, "a scalar rounded to no half type");
    }
  });
}

Scalar saturate_scalar(const Scalar& x, DType to) {
  if (is_bool(to)) return convert_scalar(x, to);
  if (is_integral(to)) {
    if (!is_integral(x.dtype)) return convert_scalar(x, to);
    const Range r = range_of(to);
    return make_integer(to, std::clamp(integer_value(x), r.lo, r.hi));
  }
  const double most = largest_finite(to);
  Scalar clipped = x;
  if (is_float(x.dtype)) {
    const double v = visit_scalar(x, [](auto w) {
      if constexpr (is_complex_v<decltype(w)>) {
        return 0.0;
      } else {
        return static_cast<double>(w);
      }
    });
    clipped = Scalar::of(std::isnan(v) ? v : std::clamp(v, -most, most));
  } else if (static_cast<double>(std::max(integer_value(x), -integer_value(x))) > most) {
    clipped = Scalar::of(integer_value(x) < 0 ? -most : most);
  }
  return is_half(to) ? round_scalar(clipped, to) : convert_scalar(clipped, to);
}

Scalar convert_scalar(const Scalar& x, DType to) {
  return visit_scalar(x, [&](auto v) {
    if constexpr (is_complex_v<decltype(v)>) {
      return from_complex(v, to);
    } else {
      return from_real(v, to);
    }
  });
}

Scalar make_integer(DType dtype, int128 value) {
  Scalar s;
  s.dtype = dtype;
  if (is_bool(dtype)) return Scalar::of(value != 0);
  const auto store = [&](auto v) { std::memcpy(s.bytes, &v, sizeof v); };
  const auto bits = static_cast<std::uint64_t>(value);
  switch (itemsize(dtype)) {
    case 1: store(static_cast<std::uint8_t>(bits)); break;
    case 2: store(static_cast<std::uint16_t>(bits)); break;
    case 4: store(static_cast<std::uint32_t>(bits)); break;
    default: store(bits);
  }
  return s;
}

int128 integer_value(const Scalar& x) {
  return visit_scalar(x, [](auto v) -> int128 {
    if constexpr (std::is_integral_v<decltype(v)>) {
      return v;
    } else {
      throw Error(ErrorCode::internal, "a float scalar was read as an integer");
    }
  });
}

Scalar make_float(DType dtype, double value) {
  return from_real(value, dtype);
}

std::optional<int128> whole_number(const Scalar& x) {
  if (is_integral(x.dtype)) return integer_value(x);
  const Scalar wide = convert_scalar(x, DType::complex128);
  const auto z = wide.as<std::complex<double>>();
  constexpr double limit = 9007199254740992.0;
  if (z.imag() != 0 || !(std::abs(z.real()) < limit) || z.real() != std::trunc(z.real())) {
    return std::nullopt;
  }
  return static_cast<int128>(z.real());
}

}  // namespace tightloop::typing
