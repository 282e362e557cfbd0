// Elements of a file as an array over mapped memory.
#pragma once

#include "io/element_layout.hpp"
#include "io/mapped_file.hpp"

namespace tightloop::io {

/// Maps the elements read-only; the mapping lives as long as the array does. The file must hold
/// them. Throws Error(file), Error(memory).
Array map_elements(const InputFile& file, const ElementLayout& layout);

}  // namespace tightloop::io
