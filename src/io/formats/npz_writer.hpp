// .npz archives with stored members, as numpy.savez writes them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "io/formats/format.hpp"

namespace tightloop::io {

/// Sizes and offsets from here on are written as ZIP64.
inline constexpr std::uint64_t kZip64From = 0xffffffff;

/// Makes an archive in which the elements of every member stand at a multiple of 64 bytes, so that
/// they can be mapped. It is not committed. Throws Error(file) for names that are empty, too long
/// or given twice. The names are without ".npy".
std::unique_ptr<AtomicFile> write_npz(const std::string& path,
                                      std::span<const ArchiveEntry> entries,
                                      std::uint64_t zip64_from = kZip64From);

}  // namespace tightloop::io
