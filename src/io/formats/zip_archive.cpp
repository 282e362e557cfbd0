// Finds the end-of-directory record, then walks over the directory's entries.
#include "io/formats/zip_archive.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "io/file_error.hpp"
#include "io/formats/inflate_stream.hpp"
#include "io/little_endian.hpp"

namespace tightloop::io {
namespace {

constexpr std::uint32_t kMemberMark = 0x04034b50;
constexpr std::uint32_t kEntryMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kLocatorMark = 0x07064b50;

constexpr std::size_t kMemberBytes = 30;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;

constexpr std::uint16_t kElsewhere16 = 0xffff;  // "see the ZIP64 fields"
constexpr std::uint32_t kElsewhere32 = 0xffffffff;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

constexpr std::uint64_t kLongestDirectory = std::uint64_t{1} << 26;

/// Reads the fields of an entry whose 32 bits do not suffice, in the order of the format.
class Zip64Fields {
 public:
  Zip64Fields(const std::byte* extra, std::size_t size) {
    while (size >= 4) {
      const auto id = little_endian<std::uint16_t>(extra);
      const std::size_t length = little_endian<std::uint16_t>(extra + 2);
      if (length > size - 4) return;
      if (id == kZip64Field) {
        at_ = extra + 4;
        left_ = length;
        return;
      }
      extra += 4 + length;
      size -= 4 + length;
    }
  }
  /// Returns false where the field is missing.
  bool replace(std::uint64_t& value) {
    if (value != kElsewhere32) return true;
    if (left_ < 8) return false;
    value = little_endian<std::uint64_t>(at_);
    at_ += 8;
    left_ -= 8;
    return true;
  }

 private:
  const std::byte* at_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace

void ZipArchive::damaged(const std::string& what) const {
  throw_file_error(file_->path(), "is a damaged archive: " + what);
}

ZipArchive::ZipArchive(std::shared_ptr<const InputFile> file) : file_(std::move(file)) {
  read_members(find_directory());
}

ZipArchive::Directory ZipArchive::find_directory() const {
  constexpr std::uint64_t kLongestComment = 0xffff;
  const std::uint64_t size = file_->size();
  const auto tail = static_cast<std::size_t>(std::min(size, kEndBytes + kLongestComment));
  std::vector<std::byte> bytes(tail);
  file_->read(size - tail, bytes.data(), tail);
  for (std::size_t at = tail < kEndBytes ? 0 : tail - kEndBytes + 1; at-- > 0;) {
    const std::byte* record = bytes.data() + at;
    if (little_endian<std::uint32_t>(record) != kEndMark) continue;
    const std::size_t comment = little_endian<std::uint16_t>(record + 20);
    if (at + kEndBytes + comment != tail) continue;
    const std::uint64_t position = size - tail + at;
    Directory found;
    found.count = little_endian<std::uint16_t>(record + 10);
    found.size = little_endian<std::uint32_t>(record + 12);
    found.offset = little_endian<std::uint32_t>(record + 16);
    if (found.count == kElsewhere16 || found.size == kElsewhere32 || found.offset == kElsewhere32) {
      found = read_zip64(position, found);
    }
    if (found.offset > position || found.size > position - found.offset) {
      damaged("its directory is not where it says");
    }
    return found;
  }
  throw_file_error(file_->path(), "is not a whole .npz archive: it has no directory at its end");
}

ZipArchive::Directory ZipArchive::read_zip64(std::uint64_t end_of_directory,
                                             Directory short_form) const {
  std::byte locator[kLocatorBytes];
  if (end_of_directory < kLocatorBytes) return short_form;
  file_->read(end_of_directory - kLocatorBytes, locator, sizeof locator);
  if (little_endian<std::uint32_t>(locator) != kLocatorMark) return short_form;
  const auto at = little_endian<std::uint64_t>(locator + 8);
  const std::uint64_t last = end_of_directory - kLocatorBytes;
  std::byte record[kEnd64Bytes];
  if (at > last || last - at < kEnd64Bytes) damaged("its ZIP64 record is not where it says");
  file_->read(at, record, sizeof record);
  if (little_endian<std::uint32_t>(record) != kEnd64Mark) damaged("it has no ZIP64 record");
  return {little_endian<std::uint64_t>(record + 48), little_endian<std::uint64_t>(record + 40),
          little_endian<std::uint64_t>(record + 32)};
}

void ZipArchive::read_members(const Directory& directory) {
  if (directory.size > kLongestDirectory) {
    damaged("a directory of " + std::to_string(directory.size) + " bytes");
  }
  if (directory.count > directory.size / kEntryBytes) damaged("its directory is too short");
  std::vector<std::byte> bytes(static_cast<std::size_t>(directory.size));
  file_->read(directory.offset, bytes.data(), bytes.size());
  members_.reserve(static_cast<std::size_t>(directory.count));
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    const std::byte* entry = bytes.data() + at;
    if (bytes.size() - at < kEntryBytes) damaged("its directory ends early");
    if (little_endian<std::uint32_t>(entry) != kEntryMark) damaged("a directory entry has no mark");
    const std::size_t name = little_endian<std::uint16_t>(entry + 28);
    const std::size_t extra = little_endian<std::uint16_t>(entry + 30);
    const std::size_t comment = little_endian<std::uint16_t>(entry + 32);
    if (bytes.size() - at - kEntryBytes < name + extra + comment) {
      damaged("its directory ends early");
    }
    ZipMember member;
    member.name.assign(reinterpret_cast<const char*>(entry + kEntryBytes), name);
    member.flags = little_endian<std::uint16_t>(entry + 8);
    member.method = little_endian<std::uint16_t>(entry + 10);
    member.checksum = little_endian<std::uint32_t>(entry + 16);
    member.packed = little_endian<std::uint32_t>(entry + 20);
    member.size = little_endian<std::uint32_t>(entry + 24);
    member.header = little_endian<std::uint32_t>(entry + 42);
    Zip64Fields wide(entry + kEntryBytes + name, extra);
    if (!wide.replace(member.size) || !wide.replace(member.packed) ||
        !wide.replace(member.header)) {
      damaged("the ZIP64 sizes of " + in_quotes(member.name) + " are missing");
    }
    members_.push_back(std::move(member));
    at += kEntryBytes + name + extra + comment;
  }
}

std::uint64_t ZipArchive::locate(const ZipMember& member) const {
  const std::string name = in_quotes(member.name);
  if ((member.flags & kEncrypted) != 0) {
    throw_file_error(file_->path(), "its member " + name + " is encrypted");
  }
  if (member.method != kStored && member.method != kDeflated) {
    throw_file_error(file_->path(), "its member " + name + " is compressed by method " +
                                        std::to_string(member.method) +
                                        "; stored and deflated members are read");
  }
  const std::uint64_t size = file_->size();
  if (member.header > size || size - member.header < kMemberBytes) {
    damaged(name + " is not where the directory says");
  }
  std::byte header[kMemberBytes];
  file_->read(member.header, header, sizeof header);
  if (little_endian<std::uint32_t>(header) != kMemberMark) {
    damaged(name + " is not where the directory says");
  }
  const std::uint64_t begin = member.header + kMemberBytes +
                              little_endian<std::uint16_t>(header + 26) +
                              little_endian<std::uint16_t>(header + 28);
  if (begin > size || member.packed > size - begin) damaged(name + " ends after the file");
  if (member.method == kStored && member.packed != member.size) damaged(name + " has two sizes");
  if (member.method == kDeflated && member.size / kMostInflation > member.packed) {
    damaged(name + " says that " + std::to_string(member.packed) + " bytes unpack to " +
            std::to_string(member.size));
  }
  return begin;
}

std::unique_ptr<ByteStream> ZipArchive::open(const ZipMember& member,
                                             const std::string& name) const {
  auto packed = std::make_unique<FileStream>(file_, locate(member), member.packed);
  std::unique_ptr<ByteStream> unpacked = std::move(packed);
  if (member.method == kDeflated) {
    unpacked = std::make_unique<InflateStream>(std::move(unpacked), member.size, name);
  }
  return std::make_unique<CheckedStream>(std::move(unpacked), member.checksum, name);
}

}  // namespace tightloop::io
