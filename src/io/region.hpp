// Rectangular parts of an array, out of a source that can seek or out of memory.
#pragma once

#include "tightloop/source.hpp"

namespace tightloop::io {

/// Throws Error(value), which names the source, the axis and its extent, where the region is not
/// inside the source.
void require_region(const Source& source, const Dims& start, const Dims& count);

/// What Source::read_region() does for a source that can seek: one read for each tile of elements
/// that stand close together in the file, in the order of the file.
void read_tiles(Source& source, const Dims& start, const Dims& count, void* into);

/// Copies a region of `elements`, which is checked already, to `into`, in C order and native byte
/// order.
void copy_region(const ArrayView& elements, const Dims& start, const Dims& count, void* into);

/// True where some axis is empty.
bool is_empty(const Dims& count);

}  // namespace tightloop::io
