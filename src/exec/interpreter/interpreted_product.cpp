// The inner loop for each type that products multiply, with one rounding where kernels have one.
#include "exec/interpreter/interpreted_product.hpp"

#include <cmath>
#include <complex>
#include <cstring>
#include <type_traits>

namespace tightloop::exec {
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

/// sums[j] += x * y[j], each rounded once.
template <class Sum, class T>
void add_row_plainly(Sum x, const T* y, Sum* sums, std::int64_t count) {
  for (std::int64_t j = 0; j < count; ++j) {
    sums[j] = multiply_add(x, static_cast<Sum>(y[j]), sums[j]);
  }
}

#if defined(__x86_64__)
// The same by instructions that the host may have; without them each fma is a call.
__attribute__((target("avx2,fma"))) void add_row_fused(float x, const float* y, float* sums,
                                                       std::int64_t count) {
  for (std::int64_t j = 0; j < count; ++j) sums[j] = __builtin_fmaf(x, y[j], sums[j]);
}
__attribute__((target("avx2,fma"))) void add_row_fused(double x, const double* y, double* sums,
                                                       std::int64_t count) {
  for (std::int64_t j = 0; j < count; ++j) sums[j] = __builtin_fma(x, y[j], sums[j]);
}
#endif

template <class Sum, class T>
void add_row(Sum x, const T* y, Sum* sums, std::int64_t count) {
#if defined(__x86_64__)
  if constexpr (std::is_floating_point_v<Sum>) {
    static const bool fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fused) return add_row_fused(x, y, sums, count);
  }
#endif
  add_row_plainly(x, y, sums, count);
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
    add_row(factor, static_cast<const T*>(y), static_cast<Sum*>(sums), count);
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

namespace {

/// Adds what a target holds of the elements of depth before.
template <class Sum>
void resume(DType stored, const char* target, Sum* sums, std::int64_t count) {
  for (std::int64_t j = 0; j < count; ++j) {
    if constexpr (std::is_floating_point_v<Sum>) {
      if (is_integer(stored)) {  // whole floats, exact as the words are
        std::int64_t word;
        std::memcpy(&word, target + 8 * j, 8);
        sums[j] = static_cast<Sum>(word) + sums[j];
        continue;
      }
    }
    Sum before;
    std::memcpy(&before, target + static_cast<std::size_t>(j) * sizeof(Sum), sizeof(Sum));
    sums[j] = before + sums[j];
  }
}

}  // namespace

void multiply_blocks(const kernel::KernelPlan& plan, const kernel::KernelFrame& frame) {
  const DType packed = plan.loads[0].dtype;
  const DType stored = plan.stores[0].dtype;
  const auto item = static_cast<std::int64_t>(itemsize(packed));
  const std::int64_t row_step = plan.left_by_row ? kernel::product_pitch(packed) : item;
  const std::int64_t depth_step = plan.left_by_row ? item : item * kernel::product_rows(packed);
  const std::int64_t columns = kernel::kStripBytes / item;
  const std::int64_t strip_bytes = columns * static_cast<std::int64_t>(itemsize(stored));
  with_multiplied(packed, [&]<class T>(T) {
    using Sum = SumOf<T>;
    Sum sums[kernel::kStripBytes / sizeof(T)];
    for (std::int64_t s = 0; s < frame.n0; ++s) {
      const char* const strip = static_cast<const char*>(frame.ptr[1]) + s * frame.step[1];
      for (std::int64_t i = 0; i < frame.n1; ++i) {
        const char* const left = static_cast<const char*>(frame.ptr[0]) + i * row_step;
        char* const target = static_cast<char*>(frame.ptr[2]) + i * frame.step[2] + s * strip_bytes;
        start_products(packed, sums, columns);
        for (std::int64_t k = 0; k < frame.n2; ++k) {
          const auto x = static_cast<Sum>(*reinterpret_cast<const T*>(left + k * depth_step));
          add_row(x, reinterpret_cast<const T*>(strip + k * kernel::kStripBytes), sums, columns);
        }
        if (frame.resumes != 0) resume(stored, target, sums, columns);
        store_products(packed, stored, sums, target, columns);
      }
    }
  });
}

}  // namespace tightloop::exec
