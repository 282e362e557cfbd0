// NumPy .npy files (format versions 1.0 to 3.0): read by mapping, written atomically.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop {

/// Maps a .npy file read-only and returns its array; the mapping lives as long as the array does.
/// C and Fortran order and both byte orders are kept as strides and byte order, never converted.
/// Throws Error(file) that names the file for: no such file, not a .npy file, an unsupported
/// version or dtype, a malformed or oversized header, a shape that overflows, a file shorter than
/// its header says. Reading a mapped file that another process then shortens is a SIGBUS, unless
/// guard_mapped_files() was called; read_npy copies instead.
TIGHTLOOP_API Array map_npy(const std::string& path);

/// Reads a .npy file into memory of our own; errors as map_npy.
TIGHTLOOP_API Array read_npy(const std::string& path);

/// Writes an array as .npy version 1.0 (or 2.0 where the header needs it), C order, native byte
/// order; bfloat16, which NumPy lacks, as '<V2', float8_e5m2 as '<f1',
/// float8_e4m3fn as '<V1'. Writes to a temporary in the same folder, then renames: the file appears
/// whole or not at all. Throws Error(file).
TIGHTLOOP_API void write_npy(const std::string& path, const ArrayView& array);
inline void write_npy(const std::string& path, const Array& array) {
  write_npy(path, static_cast<ArrayView>(array));
}

/// A .npy file being written, of its final size from the beginning: its elements are mapped memory,
/// so that a kernel can write results straight into it, or are written in parts. The file appears
/// under `path` at commit(); destroyed without it, nothing is left behind. Not thread-safe.
class TIGHTLOOP_API NpyWriter {
 public:
  /// Creates the temporary beside `path` and reserves its space; the elements stand in C order, or
  /// in Fortran order. Throws Error(file), for a full disk too.
  NpyWriter(const std::string& path, DType dtype, const Dims& shape, bool fortran_order = false);
  NpyWriter(NpyWriter&& other) noexcept;
  NpyWriter& operator=(NpyWriter&& other) noexcept;
  ~NpyWriter();
  /// Returns the elements, mapped and writable.
  ArrayView view() const;
  /// Writes `bytes` bytes of elements, native byte order, from byte `at` of the elements on,
  /// without mapping them. Throws Error(file), and Error(value) past their end.
  void write(std::uint64_t at, const void* elements, std::size_t bytes);
  /// Flushes and renames onto `path`. Throws Error(file).
  void commit();

 private:
  struct State;
  State& open_state() const;
  State* state_ = nullptr;
};

}  // namespace tightloop
