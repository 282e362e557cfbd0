// Arrays with known elements, for round trips through files.
#pragma once

#include <cstring>
#include <string>

#include "tightloop/array.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io::test {

/// An array whose bytes differ from element to element; bools are 0 and 1, floats finite.
inline Array counted(DType dtype, const Dims& shape, int seed = 0) {
  Array out(dtype, shape);
  const std::size_t width = itemsize(dtype);
  auto* bytes = static_cast<unsigned char*>(out.data());
  for (std::size_t i = 0; i < static_cast<std::size_t>(out.size()); ++i) {
    for (std::size_t b = 0; b < width; ++b) {
      bytes[i * width + b] = static_cast<unsigned char>(
          dtype == DType::bool_ ? (i + static_cast<std::size_t>(seed)) % 2
                                : (i * 37 + b * 5 + static_cast<std::size_t>(seed)) & 0x3f);
    }
  }
  return out;
}

/// True where two arrays have one dtype, one shape and the same elements, bit for bit.
inline bool same(const Array& a, const Array& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const Array x = Array::copy_of(a);
  const Array y = Array::copy_of(b);
  return a.size() == 0 ||
         std::memcmp(std::as_const(x).data(), std::as_const(y).data(),
                     static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
}

/// Reads a source in parts of `part` bytes.
inline Array read_in_parts(Source& source, std::size_t part) {
  Array raw(source.dtype(), source.shape());
  auto* to = static_cast<char*>(raw.data());
  for (std::uint64_t left = source.bytes(); left > 0;) {
    const auto now = static_cast<std::size_t>(left < part ? left : part);
    source.read(to, now);
    to += now;
    left -= now;
  }
  return raw;
}

}  // namespace tightloop::io::test
