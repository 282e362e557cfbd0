// .npz archives with stored members, as numpy.savez writes them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "io/atomic_file.hpp"
#include "tightloop/array.hpp"

namespace tightloop::io {

/// An array and its name in the archive, without ".npy".
struct NpzEntry {
  std::string name;
  ArrayView array;
};

/// Sizes and offsets from here on are written as ZIP64.
inline constexpr std::uint64_t kZip64From = 0xffffffff;

/// Makes an archive in which the elements of every member stand at a multiple of 64 bytes, so that
/// they can be mapped. It is not committed. Throws Error(file) for names that are empty, too long
/// or given twice.
std::unique_ptr<AtomicFile> write_npz(const std::string& path, std::span<const NpzEntry> entries,
                                      std::uint64_t zip64_from = kZip64From);

}  // namespace tightloop::io
