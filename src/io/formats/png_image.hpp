// PNG images (libpng): gray, gray and alpha, RGB or RGBA, 8 or 16 bits a sample.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/byte_stream.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

/// Opens an image as a uint8 or uint16 array of shape (h, w) for gray, else (h, w, 2), (h, w, 3) or
/// (h, w, 4). Palettes become RGB (RGBA where they have transparent colors), samples of less than 8
/// bits are scaled to 8, others come as they are. Rows are unpacked as they are read; interlaced
/// images are unpacked whole. Throws Error(file) also for a header that the size of the file
/// contradicts.
std::unique_ptr<Source> open_png(std::unique_ptr<ByteStream> stream, const std::string& name);

/// Packs a C-contiguous image in native byte order: uint8, uint16 or bool (0 and 255) of shape
/// (h, w), (h, w, 2), (h, w, 3) or (h, w, 4). `path` is for messages. Throws Error(file) for any
/// other array.
std::vector<std::byte> pack_png(const ArrayView& image, const std::string& path);

}  // namespace tightloop::io
