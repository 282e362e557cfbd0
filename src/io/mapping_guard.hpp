// Mapped files that other programs make shorter: touching what is gone raises SIGBUS, which the
// guard, once installed, turns into zeros and a mark on the mapping. Who used the memory asks for
// the mark afterwards.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace tightloop::io {

/// Identifies a file as it was when it was mapped.
struct MappedIdentity {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
};

struct GuardedRange;

/// Enters a mapping into the guard's list for as long as it lives; it must go before the mapping
/// does. Costs a few stores, whether or not the guard is installed. Thread-safe.
class MappingMark {
 public:
  MappingMark(const void* begin, std::size_t size, bool writable, const MappedIdentity* identity);
  ~MappingMark();
  MappingMark(const MappingMark&) = delete;
  MappingMark& operator=(const MappingMark&) = delete;
  /// True where part of the file was gone when it was touched.
  bool lost() const noexcept;

 private:
  GuardedRange* range_;
};

/// True once guard_mapped_files() was called.
bool mappings_are_guarded() noexcept;

/// Throws Error(file) where the address is in a mapping whose file has become shorter since. Does
/// nothing where the guard is not installed.
void check_mapping(const void* address);

}  // namespace tightloop::io
