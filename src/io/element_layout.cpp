// Strides and sizes of elements that stand in a file without gaps.
#include "io/element_layout.hpp"

#include <algorithm>

#include "io/file_error.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {

Dims element_strides(DType dtype, const Dims& shape, bool fortran_order) {
  Dims strides = shape;
  auto step = static_cast<std::int64_t>(itemsize(dtype));
  const int rank = shape.size();
  for (int i = 0; i < rank; ++i) {
    const int axis = fortran_order ? i : rank - 1 - i;
    strides[axis] = step;
    if (shape[axis] != 0) step *= shape[axis];
  }
  return strides;
}

ArrayView view_elements(const void* first, const ElementLayout& layout) {
  return ArrayView(first, layout.dtype, layout.shape,
                   element_strides(layout.dtype, layout.shape, layout.fortran_order), layout.order);
}

std::uint64_t element_bytes(DType dtype, const Dims& shape) {
  c_strides(shape, itemsize(dtype));  // refuses shapes that are negative or overflow
  std::uint64_t bytes = itemsize(dtype);
  for (std::int64_t extent : shape) bytes *= static_cast<std::uint64_t>(extent);
  return bytes;
}

std::uint64_t stated_bytes(DType dtype, const Dims& shape, const std::string& path) {
  try {
    return element_bytes(dtype, shape);
  } catch (const Error& error) {
    throw_file_error(path, error.message());
  }
}

void normalise_bools(void* bytes, std::size_t count) {
  auto* at = static_cast<std::uint8_t*>(bytes);
  std::transform(at, at + count, at,
                 [](std::uint8_t b) { return static_cast<std::uint8_t>(b != 0); });
}

}  // namespace tightloop::io
