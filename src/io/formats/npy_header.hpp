// The header of a .npy file: its bytes to dtype, order and shape, and back. Follows
// numpy.lib.format (versions 1.0, 2.0 and 3.0). Pure functions of bytes; no file is touched here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tightloop/array.hpp"

namespace tightloop::io {

/// The fixed part: magic string, version, length of the text that follows.
struct NpyPreamble {
  int major = 1;
  std::uint64_t text_offset = 0;
  std::uint64_t text_size = 0;
  std::uint64_t data_offset() const { return text_offset + text_size; }
};

/// What the text says.
struct NpyHeader {
  DType dtype = DType::float64;
  ByteOrder order = ByteOrder::native;
  bool fortran_order = false;
  Dims shape;
  std::uint64_t data_bytes = 0;  ///< elements times item size; below 2^63
};

/// No preamble is longer.
inline constexpr std::size_t kNpyPreambleBytes = 12;

/// Reads the first bytes (all of them up to kNpyPreambleBytes) of a file of `file_size` bytes.
/// `path` is for messages. Throws Error(file).
NpyPreamble parse_npy_preamble(std::span<const std::byte> bytes, std::uint64_t file_size,
                               const std::string& path);

/// Reads the text, a Python dict literal. `said` is the dtype that the caller knows the elements to
/// have where the file says raw bytes of its size. Throws Error(file).
NpyHeader parse_npy_header(std::string_view text, const NpyPreamble& preamble,
                           const std::string& path, std::optional<DType> said = {});

/// Returns preamble and text for elements in native byte order; a multiple of 64 bytes.
std::string format_npy_header(DType dtype, const Dims& shape, bool fortran_order = false);

}  // namespace tightloop::io
