// Vectors of one instruction set as GCC vector extensions, and the few operations that need an
// instruction by name. Included by kernels_v{2,3,4}.cpp alone, each with its own compiler flags;
// all is in an anonymous namespace so that no symbol built for one instruction set serves another.
#pragma once

#include <immintrin.h>

#if TIGHTLOOP_MATH_LEVEL < 3
#include "math/software_fma.hpp"
#endif

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
/// A constant that the compiler loads as floats. Operands of integer instructions it would build in
/// a general register and spread: three instructions, one of them on the busy shuffle unit.
template <class V>
TIGHTLOOP_INLINE V loaded(typename LaneOf<V>::Float x) {
  V constant = splat<V>(x);
#if TIGHTLOOP_MATH_LEVEL == 4
  asm("" : "+v"(constant));
#else
  asm("" : "+x"(constant));
#endif
  return constant;
}
template <class V>
TIGHTLOOP_INLINE Bits<V> sign_bits() {
  return (Bits<V>)loaded<V>(-0.0F);
}
// A complement and a conjunction would become an instruction that waits for an unrelated register.
#if TIGHTLOOP_MATH_LEVEL == 4
TIGHTLOOP_INLINE D abs(D x) {
  return _mm512_andnot_pd((D)sign_bits<D>(), x);
}
TIGHTLOOP_INLINE F abs(F x) {
  return _mm512_andnot_ps((F)sign_bits<F>(), x);
}
#elif TIGHTLOOP_MATH_LEVEL == 3
TIGHTLOOP_INLINE D abs(D x) {
  return _mm256_andnot_pd((D)sign_bits<D>(), x);
}
TIGHTLOOP_INLINE F abs(F x) {
  return _mm256_andnot_ps((F)sign_bits<F>(), x);
}
#else
TIGHTLOOP_INLINE D abs(D x) {
  return _mm_andnot_pd((D)sign_bits<D>(), x);
}
TIGHTLOOP_INLINE F abs(F x) {
  return _mm_andnot_ps((F)sign_bits<F>(), x);
}
#endif
/// The magnitude of x (whose sign bit is clear) with the sign of s.
template <class V>
TIGHTLOOP_INLINE V with_sign(V x, V s) {
  return (V)((Bits<V>)x | ((Bits<V>)s & sign_bits<V>()));
}
/// x, negated where s is negative.
template <class V>
TIGHTLOOP_INLINE V times_sign(V x, V s) {
  return (V)((Bits<V>)x ^ ((Bits<V>)s & sign_bits<V>()));
}
/// Truth of every lane as all bits or none.
template <class V>
using Mask = decltype(V{} < V{});
/// x where the mask is set, 0 elsewhere.
template <class V>
TIGHTLOOP_INLINE V where(Mask<V> mask, V x) {
  return mask ? x : V{};
}
template <class V>
TIGHTLOOP_INLINE void swap_where(Mask<V> mask, V& a, V& b) {
#if TIGHTLOOP_MATH_LEVEL == 4
  const V first = a;
  a = mask ? b : a;
  b = mask ? first : b;
#else
  // Blends are three instructions on many hosts.
  const Mask<V> change = ((Mask<V>)a ^ (Mask<V>)b) & mask;
  a = (V)((Mask<V>)a ^ change);
  b = (V)((Mask<V>)b ^ change);
#endif
}

/// a - b in groups of 16 bits, at least 0.
template <class V>
TIGHTLOOP_INLINE Bits<V> saturated_difference(Bits<V> a, Bits<V> b) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return (Bits<V>)_mm512_subs_epu16((__m512i)a, (__m512i)b);
#elif TIGHTLOOP_MATH_LEVEL == 3
  return (Bits<V>)_mm256_subs_epu16((__m256i)a, (__m256i)b);
#else
  return (Bits<V>)_mm_subs_epu16((__m128i)a, (__m128i)b);
#endif
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
TIGHTLOOP_INLINE D fma(D a, D b, D c) {
  return fma_lanes(a, b, c);
}
TIGHTLOOP_INLINE F fma(F a, F b, F c) {
  return fma_lanes(a, b, c);
}
TIGHTLOOP_INLINE D nfma(D a, D b, D c) {
  return fma_lanes(-a, b, c);
}
TIGHTLOOP_INLINE F nfma(F a, F b, F c) {
  return fma_lanes(-a, b, c);
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

/// a * b - 1 rounded once.
template <class V>
TIGHTLOOP_INLINE V product_minus_one(V a, V b) {
  return fma(a, b, splat<V>(-1));
}
/// What the rounding of p = a * b left.
template <class V>
TIGHTLOOP_INLINE V product_error(V a, V b, V p) {
  return fma(a, b, -p);
}

/// Whether |x| > limit in some lane; NaN is not.
TIGHTLOOP_INLINE bool any_above(D x, double limit) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_cmp_pd_mask(abs(x), splat<D>(limit), _CMP_GT_OQ) != 0;
#elif TIGHTLOOP_MATH_LEVEL == 3
  return _mm256_movemask_pd(_mm256_cmp_pd(abs(x), splat<D>(limit), _CMP_GT_OQ)) != 0;
#else
  return _mm_movemask_pd(_mm_cmpgt_pd(abs(x), splat<D>(limit))) != 0;
#endif
}
TIGHTLOOP_INLINE bool any_above(F x, float limit) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_cmp_ps_mask(abs(x), splat<F>(limit), _CMP_GT_OQ) != 0;
#elif TIGHTLOOP_MATH_LEVEL == 3
  return _mm256_movemask_ps(_mm256_cmp_ps(abs(x), splat<F>(limit), _CMP_GT_OQ)) != 0;
#else
  return _mm_movemask_ps(_mm_cmpgt_ps(abs(x), splat<F>(limit))) != 0;
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
/// The same in groups of four terms, for long ones: a chain shorter still for one product more.
/// c[first] is the constant term.
template <class V, int n>
TIGHTLOOP_INLINE V long_polynomial(V x, V square, const typename LaneOf<V>::Float (&c)[n],
                                   int first = 0) {
  const auto term = [&](int i) __attribute__((always_inline)) {
    return splat<V>(c[i < n ? i : 0]);
  };
  const auto pair = [&](int i) __attribute__((always_inline)) {
    return i + 1 < n ? fma(term(i + 1), x, term(i)) : term(i);
  };
  const auto group = [&](int i) __attribute__((always_inline)) {
    return i + 2 < n ? fma(pair(i + 2), square, pair(i)) : pair(i);
  };
  const V fourth = square * square;
  int i = first + (n - 1 - first) / 4 * 4;
  V sum = group(i);
#pragma GCC unroll 16
  for (i -= 4; i >= first; i -= 4) sum = fma(sum, fourth, group(i));
  return sum;
}

TIGHTLOOP_INLINE D lookup(const double (&table)[8], U64 index) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_permutexvar_pd((__m512i)index, _mm512_load_pd(table));
#elif TIGHTLOOP_MATH_LEVEL == 3
  // As pairs of 32-bit lanes, by permutations.
  const U64 low = index + index;
  const __m256i pairs = (__m256i)(low | low << 32 | 1ULL << 32);
  const auto half = [&](int k) __attribute__((always_inline)) {
    return (__m256d)_mm256_permutevar8x32_epi32(*(const __m256i*)(table + k), pairs);
  };
  return _mm256_blendv_pd(half(0), half(4), (__m256d)(index << 61));
#else
  return D{table[index[0] & 7], table[index[1] & 7]};
#endif
}
TIGHTLOOP_INLINE D lookup(const double (&table)[32], U64 index) {
#if TIGHTLOOP_MATH_LEVEL == 4
  const __m512i i = (__m512i)index;
  const auto half = [&](int k) __attribute__((always_inline)) {
    return _mm512_permutex2var_pd(_mm512_load_pd(table + k), i, _mm512_load_pd(table + k + 8));
  };
  return _mm512_mask_blend_pd(_mm512_test_epi64_mask(i, _mm512_set1_epi64(16)), half(0), half(16));
#elif TIGHTLOOP_MATH_LEVEL == 3
  return D{table[index[0] & 31], table[index[1] & 31], table[index[2] & 31], table[index[3] & 31]};
#else
  return D{table[index[0] & 31], table[index[1] & 31]};
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
