// Images in the Netpbm formats PGM and PPM (P2, P3, P5, P6): gray or RGB, 8 or 16 bits a sample.
#pragma once

#include <memory>
#include <string>

#include "io/byte_stream.hpp"
#include "io/element_layout.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

/// An image as an array: uint8 where the largest sample is below 256, else uint16; (height, width)
/// or (height, width, 3).
struct PnmImage {
  ElementLayout layout;    ///< of a binary image; 16-bit samples are big-endian
  bool plain = false;      ///< samples are decimal numbers
  std::uint32_t most = 0;  ///< the largest sample
};

/// Reads the header, no byte more, from the beginning of a stream, and checks that a stream of
/// known size can hold the samples. Throws Error(file).
PnmImage read_pnm_header(ByteStream& stream, const std::string& name);

/// Opens an image; its samples come as they are, unscaled. Throws Error(file).
std::unique_ptr<Source> open_pnm(std::unique_ptr<ByteStream> stream, const std::string& name);

/// Returns the header of a binary image. Throws Error(file) where the array is none: uint8, uint16
/// or bool of shape (h, w) or (h, w, 3).
std::string format_pnm_header(const ArrayView& image, const std::string& path);

}  // namespace tightloop::io
