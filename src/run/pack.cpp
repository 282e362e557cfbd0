#include "run/pack.hpp"

#include <cstdlib>
#include <cstring>

namespace tightloop::run {
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

/// Copies the first ones of a run that takes every other element, sixteen bytes at a time, and
/// returns how many; never reads beyond the last element of the run.
template <class T>
std::int64_t copy_every_other(unsigned char* to, const unsigned char* from, std::int64_t count) {
  using V __attribute__((vector_size(16))) = T;
  constexpr auto kLanes = static_cast<std::int64_t>(16 / sizeof(T));
  constexpr std::int64_t kAhead = 2048;
  std::int64_t i = 0;
  for (; i + kLanes < count; i += kLanes) {
    const unsigned char* at = from + 2 * i * static_cast<std::int64_t>(sizeof(T));
    __builtin_prefetch(at + kAhead);
    V low, high, even;
    std::memcpy(&low, at, sizeof low);
    std::memcpy(&high, at + sizeof low, sizeof high);
    if constexpr (sizeof(T) == 8) {
      even = __builtin_shufflevector(low, high, 0, 2);
    } else if constexpr (sizeof(T) == 4) {
      even = __builtin_shufflevector(low, high, 0, 2, 4, 6);
    } else if constexpr (sizeof(T) == 2) {
      even = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
    } else {
      even = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26,
                                     28, 30);
    }
    std::memcpy(to + i * static_cast<std::int64_t>(sizeof(T)), &even, sizeof even);
  }
  return i;
}

/// Copies one run of elements; steps are in bytes.
template <class T, bool Swap>
void copy_run(unsigned char* to, const unsigned char* from, std::size_t unit, std::int64_t count,
              std::int64_t to_step, std::int64_t from_step) {
  std::int64_t i = 0;
  if constexpr (!Swap && sizeof(T) <= 8) {
    constexpr auto size = static_cast<std::int64_t>(sizeof(T));
    if (to_step == size && from_step == 2 * size) i = copy_every_other<T>(to, from, count);
  }
  for (; i < count; ++i) {
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
    b = {b.columns, b.rows, b.to_column, b.to_row, b.from_column, b.from_row};
  }
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

}  // namespace tightloop::run
