// Sizes as people write them.
#pragma once

#include <cstdint>
#include <string_view>

namespace tightloop::tool {

/// Reads "268435456", "256M", "1.5G", "64KiB": K, M, G and T are powers of 1024, whatever follows
/// of "B" and "iB"; case does not matter. Throws UsageError, which names `option`, for other texts
/// and for sizes of 2^63 bytes or more.
std::uint64_t parse_byte_size(std::string_view text, std::string_view option);

}  // namespace tightloop::tool
