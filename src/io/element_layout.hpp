// How the elements of a file stand in its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop::io {

/// A block of elements without gaps, from byte `offset` of a file or a stream on.
struct ElementLayout {
  DType dtype = DType::float64;
  Dims shape;
  ByteOrder order = ByteOrder::native;
  bool fortran_order = false;
  std::uint64_t offset = 0;
};

/// Returns the byte strides of elements without gaps, in C or Fortran order. The size of the shape
/// must fit 63 bits.
Dims element_strides(DType dtype, const Dims& shape, bool fortran_order);

/// Views the elements; `first` is the address of the first, whatever `offset` says.
ArrayView view_elements(const void* first, const ElementLayout& layout);

/// Returns the size of all elements in bytes. Throws Error(shape) where it does not fit 63 bits.
std::uint64_t element_bytes(DType dtype, const Dims& shape);

/// As element_bytes(), for what a file says of itself. Throws Error(file) that names `path`.
std::uint64_t stated_bytes(DType dtype, const Dims& shape, const std::string& path);

/// Makes every byte that is not 0 a 1: other programs may write any for true.
void normalise_bools(void* bytes, std::size_t count);

}  // namespace tightloop::io
