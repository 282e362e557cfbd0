// A compiled kernel as plain bytes: what the code generator makes, the disk cache keeps and run/
// brings into executable memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tightloop::kernel {

/// Code and constants, relative to themselves: they run at any address that is a multiple of
/// kImageAlignment, once the addresses listed in `imports` are filled in.
struct KernelImage {
  /// Eight bytes at `offset` that receive the address of `symbol` (of the image's own first byte
  /// where it is empty) plus `addend`.
  struct Import {
    std::uint64_t offset = 0;
    std::string symbol;
    std::int64_t addend = 0;
    friend bool operator==(const Import&, const Import&) = default;
  };

  std::vector<unsigned char> bytes;
  std::uint64_t entry = 0;  ///< offset of the KernelFn
  std::vector<Import> imports;
  friend bool operator==(const KernelImage&, const KernelImage&) = default;
};

inline constexpr std::size_t kImageAlignment = 4096;

}  // namespace tightloop::kernel
