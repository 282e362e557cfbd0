// Files as arrays, whatever their format: sources that are read in order and in parts, arrays that
// are loaded whole, and results that are saved.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop {

/// The elements of one array, read in order from a file, a stack of files or a pipe, without ever
/// holding all of them in memory. One thread may use it at a time.
class TIGHTLOOP_API Source {
 public:
  virtual ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  DType dtype() const noexcept { return dtype_; }
  const Dims& shape() const noexcept { return shape_; }
  /// True where the elements come in Fortran order of shape() (the first index runs fastest).
  bool fortran_order() const noexcept { return fortran_order_; }
  /// True where the byte order is not the machine's.
  bool swapped() const noexcept { return order_ == ByteOrder::swapped; }
  /// Returns what messages call it: the file, as the caller wrote it, or "standard input".
  const std::string& name() const noexcept { return name_; }
  /// Returns the size of all elements; below 2^63.
  std::uint64_t bytes() const noexcept { return bytes_; }

  /// True where seek() works: false for pipes.
  virtual bool rewindable() const = 0;
  /// Copies the next `bytes` bytes of the elements to `into`, in the order of the file; bools are 0
  /// or 1. Throws Error(file) that names the file where it ends early, cannot be read or is
  /// damaged, and Error(value) where fewer bytes are left.
  virtual void read(void* into, std::size_t bytes) = 0;
  /// Goes to a byte of the elements, at most bytes(). Throws Error(file), for a pipe always.
  virtual void seek(std::uint64_t byte) = 0;

 protected:
  /// Throws Error(shape) for a shape that is negative or overflows.
  Source(std::string name, DType dtype, const Dims& shape, bool fortran_order, ByteOrder order);

 private:
  std::string name_;
  Dims shape_;
  std::uint64_t bytes_ = 0;
  DType dtype_;
  ByteOrder order_;
  bool fortran_order_;
};

/// Opens what `spec` names: a .npy file, or "-" for .npy on standard input; a named pipe is read as
/// .npy, too. Reads no more than the header. Throws Error(file) that names the file.
TIGHTLOOP_API std::unique_ptr<Source> open_source(const std::string& spec);

/// Returns the array that `spec` names (see open_source): mapped read-only where the file allows
/// it, as map_npy does, else read into memory. Throws Error(file), Error(memory).
TIGHTLOOP_API Array load(const std::string& spec);

/// Writes an array in the format that the end of `path` names: .npy. The file appears whole or not
/// at all. Throws Error(file).
TIGHTLOOP_API void save(const std::string& path, const ArrayView& array);

}  // namespace tightloop
