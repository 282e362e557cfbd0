// Files of elements without a header: what the caller says of them, compared with their size.
#pragma once

#include <string>
#include <string_view>

#include "io/element_layout.hpp"

namespace tightloop::io {

/// Reads "DTYPE[:SHAPE][:ORDER]" for a file of `size` bytes: a name of the language ("uint16") or a
/// code of NumPy's (">u2"); extents with 'x' between them ("1000x370"), one dimension of all
/// elements where they are left out; "little" or "big". Throws Error(file) that names `path` and
/// what is wrong, also where the size is another.
ElementLayout parse_raw_layout(std::string_view text, std::uint64_t size, const std::string& path);

}  // namespace tightloop::io
