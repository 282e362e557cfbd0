#include "run/quick_product.hpp"

#include <cmath>
#include <complex>
#include <cstring>
#include <type_traits>

namespace tightloop::run {
namespace {

/// Calls f with a value of the C++ type that is multiplied; product kernels know no others.
template <class F>
void with_multiplied(DType t, F&& f) {
  switch (t) {
    case DType::float32: return f(float{});
    case DType::float64: return f(double{});
    case DType::complex64: return f(std::complex<float>{});
    case DType::complex128: return f(std::complex<double>{});
    case DType::int32: return f(std::int32_t{});
    case DType::uint32: return f(std::uint32_t{});
    default: return f(std::uint64_t{});  // words, whose sums are modulo 2^64
  }
}

template <class T>
using SumOf = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;

template <class T>
T multiply_add(T x, T y, T sum) {
  return std::fma(x, y, sum);
}
std::uint64_t multiply_add(std::uint64_t x, std::uint64_t y, std::uint64_t sum) {
  return sum + x * y;
}
template <class T>
std::complex<T> multiply_add(std::complex<T> x, std::complex<T> y, std::complex<T> sum) {
  const T re = std::fma(x.imag(), -y.imag(), std::fma(x.real(), y.real(), sum.real()));
  const T im = std::fma(x.imag(), y.real(), std::fma(x.real(), y.imag(), sum.imag()));
  return {re, im};
}

}  // namespace

std::size_t product_sum_bytes(DType multiplied) {
  return is_integer(multiplied) ? 8 : itemsize(multiplied);
}

void start_products(DType multiplied, void* sums, std::int64_t count) {
  with_multiplied(multiplied, [&]<class T>(T) {
    using Sum = SumOf<T>;
    Sum zero{};
    if constexpr (std::is_floating_point_v<T>) {
      zero = static_cast<T>(-0.0);
    } else if constexpr (!std::is_integral_v<T>) {
      using Part = typename T::value_type;
      zero = {static_cast<Part>(-0.0), static_cast<Part>(-0.0)};
    }
    for (std::int64_t j = 0; j < count; ++j) static_cast<Sum*>(sums)[j] = zero;
  });
}

void add_products(DType multiplied, void* sums, const void* x, const void* y, std::int64_t count) {
  with_multiplied(multiplied, [&]<class T>(T) {
    using Sum = SumOf<T>;
    // Through the signed type, so that the sign is carried to the word.
    const auto factor = static_cast<Sum>(*static_cast<const T*>(x));
    for (std::int64_t j = 0; j < count; ++j) {
      Sum& sum = static_cast<Sum*>(sums)[j];
      sum = multiply_add(factor, static_cast<Sum>(static_cast<const T*>(y)[j]), sum);
    }
  });
}

void store_products(DType multiplied, DType stored, const void* sums, void* to,
                    std::int64_t count) {
  with_multiplied(multiplied, [&]<class T>(T) {
    using Sum = SumOf<T>;
    const auto* from = static_cast<const Sum*>(sums);
    auto* bytes = static_cast<char*>(to);
    for (std::int64_t j = 0; j < count; ++j) {
      if constexpr (std::is_floating_point_v<T>) {
        if (is_integer(stored)) {
          const auto word = static_cast<std::int64_t>(from[j]);
          std::memcpy(bytes + 8 * j, &word, 8);
          continue;
        }
      }
      std::memcpy(bytes + static_cast<std::size_t>(j) * sizeof(Sum), &from[j], sizeof(Sum));
    }
  });
}

}  // namespace tightloop::run
