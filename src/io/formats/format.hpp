// The descriptor of a file format: all that opening, saving, help and docs need to know of it. A
// new format is a file that defines one, and its row in formats.def.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/atomic_file.hpp"
#include "io/byte_stream.hpp"
#include "tightloop/file_formats.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

/// A file or a pipe to open, and what stands after its name.
struct FileSpec {
  std::string path;    ///< for messages, too
  std::string detail;  ///< without its ':'; empty where there is none
  std::string kind;    ///< the name whose end tells ".csv" from ".txt": the path, or that end alone
};

/// An array and its name in an archive.
struct ArchiveEntry {
  std::string name;
  ArrayView array;
};

struct Format {
  // As FileFormat has them.
  std::string_view name;
  std::string_view ends;
  std::string_view detail;
  std::string_view doc;
  bool from_pipe = false;

  /// True for the first bytes (kFirstBytes, fewer of a shorter file) of a file of the format. Null:
  /// its name alone tells.
  bool (*begins)(std::string_view first) = nullptr;
  /// Opens a stream that stands at its beginning: of a regular file, whose place() it knows, or,
  /// for a format with `from_pipe`, of a pipe. Throws Error(file).
  std::unique_ptr<Source> (*open)(std::unique_ptr<ByteStream> stream, const FileSpec& spec,
                                  const ReadingLimits& limits) = nullptr;

  // At most one of the three; without any the format is only read.
  /// Returns what a file begins with that holds such elements in C order and native byte order, and
  /// nothing else: a format with this is written in parts, too. Throws Error(file).
  std::string (*header)(DType dtype, const Dims& shape) = nullptr;
  /// Makes a file, which is not committed. Throws Error(file) for arrays that the format cannot
  /// hold.
  std::unique_ptr<AtomicFile> (*write)(const std::string& path, const ArrayView& array) = nullptr;
  /// Makes a file of several arrays, as above.
  std::unique_ptr<AtomicFile> (*write_members)(const std::string& path,
                                               std::span<const ArchiveEntry> entries) = nullptr;

  bool can_write() const {
    return header != nullptr || write != nullptr || write_members != nullptr;
  }
};

/// The descriptors that formats.def lists.
namespace formats {
#define FORMAT(name) extern const Format name;
#include "io/formats/formats.def"
#undef FORMAT
}  // namespace formats

/// So many bytes tell what a file is.
inline constexpr std::size_t kFirstBytes = 16;

/// Returns the format that the end of a name stands for, in upper or lower case; null for no known
/// one.
const Format* format_of_name(std::string_view name);

/// Returns what the first bytes of a file say, else what its name says; null where neither tells.
const Format* format_of_file(const InputFile& file);

/// True for a name that ends so; upper case of the name does not matter.
bool has_end(std::string_view name, std::string_view end);

}  // namespace tightloop::io
