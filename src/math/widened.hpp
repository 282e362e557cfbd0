// float32 functions computed in float64 lanes and rounded once: for functions whose float32 form
// would need more than float32 precision in most of its steps.
#pragma once

#include "math/vector.hpp"

namespace tightloop::math {
namespace {

/// The lanes of a float32 vector as two vectors of float64.
struct Widened {
  D low, high;
};

#if TIGHTLOOP_MATH_LEVEL == 4
TIGHTLOOP_INLINE Widened widened(F x) {
  return {_mm512_cvtps_pd(_mm512_castps512_ps256(x)),
          _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1))};
}
TIGHTLOOP_INLINE F narrowed(const Widened& x) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(x.low)), _mm512_cvtpd_ps(x.high),
                            1);
}
#elif TIGHTLOOP_MATH_LEVEL == 3
TIGHTLOOP_INLINE Widened widened(F x) {
  return {_mm256_cvtps_pd(_mm256_castps256_ps128(x)), _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))};
}
TIGHTLOOP_INLINE F narrowed(const Widened& x) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(x.low)),
                              _mm256_cvtpd_ps(x.high), 1);
}
#else
TIGHTLOOP_INLINE Widened widened(F x) {
  return {_mm_cvtps_pd(x), _mm_cvtps_pd(_mm_movehl_ps(x, x))};
}
TIGHTLOOP_INLINE F narrowed(const Widened& x) {
  return _mm_movelh_ps(_mm_cvtpd_ps(x.low), _mm_cvtpd_ps(x.high));
}
#endif

}  // namespace
}  // namespace tightloop::math
