// One scalar of any lane dtype: literals, weak scalars, identities of reductions.
#pragma once

#include <complex>
#include <cstdint>
#include <cstring>

#include "tightloop/dtype.hpp"

namespace tightloop {

/// Holds one value in the C++ type of its dtype (bool as uint8 0/1; half types never
/// occur: they are computed as float32). Unused bytes are zero, so equality is by bytes: -0.0
/// differs from 0.0 and a NaN equals itself.
struct Scalar {
  alignas(16) unsigned char bytes[16] = {};
  DType dtype = DType::int64;

  template <class T>
  static Scalar of(T value) {
    Scalar s;
    s.dtype = dtype_of<T>;
    if constexpr (std::is_same_v<T, bool>) {
      s.bytes[0] = value ? 1 : 0;
    } else {
      std::memcpy(s.bytes, &value, sizeof value);
    }
    return s;
  }
  /// Reads the bytes as T, which must be the C++ type of dtype.
  template <class T>
  T as() const {
    if constexpr (std::is_same_v<T, bool>) {
      return bytes[0] != 0;
    } else {
      T value;
      std::memcpy(&value, bytes, sizeof value);
      return value;
    }
  }
  friend bool operator==(const Scalar& a, const Scalar& b) {
    return a.dtype == b.dtype && std::memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
  }
};

}  // namespace tightloop
