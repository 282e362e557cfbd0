// fma for instruction sets without it: rounded once like the instruction, so that a leaf gives the
// same bits at every width. float32 rounds in float64; float64 sums exact parts and rounds their
// tail to odd (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", IEEE TC 2008).
#pragma once

#include <emmintrin.h>

namespace tightloop::math {
namespace {

/// a + b rounded, and what the rounding left (Knuth's TwoSum).
struct ExactSum {
  __m128d sum, rest;
};
inline ExactSum exact_sum(__m128d a, __m128d b) {
  const __m128d sum = a + b, from_b = sum - a;
  return {sum, (a - (sum - from_b)) + (b - from_b)};
}

/// The sum, moved to its odd neighbour towards the exact value where it is even and inexact:
/// rounding it again to fewer bits cannot meet a tie that is none.
inline __m128d to_odd(const ExactSum& s) {
  const __m128i one = _mm_set1_epi64x(1), bits = (__m128i)s.sum;
  const __m128i opposite = _mm_srli_epi64((__m128i)s.rest ^ bits, 63);
  const __m128i step = one - (opposite + opposite);
  // False where an infinity made the rest NaN.
  const __m128i inexact = (__m128i)_mm_or_pd(_mm_cmplt_pd(s.rest, _mm_setzero_pd()),
                                             _mm_cmpgt_pd(s.rest, _mm_setzero_pd()));
  // One less than the last bit: all ones where it is 0.
  return (__m128d)(bits + (step & inexact & ((bits & one) - one)));
}

/// The upper half of a significand, rounded, so that the halves' products are exact (Veltkamp).
inline __m128d upper_half(__m128d x) {
  const __m128d t = x * _mm_set1_pd(0x1p27 + 1);
  return t - (t - x);
}

__attribute__((noinline)) inline __m128d fma_lanes(__m128d a, __m128d b, __m128d c) {
  const __m128d p = a * b, ah = upper_half(a), bh = upper_half(b), al = a - ah, bl = b - bh;
  const __m128d rest = ((ah * bh - p) + ah * bl + al * bh) + al * bl;
  const ExactSum low = exact_sum(c, rest), high = exact_sum(p, low.sum);
  const __m128d y = high.sum + to_odd(exact_sum(low.rest, high.rest));
  // The rest of a tiny product is not exact; halves, products or sums out of range end as NaN.
  const __m128d magnitude = _mm_andnot_pd(_mm_set1_pd(-0.0), p);
  const __m128d sound =
      _mm_and_pd(_mm_cmpgt_pd(magnitude, _mm_set1_pd(0x1p-900)), _mm_cmpord_pd(y, y));
  if (_mm_movemask_pd(sound) == 3) return y;
  return __m128d{__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
}

inline __m128d upper_lanes(__m128 x) {
  return _mm_cvtps_pd(_mm_movehl_ps(x, x));
}

__attribute__((noinline)) inline __m128 fma_lanes(__m128 a, __m128 b, __m128 c) {
  const __m128d p0 = _mm_cvtps_pd(a) * _mm_cvtps_pd(b), c0 = _mm_cvtps_pd(c);
  const __m128d p1 = upper_lanes(a) * upper_lanes(b), c1 = upper_lanes(c);
  __m128d s0 = p0 + c0, s1 = p1 + c1;
  // The products are exact. Rounding the sum twice matters where the first rounding made a tie of
  // float32, or where the result is subnormal and has its ties elsewhere.
  const __m128 x0 = (__m128)s0, x1 = (__m128)s1;
  const __m128i low = (__m128i)_mm_shuffle_ps(x0, x1, _MM_SHUFFLE(2, 0, 2, 0));
  const __m128i high = (__m128i)_mm_shuffle_ps(x0, x1, _MM_SHUFFLE(3, 1, 3, 1));
  const __m128i exponent = high & _mm_set1_epi32(0x7fffffff);
  const __m128i tie = _mm_cmpeq_epi32(low & _mm_set1_epi32(0x1fffffff), _mm_set1_epi32(0x10000000));
  const __m128i tiny = _mm_cmplt_epi32(exponent, _mm_set1_epi32((1023 - 126) << 20)) &
                       _mm_cmpgt_epi32(exponent, _mm_setzero_si128());
  if (_mm_movemask_epi8(tie | tiny) != 0) {
    s0 = to_odd(exact_sum(p0, c0));
    s1 = to_odd(exact_sum(p1, c1));
  }
  return _mm_movelh_ps(_mm_cvtpd_ps(s0), _mm_cvtpd_ps(s1));
}

}  // namespace
}  // namespace tightloop::math
