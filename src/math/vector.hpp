// Vectors of one instruction set as GCC vector extensions, and the few operations that need an
// instruction by name. Included by kernels_v{2,3,4}.cpp alone, each with its own compiler flags;
// all is in an anonymous namespace so that no symbol built for one instruction set serves another.
#pragma once

#include <immintrin.h>

// 2: x86-64 baseline, 3: AVX2 and FMA, 4: AVX-512 F, BW, DQ and VL.
#if TIGHTLOOP_MATH_LEVEL == 4
#define TIGHTLOOP_MATH_BYTES 64
#elif TIGHTLOOP_MATH_LEVEL == 3
#define TIGHTLOOP_MATH_BYTES 32
#else
#define TIGHTLOOP_MATH_BYTES 16
#endif

namespace tightloop::math {
namespace {

#define TIGHTLOOP_VECTOR(name, element) \
  typedef element name __attribute__((vector_size(TIGHTLOOP_MATH_BYTES)))
TIGHTLOOP_VECTOR(D, double);
TIGHTLOOP_VECTOR(F, float);
TIGHTLOOP_VECTOR(U64, unsigned long long);
TIGHTLOOP_VECTOR(U32, unsigned);
TIGHTLOOP_VECTOR(I32, int);
#undef TIGHTLOOP_VECTOR

template <class V>
struct LaneOf;
template <>
struct LaneOf<D> {
  using Float = double;
  using Bits = U64;
  static constexpr int lanes = TIGHTLOOP_MATH_BYTES / 8;
  static constexpr int mantissa = 52;
  static constexpr unsigned long long sign = 1ULL << 63, one = 0x3ffULL << 52, inf = 0x7ffULL << 52,
                                      unit = 1ULL << 52;
  static constexpr double infinity = __builtin_inf();
};
template <>
struct LaneOf<F> {
  using Float = float;
  using Bits = U32;
  static constexpr int lanes = TIGHTLOOP_MATH_BYTES / 4;
  static constexpr int mantissa = 23;
  static constexpr unsigned sign = 1U << 31, one = 0x7fU << 23, inf = 0xffU << 23, unit = 1U << 23;
  static constexpr float infinity = __builtin_inff();
};
template <class V>
using Bits = typename LaneOf<V>::Bits;

#define TIGHTLOOP_INLINE static inline __attribute__((always_inline))

template <class V>
TIGHTLOOP_INLINE V splat(typename LaneOf<V>::Float x) {
  return x - V{};
}
template <class V>
TIGHTLOOP_INLINE V abs(V x) {
  return (V)((Bits<V>)x & ~LaneOf<V>::sign);
}
/// The magnitude of x (whose sign bit is clear) with the sign of s.
template <class V>
TIGHTLOOP_INLINE V with_sign(V x, V s) {
  return (V)((Bits<V>)x | ((Bits<V>)s & LaneOf<V>::sign));
}

#if TIGHTLOOP_MATH_LEVEL == 4
TIGHTLOOP_INLINE D fma(D a, D b, D c) {
  return _mm512_fmadd_pd(a, b, c);
}
TIGHTLOOP_INLINE F fma(F a, F b, F c) {
  return _mm512_fmadd_ps(a, b, c);
}
TIGHTLOOP_INLINE D nfma(D a, D b, D c) {
  return _mm512_fnmadd_pd(a, b, c);
}
TIGHTLOOP_INLINE F nfma(F a, F b, F c) {
  return _mm512_fnmadd_ps(a, b, c);
}
TIGHTLOOP_INLINE D sqrt(D x) {
  return _mm512_sqrt_pd(x);
}
TIGHTLOOP_INLINE F sqrt(F x) {
  return _mm512_sqrt_ps(x);
}
// min and max return the second operand where either is NaN.
TIGHTLOOP_INLINE D min(D a, D b) {
  return _mm512_min_pd(a, b);
}
TIGHTLOOP_INLINE F min(F a, F b) {
  return _mm512_min_ps(a, b);
}
TIGHTLOOP_INLINE D max(D a, D b) {
  return _mm512_max_pd(a, b);
}
TIGHTLOOP_INLINE F max(F a, F b) {
  return _mm512_max_ps(a, b);
}
#elif TIGHTLOOP_MATH_LEVEL == 3
TIGHTLOOP_INLINE D fma(D a, D b, D c) {
  return _mm256_fmadd_pd(a, b, c);
}
TIGHTLOOP_INLINE F fma(F a, F b, F c) {
  return _mm256_fmadd_ps(a, b, c);
}
TIGHTLOOP_INLINE D nfma(D a, D b, D c) {
  return _mm256_fnmadd_pd(a, b, c);
}
TIGHTLOOP_INLINE F nfma(F a, F b, F c) {
  return _mm256_fnmadd_ps(a, b, c);
}
TIGHTLOOP_INLINE D sqrt(D x) {
  return _mm256_sqrt_pd(x);
}
TIGHTLOOP_INLINE F sqrt(F x) {
  return _mm256_sqrt_ps(x);
}
TIGHTLOOP_INLINE D min(D a, D b) {
  return _mm256_min_pd(a, b);
}
TIGHTLOOP_INLINE F min(F a, F b) {
  return _mm256_min_ps(a, b);
}
TIGHTLOOP_INLINE D max(D a, D b) {
  return _mm256_max_pd(a, b);
}
TIGHTLOOP_INLINE F max(F a, F b) {
  return _mm256_max_ps(a, b);
}
#else
// Two roundings: the kernels are written so that what must be exact is exact without fma too.
TIGHTLOOP_INLINE D fma(D a, D b, D c) {
  return a * b + c;
}
TIGHTLOOP_INLINE F fma(F a, F b, F c) {
  return a * b + c;
}
TIGHTLOOP_INLINE D nfma(D a, D b, D c) {
  return c - a * b;
}
TIGHTLOOP_INLINE F nfma(F a, F b, F c) {
  return c - a * b;
}
TIGHTLOOP_INLINE D sqrt(D x) {
  return _mm_sqrt_pd(x);
}
TIGHTLOOP_INLINE F sqrt(F x) {
  return _mm_sqrt_ps(x);
}
TIGHTLOOP_INLINE D min(D a, D b) {
  return _mm_min_pd(a, b);
}
TIGHTLOOP_INLINE F min(F a, F b) {
  return _mm_min_ps(a, b);
}
TIGHTLOOP_INLINE D max(D a, D b) {
  return _mm_max_pd(a, b);
}
TIGHTLOOP_INLINE F max(F a, F b) {
  return _mm_max_ps(a, b);
}
#endif

/// The upper bits of a significand; their product with 26 (float32: 14) bits is exact.
TIGHTLOOP_INLINE D upper_half(D x) {
  return (D)((U64)x & 0xfffffffff8000000ULL);
}
TIGHTLOOP_INLINE F upper_half(F x) {
  return (F)((U32)x & 0xffffc000U);
}

/// a * b - 1 rounded once; b has few bits, as upper_half says.
template <class V>
TIGHTLOOP_INLINE V product_minus_one(V a, V b) {
#if TIGHTLOOP_MATH_LEVEL >= 3
  return fma(a, b, splat<V>(-1));
#else
  const V high = upper_half(a);
  return (high * b - 1) + (a - high) * b;
#endif
}

/// What the rounding of p = a * b left.
template <class V>
TIGHTLOOP_INLINE V product_error(V a, V b, V p) {
#if TIGHTLOOP_MATH_LEVEL >= 3
  return fma(a, b, -p);
#else
  const V ah = upper_half(a), bh = upper_half(b), al = a - ah, bl = b - bh;
  return ((ah * bh - p) + (ah * bl + al * bh)) + al * bl;
#endif
}

/// Pairs of terms, then Horner's rule in the square of x: a chain half as long, which matters as
/// the calls of a loop overlap only as far as the scheduler reaches. c[0] is the constant term.
template <class V, int n>
TIGHTLOOP_INLINE V polynomial(V x, V square, const typename LaneOf<V>::Float (&c)[n]) {
  const auto pair = [&](int i) __attribute__((always_inline)) {
    return i + 1 < n ? fma(splat<V>(c[i + 1 < n ? i + 1 : i]), x, splat<V>(c[i])) : splat<V>(c[i]);
  };
  V sum = pair((n - 1) / 2 * 2);
#pragma GCC unroll 16
  for (int i = (n - 1) / 2 * 2 - 2; i >= 0; i -= 2) sum = fma(sum, square, pair(i));
  return sum;
}

/// table[index of the lane modulo n].
TIGHTLOOP_INLINE D lookup(const double (&table)[16], U64 index) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_permutex2var_pd(_mm512_load_pd(table), (__m512i)index, _mm512_load_pd(table + 8));
#elif TIGHTLOOP_MATH_LEVEL == 3
  return D{table[index[0] & 15], table[index[1] & 15], table[index[2] & 15], table[index[3] & 15]};
#else
  return D{table[index[0] & 15], table[index[1] & 15]};
#endif
}
#if TIGHTLOOP_MATH_LEVEL == 3
/// table[index modulo 16], by permutations: gathers are slow on many of these hosts.
TIGHTLOOP_INLINE F lookup_half(const float* table, U32 index) {
  const __m256i i = (__m256i)index;
  return _mm256_blendv_ps(_mm256_permutevar8x32_ps(_mm256_load_ps(table), i),
                          _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8), i),
                          (__m256)(index << 28));
}
#endif
TIGHTLOOP_INLINE F lookup(const float (&table)[16], U32 index) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_permutexvar_ps((__m512i)index, _mm512_load_ps(table));
#elif TIGHTLOOP_MATH_LEVEL == 3
  return lookup_half(table, index);
#else
  return F{table[index[0] & 15], table[index[1] & 15], table[index[2] & 15], table[index[3] & 15]};
#endif
}
TIGHTLOOP_INLINE F lookup(const float (&table)[32], U32 index) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_permutex2var_ps(_mm512_load_ps(table), (__m512i)index, _mm512_load_ps(table + 16));
#elif TIGHTLOOP_MATH_LEVEL == 3
  const __m256 lower = lookup_half(table, index), upper = lookup_half(table + 16, index);
  return _mm256_blendv_ps(lower, upper, (__m256)(index << 27));
#else
  return F{table[index[0] & 31], table[index[1] & 31], table[index[2] & 31], table[index[3] & 31]};
#endif
}

}  // namespace
}  // namespace tightloop::math
