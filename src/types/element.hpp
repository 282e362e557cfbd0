// Elements in memory: any storage dtype, any alignment, either byte order, to and from
// values of the lane type in which they are computed (half types as float). In and out: bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tightloop/array.hpp"
#include "types/scalar.hpp"

namespace tightloop {

/// Reads elements at base + offsets[i] into consecutive lanes.
using LoadElements = void (*)(const std::byte* base, const std::int64_t* offsets, std::size_t count,
                              void* lanes);
/// Writes consecutive lanes to base + offsets[i]; float lanes round once to a half dtype.
using StoreElements = void (*)(std::byte* base, const std::int64_t* offsets, std::size_t count,
                               const void* lanes);

/// Finds the function for a storage dtype. A lane has the C++ type of the dtype, float for the half
/// types. Bytes of a bool are normalised: any non-zero byte reads as true.
LoadElements element_loader(DType dtype, ByteOrder order);
StoreElements element_storer(DType dtype, ByteOrder order);

/// Reads one element; the scalar's dtype is the lane type.
Scalar load_element(const void* address, DType dtype, ByteOrder order);
/// Writes one element from a scalar of the lane type.
void store_element(void* address, DType dtype, ByteOrder order, const Scalar& value);

}  // namespace tightloop
