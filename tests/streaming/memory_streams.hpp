// Sources and sinks in memory for the tests of streams: what is read once stays read, and what is
// compared are bits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tightloop/error.hpp"
#include "tightloop/stream.hpp"

namespace streams {

using namespace tightloop;

/// The bytes of a file.
class MemorySource : public Source {
 public:
  enum class Kind { file, pipe };

  MemorySource(Kind kind, DType dtype, const Dims& shape, std::vector<unsigned char> bytes,
               bool fortran_order = false, ByteOrder order = ByteOrder::native)
      : Source("memory", dtype, shape, fortran_order, order),
        kind_(kind),
        bytes_(std::move(bytes)),
        fails_at_(bytes_.size() + 1) {}

  bool rewindable() const override { return kind_ == Kind::file; }
  void read(void* into, std::size_t count) override {
    if (at_ + count > bytes_.size()) throw Error(ErrorCode::value, "read past the end");
    if (at_ + count >= fails_at_) throw Error(ErrorCode::file, "'memory' ended early");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count,
                static_cast<unsigned char*>(into));
    at_ += count;
    bytes_read += count;
  }
  void seek(std::uint64_t byte) override {
    if (kind_ == Kind::pipe) throw Error(ErrorCode::file, "a pipe");
    at_ = static_cast<std::size_t>(byte);
  }
  void fail_at(std::size_t byte) { fails_at_ = byte; }

  /// The same elements in memory, with the layout of the file.
  ArrayView view() const {
    Dims strides = shape();
    auto step = static_cast<std::int64_t>(itemsize(dtype()));
    for (int k = 0; k < strides.size(); ++k) {
      const int i = fortran_order() ? k : strides.size() - 1 - k;
      strides[i] = step;
      step *= std::max<std::int64_t>(shape()[i], 1);
    }
    return ArrayView(static_cast<const void*>(bytes_.data()), dtype(), shape(), strides,
                     swapped() ? ByteOrder::swapped : ByteOrder::native);
  }

  std::uint64_t bytes_read = 0;

 private:
  const Kind kind_;
  const std::vector<unsigned char> bytes_;
  std::size_t fails_at_;
  std::size_t at_ = 0;
};

class MemorySink : public Sink {
 public:
  void begin(DType t, const Dims& s) override {
    dtype = t;
    shape = s;
  }
  void write(const void* elements, std::size_t count) override {
    const auto* from = static_cast<const unsigned char*>(elements);
    bytes.insert(bytes.end(), from, from + count);
    largest = std::max(largest, count);
    if (bytes.size() >= fails_at) throw Error(ErrorCode::file, "the disk is full");
  }
  void finish() override { finished = true; }

  DType dtype = DType::bool_;
  Dims shape;
  std::vector<unsigned char> bytes;
  std::size_t largest = 0;
  std::size_t fails_at = ~std::size_t{0};
  bool finished = false;
};

/// True where bytes are the same, or both are of NaNs.
inline bool same_bits(DType dtype, const void* a, const void* b, std::size_t bytes) {
  if (bytes == 0 || std::memcmp(a, b, bytes) == 0) return true;
  const auto compare = [&](auto one, auto infinity) {
    using T = decltype(one);
    for (std::size_t at = 0; at < bytes; at += sizeof(T)) {
      T x, y;
      std::memcpy(&x, static_cast<const char*>(a) + at, sizeof x);
      std::memcpy(&y, static_cast<const char*>(b) + at, sizeof y);
      constexpr T kSign = static_cast<T>(T{1} << (8 * sizeof(T) - 1));
      const auto is_nan = [&](T bits) {
        return static_cast<T>(bits & static_cast<T>(~kSign)) > static_cast<T>(infinity);
      };
      if (x != y && !(is_nan(x) && is_nan(y))) return false;
    }
    return true;
  };
  switch (dtype) {
    case DType::float16: return compare(std::uint16_t{}, 0x7c00U);
    case DType::bfloat16: return compare(std::uint16_t{}, 0x7f80U);
    case DType::float8_e4m3fn: return compare(std::uint8_t{}, 0x7eU);
    case DType::float8_e5m2: return compare(std::uint8_t{}, 0x7cU);
    case DType::float32:
    case DType::complex64: return compare(std::uint32_t{}, 0x7f800000U);
    case DType::float64:
    case DType::complex128: return compare(std::uint64_t{}, 0x7ff0000000000000ULL);
    default: return false;
  }
}

inline bool same_bits(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         same_bits(a.dtype(), a.data(), b.data(),
                   static_cast<std::size_t>(a.size()) * itemsize(a.dtype()));
}

inline bool same_bits(const MemorySink& a, const Array& b) {
  const std::size_t bytes = static_cast<std::size_t>(b.size()) * itemsize(b.dtype());
  return a.finished && a.dtype == b.dtype() && a.shape == b.shape() && a.bytes.size() == bytes &&
         same_bits(a.dtype, a.bytes.data(), b.data(), bytes);
}

}  // namespace streams
