// Copies blocks between strided (or byte-swapped) memory and contiguous scratch memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tightloop::exec {

/// One operand's element: size in bytes and, where the bytes are to be reversed, the size of the
/// unit that is (half of the element for complex types); 0 for none.
struct ElementBytes {
  std::size_t size = 1;
  std::size_t swap_unit = 0;
};

/// Gathers rows x columns elements at from + i * row_step + j * column_step into `to`, row after
/// row without gaps.
void gather(void* to, const void* from, ElementBytes element, std::int64_t rows,
            std::int64_t columns, std::int64_t row_step, std::int64_t column_step);

/// Scatters what gather() gathers.
void scatter(void* to, const void* from, ElementBytes element, std::int64_t rows,
             std::int64_t columns, std::int64_t row_step, std::int64_t column_step);

}  // namespace tightloop::exec
