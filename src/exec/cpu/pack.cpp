// Copies by the block's steps: whole runs, transposition of small tiles in registers, or element by
// element.
#include "exec/cpu/pack.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace tightloop::exec {
namespace {

struct Wide {
  std::uint64_t part[2];
};

template <class T>
T swapped(T value, std::size_t unit) {
  if constexpr (sizeof(T) == 2) {
    return __builtin_bswap16(value);
  } else if constexpr (sizeof(T) == 4) {
    return __builtin_bswap32(value);
  } else if constexpr (sizeof(T) == 8) {
    const std::uint64_t all = __builtin_bswap64(value);
    return unit == 4 ? (all << 32) | (all >> 32) : all;
  } else if constexpr (sizeof(T) == 16) {
    return Wide{{__builtin_bswap64(value.part[0]), __builtin_bswap64(value.part[1])}};
  } else {
    return value;
  }
}

/// Copies one run of elements; steps are in bytes.
template <class T, bool Swap>
void copy_run(unsigned char* to, const unsigned char* from, std::size_t unit, std::int64_t count,
              std::int64_t to_step, std::int64_t from_step) {
  constexpr std::int64_t kGapless = sizeof(T);
  if (Swap && to_step == kGapless && from_step == kGapless) {  // steps that are known: vectors
    for (std::int64_t i = 0; i < count; ++i) {
      T value;
      std::memcpy(&value, from + i * kGapless, sizeof value);
      value = swapped(value, unit);
      std::memcpy(to + i * kGapless, &value, sizeof value);
    }
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, from + i * from_step, sizeof value);
    if constexpr (Swap) value = swapped(value, unit);
    std::memcpy(to + i * to_step, &value, sizeof value);
  }
}

struct Block {
  std::int64_t rows, columns;
  std::int64_t to_row, to_column;
  std::int64_t from_row, from_column;
};

Block turned(const Block& b) {
  return {b.columns, b.rows, b.to_column, b.to_row, b.from_column, b.from_row};
}

#define TIGHTLOOP_UNROLLED inline __attribute__((always_inline))

/// Interleaves the lower (or upper) halves of two vectors.
template <std::size_t Upper, class V, std::size_t... Lane>
TIGHTLOOP_UNROLLED V interleave(V a, V b, std::index_sequence<Lane...>) {
  constexpr std::size_t n = sizeof...(Lane);
  return __builtin_shufflevector(a, b, (Lane / 2 + Upper * n / 2 + Lane % 2 * n)...);
}

/// Transposes a square of vectors: each pass halves the distance between elements that become
/// neighbours.
template <std::size_t Pass, class V, std::size_t... Pair, std::size_t n = 2 * sizeof...(Pair)>
TIGHTLOOP_UNROLLED void transpose(V (&rows)[n], std::index_sequence<Pair...> pairs) {
  constexpr auto lanes = std::make_index_sequence<n>();
  V mixed[n];
  ((mixed[2 * Pair] = interleave<0>(rows[Pair], rows[Pair + n / 2], lanes)), ...);
  ((mixed[2 * Pair + 1] = interleave<1>(rows[Pair], rows[Pair + n / 2], lanes)), ...);
  ((rows[2 * Pair] = mixed[2 * Pair], rows[2 * Pair + 1] = mixed[2 * Pair + 1]), ...);
  if constexpr (2 * Pass < n) transpose<2 * Pass>(rows, pairs);
}

/// Copies a square of as many elements as sixteen bytes hold, whose rows are gapless in `from` and
/// whose columns are in `to`; pitches are in bytes.
template <class T, std::size_t... Row>
TIGHTLOOP_UNROLLED void transpose_tile(unsigned char* to, std::int64_t to_pitch,
                                       const unsigned char* from, std::int64_t from_pitch,
                                       std::index_sequence<Row...>) {
  using V __attribute__((vector_size(16))) = T;
  V rows[sizeof...(Row)];
  (std::memcpy(&rows[Row], from + static_cast<std::int64_t>(Row) * from_pitch, 16), ...);
  transpose<1>(rows, std::make_index_sequence<sizeof...(Row) / 2>());
  (std::memcpy(to + static_cast<std::int64_t>(Row) * to_pitch, &rows[Row], 16), ...);
}

template <class T>
void copy_runs(unsigned char* to, const unsigned char* from, std::size_t unit, const Block& b) {
  for (std::int64_t i = 0; i < b.rows; ++i) {
    unsigned char* t = to + i * b.to_row;
    const unsigned char* f = from + i * b.from_row;
    if (unit != 0) {
      copy_run<T, true>(t, f, unit, b.columns, b.to_column, b.from_column);
    } else {
      copy_run<T, false>(t, f, unit, b.columns, b.to_column, b.from_column);
    }
  }
}

/// Copies a block whose rows are gapless in `from` and whose columns are in `to`.
template <class T>
void transpose_block(unsigned char* to, const unsigned char* from, const Block& b) {
  constexpr std::int64_t n = 16 / sizeof(T);
  const std::int64_t rows = b.rows / n * n, columns = b.columns / n * n;
  for (std::int64_t i = 0; i < rows; i += n) {
    for (std::int64_t j = 0; j < columns; j += n) {
      transpose_tile<T>(to + i * b.to_row + j * b.to_column, b.to_column,
                        from + i * b.from_row + j * b.from_column, b.from_row,
                        std::make_index_sequence<n>());
    }
  }
  Block right = b, below = b;
  right.rows = rows;
  right.columns = b.columns - columns;
  copy_runs<T>(to + columns * b.to_column, from + columns * b.from_column, 0, right);
  below.rows = b.rows - rows;
  copy_runs<T>(to + rows * b.to_row, from + rows * b.from_row, 0, below);
}

template <class T>
void copy_block(unsigned char* to, const unsigned char* from, std::size_t unit, Block b) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  if (unit == 0 && b.to_column == size && b.from_column == size) {
    for (std::int64_t i = 0; i < b.rows; ++i) {
      std::memcpy(to + i * b.to_row, from + i * b.from_row,
                  static_cast<std::size_t>(b.columns * size));
    }
    return;
  }
  // Walk the side with the larger jumps along its shorter step, so that cache lines are used whole.
  const auto shorter = [](std::int64_t row, std::int64_t column) {
    return row != 0 && std::abs(row) < std::abs(column);
  };
  if (b.rows > 1 && (shorter(b.from_row, b.from_column) || shorter(b.to_row, b.to_column))) {
    b = turned(b);
  }
  if constexpr (sizeof(T) <= 8) {
    if (unit == 0 && b.from_column == size && b.to_row == size) {
      return transpose_block<T>(to, from, b);
    }
    if (unit == 0 && b.from_row == size && b.to_column == size) {
      return transpose_block<T>(to, from, turned(b));
    }
  }
  copy_runs<T>(to, from, unit, b);
}

void copy(void* to, const void* from, ElementBytes element, const Block& b) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  switch (element.size) {
    case 1: return copy_block<std::uint8_t>(t, f, 0, b);
    case 2: return copy_block<std::uint16_t>(t, f, element.swap_unit, b);
    case 4: return copy_block<std::uint32_t>(t, f, element.swap_unit, b);
    case 8: return copy_block<std::uint64_t>(t, f, element.swap_unit, b);
    default: return copy_block<Wide>(t, f, element.swap_unit, b);
  }
}

}  // namespace

void gather(void* to, const void* from, ElementBytes element, std::int64_t rows,
            std::int64_t columns, std::int64_t row_step, std::int64_t column_step) {
  const auto size = static_cast<std::int64_t>(element.size);
  copy(to, from, element, {rows, columns, columns * size, size, row_step, column_step});
}

void scatter(void* to, const void* from, ElementBytes element, std::int64_t rows,
             std::int64_t columns, std::int64_t row_step, std::int64_t column_step) {
  const auto size = static_cast<std::int64_t>(element.size);
  copy(to, from, element, {rows, columns, row_step, column_step, columns * size, size});
}

}  // namespace tightloop::exec
