// The directory of a ZIP archive (PKWARE's APPNOTE 6.3, ZIP64 included): which members it has and
// where their bytes stand. Nothing that a file says is believed before it is compared with its
// size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_stream.hpp"

namespace tightloop::io {

/// What the directory says of a member.
struct ZipMember {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t checksum = 0;  ///< CRC-32 of the unpacked bytes
  std::uint64_t packed = 0;    ///< bytes in the archive
  std::uint64_t size = 0;      ///< bytes when unpacked
  std::uint64_t header = 0;    ///< offset of the member's own header
};

class ZipArchive {
 public:
  /// Reads the directory. Throws Error(file) where the file is no archive, is cut off or lies.
  explicit ZipArchive(std::shared_ptr<const InputFile> file);

  const std::vector<ZipMember>& members() const noexcept { return members_; }
  /// Returns the offset of the member's bytes. Throws Error(file) for an encrypted member, a method
  /// other than stored and deflated, and sizes that cannot be.
  std::uint64_t locate(const ZipMember& member) const;
  /// True where the member's bytes stand in the file as they are.
  static bool is_stored(const ZipMember& member) noexcept { return member.method == 0; }
  /// Opens the unpacked bytes; the checksum is compared when the last byte is read in order. `name`
  /// is for messages. Throws Error(file) as locate().
  std::unique_ptr<ByteStream> open(const ZipMember& member, const std::string& name) const;

 private:
  struct Directory {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint64_t count = 0;
  };
  Directory find_directory() const;
  Directory read_zip64(std::uint64_t end_of_directory, Directory short_form) const;
  void read_members(const Directory& directory);
  [[noreturn]] void damaged(const std::string& what) const;

  std::shared_ptr<const InputFile> file_;
  std::vector<ZipMember> members_;
};

}  // namespace tightloop::io
