// A kernel image as the bytes of a file: key, imports, code and a checksum over all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/kernel_image.hpp"

namespace tightloop::exec {

/// Mixes bytes to 64 bits; for corruption and file names, not against forgery.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed);

/// Returns the file's bytes.
std::string write_image(std::string_view key, const kernel::KernelImage& image);

/// Returns the image where the bytes are whole and were written for exactly this key; any other
/// bytes whatever give none.
std::optional<kernel::KernelImage> read_image(std::string_view key, std::string_view bytes);

}  // namespace tightloop::exec
