// Converting to 8- and 16-bit integers with a scale and an offset, and to the dtype that a
// precision report recommends.
#pragma once

#include <string>

#include "precision/request.hpp"
#include "precision/storage.hpp"

namespace tightloop::tool {

/// Returns how a file is stored in `dtype`, from one pass over it. Throws Error(value) where it
/// cannot be.
Storage scaled_storage(const std::string& input, DType dtype);

/// Returns how the smallest dtype within the tolerance stores a file. Throws Error(value) where
/// there is none.
Storage recommended_storage(const std::string& input, const Tolerance& tolerance);

/// Writes q of x = scale q + offset. In an archive (.npz) the scale and the offset stand beside it,
/// as members "scale" and "offset", or NAME_scale and NAME_offset of a member NAME. Returns the
/// equation. Throws Error.
std::string write_scaled(const std::string& input, const std::string& output,
                         const Storage& storage);

}  // namespace tightloop::tool
