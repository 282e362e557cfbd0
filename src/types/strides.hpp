// Strided memory: which bytes a view touches, whether two views can touch the same ones, and copies
// between any two layouts of one dtype. In: ArrayViews. Out: addresses, answers, bytes.
#pragma once

#include <cstdint>

#include "tightloop/array.hpp"

namespace tightloop {

/// The bytes [begin, end) from the lowest to the highest that a view touches; begin == end where it
/// has no elements.
struct MemoryRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  friend bool operator==(const MemoryRange&, const MemoryRange&) = default;
};

/// Returns the lowest and one past the highest byte address of a view.
MemoryRange memory_range(const ArrayView& view);

/// Returns false only where no byte belongs to an element of both views. Exact for disjoint ranges
/// and for identical layouts whose axes nest (no two elements of a view share a byte), and for most
/// others; true where an exact answer would take long.
bool may_overlap(const ArrayView& a, const ArrayView& b);

/// True where both views have the same address, dtype, shape, byte order, and strides wherever an
/// extent is above 1: element i of one is element i of the other.
bool same_elements(const ArrayView& a, const ArrayView& b);

/// Copies the elements of `from` to `to`, swapping bytes where the byte orders differ. Dtypes and
/// shapes must be equal and the memory must not overlap; throws Error(internal) for the former and
/// for a read-only `to`.
void copy_elements(const ArrayView& to, const ArrayView& from);

}  // namespace tightloop
