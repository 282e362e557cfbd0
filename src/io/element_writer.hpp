// Elements of any view into a file that is being written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/atomic_file.hpp"
#include "tightloop/array.hpp"

namespace tightloop::io {

/// Writes all elements at `offset`, in C order and in byte order `order`; copies through the mapped
/// file what does not stand in memory like that. Throws Error(file).
void write_elements(AtomicFile& file, std::uint64_t offset, const ArrayView& array,
                    ByteOrder order = ByteOrder::native);

/// Makes a file of a header and the elements behind it. It is not committed. Throws Error(file).
std::unique_ptr<AtomicFile> write_with_header(const std::string& path, std::string_view header,
                                              const ArrayView& array,
                                              ByteOrder order = ByteOrder::native);

/// Makes a file of these bytes. It is not committed. Throws Error(file).
std::unique_ptr<AtomicFile> write_bytes(const std::string& path, std::span<const std::byte> bytes);

/// Returns the elements in C order and native byte order: a copy only where they are not.
Array in_c_order(const ArrayView& array);

}  // namespace tightloop::io
