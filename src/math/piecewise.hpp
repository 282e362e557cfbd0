// Polynomials whose coefficients depend on the lane (one of sixteen intervals), lookups of several
// values at one index, and questions about all lanes at once.
#pragma once

#include <iterator>

#include "math/vector.hpp"

namespace tightloop::math {
namespace {

template <class V>
struct Both {
  V first, second;
};

/// Both values of each lane's row of a table of pairs.
TIGHTLOOP_INLINE Both<D> read_rows(const double* rows, U64 index) {
#if TIGHTLOOP_MATH_LEVEL == 4
  const __m512i place = (__m512i)(index << 1);
  return {_mm512_i64gather_pd(place, rows, 8), _mm512_i64gather_pd(place, rows + 1, 8)};
#else
  // A load for each lane brings both.
  unsigned long long place[LaneOf<D>::lanes];
  __builtin_memcpy(place, &index, sizeof place);
  const auto at = [&](int lane) __attribute__((always_inline)) {
    return _mm_load_pd(rows + 2 * place[lane]);
  };
#if TIGHTLOOP_MATH_LEVEL == 3
  const __m256d even = _mm256_insertf128_pd(_mm256_castpd128_pd256(at(0)), at(2), 1);
  const __m256d odd = _mm256_insertf128_pd(_mm256_castpd128_pd256(at(1)), at(3), 1);
  return {_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd)};
#else
  const __m128d even = at(0), odd = at(1);
  return {_mm_unpacklo_pd(even, odd), _mm_unpackhi_pd(even, odd)};
#endif
#endif
}

/// Two tables of sixteen side by side.
template <class T>
struct alignas(64) Interleaved {
  T rows[16][2];
};
template <class T>
constexpr Interleaved<T> interleaved(const T (&first)[16], const T (&second)[16]) {
  Interleaved<T> both{};
  for (int i = 0; i < 16; ++i) both.rows[i][0] = first[i], both.rows[i][1] = second[i];
  return both;
}
template <const auto& first, const auto& second>
constexpr auto kPairRows = interleaved(first, second);
template <const auto& table, int i>
constexpr auto kColumnRows = interleaved(table[i], table[i + 1 < std::size(table) ? i + 1 : i]);

/// Which of sixteen rows each lane reads.
template <class V>
struct Row {
  Bits<V> index;
};

template <class V, class T>
TIGHTLOOP_INLINE Both<V> read_both(const Row<V>& row, const T (&first)[16], const T (&second)[16],
                                   [[maybe_unused]] const Interleaved<T>& rows) {
  // AVX-512 has each lookup in one permutation.
  if constexpr (TIGHTLOOP_MATH_LEVEL < 4 && sizeof(T) == 8) {
    return read_rows(rows.rows[0], row.index & 15);
  }
  return {lookup(first, row.index), lookup(second, row.index)};
}

/// The row's values in two tables.
template <const auto& first, const auto& second, class V>
TIGHTLOOP_INLINE Both<V> lookup_both(const Row<V>& row) {
  return read_both(row, first, second, kPairRows<first, second>);
}

template <const auto& c, int i, class V>
TIGHTLOOP_INLINE V pieces_from(V t, V square, const Row<V>& row) {
  constexpr int n = std::size(c);
  if constexpr (i + 1 == n) {
    return lookup(c[i], row.index);
  } else {
    const Both<V> k = read_both(row, c[i], c[i + 1], kColumnRows<c, i>);
    const V pair = fma(k.second, t, k.first);
    if constexpr (i + 2 >= n)
      return pair;
    else
      return fma(pieces_from<c, i + 2>(t, square, row), square, pair);
  }
}

/// The polynomial in t with the coefficients c[.][row], c[0] being the constant term, which is
/// added last so that little but its own rounding and that of the sum remains.
template <const auto& c, class V>
TIGHTLOOP_INLINE V piecewise(V t, const Row<V>& row) {
  const Both<V> k = read_both(row, c[0], c[1], kColumnRows<c, 0>);
  return fma(fma(pieces_from<c, 2>(t, t * t, row), t, k.second), t, k.first);
}

/// Quarters of octaves, read from the top bits of x: the row, and the middle of the quarter.
template <class V>
struct Quarter {
  Row<V> row;
  V middle;
};
template <class V>
TIGHTLOOP_INLINE Quarter<V> quarter_of(V x) {
  constexpr int shift = LaneOf<V>::mantissa - 2;
  constexpr auto half = LaneOf<V>::unit >> 3;
  const Bits<V> j = (Bits<V>)x >> shift;
  return {{j}, (V)((j << shift) | half)};
}

/// Truth of every lane as all bits or none.
template <class V>
using Mask = decltype(V{} < V{});

/// True where some lane is. What a kernel skips by it must not change any lane's result.
template <class M>
TIGHTLOOP_INLINE bool any(M mask) {
#if TIGHTLOOP_MATH_LEVEL == 4
  return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask) != 0;
#elif TIGHTLOOP_MATH_LEVEL == 3
  return _mm256_testz_si256((__m256i)mask, (__m256i)mask) == 0;
#else
  return _mm_movemask_epi8((__m128i)mask) != 0;
#endif
}

}  // namespace
}  // namespace tightloop::math
