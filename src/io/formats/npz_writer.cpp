// All sizes are known before the first byte is written, but for the checksums; these are computed
// over the members once they stand in the file.
#include "io/formats/npz_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <set>
#include <vector>

#include "io/element_layout.hpp"
#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/npy_header.hpp"
#include "io/little_endian.hpp"

namespace tightloop::io {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMemberBytes = 30;
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kVersionOfZip64 = 45;
constexpr std::uint16_t kUtf8Name = 1 << 11;
constexpr std::uint16_t kFirstOfJanuary1980 = 0x21;  // the same bytes whenever it is written
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint16_t kPaddingField = 0xd935;  // known as Android's alignment
constexpr std::uint16_t kElsewhere16 = 0xffff;
constexpr std::uint32_t kElsewhere32 = 0xffffffff;
constexpr std::size_t kLongestName = 1024;

struct Member {
  std::string name;
  std::string header;  ///< of the .npy file
  ArrayView array;
  std::uint64_t begin = 0;  ///< of its ZIP header
  std::uint64_t data = 0;   ///< of its .npy header
  std::uint64_t size = 0;
  std::uint32_t checksum = 0;
};

class NpzLayout {
 public:
  NpzLayout(const std::string& path, std::span<const ArchiveEntry> entries,
            std::uint64_t zip64_from)
      : zip64_from_(zip64_from) {
    std::set<std::string> names;
    for (const ArchiveEntry& entry : entries) {
      if (entry.name.empty() || entry.name.size() > kLongestName) {
        throw_file_error(path, "an array in it needs a name of 1 to 1024 bytes");
      }
      if (!names.insert(entry.name).second) {
        throw_file_error(path, "two arrays in it would have the name " + in_quotes(entry.name));
      }
      add(entry);
    }
    directory_ = end_;
    std::uint64_t directory_size = 0;
    for (const Member& member : members_) directory_size += directory_entry(member).size();
    size_ = directory_ + directory_size + closing(directory_size).size();
  }

  std::uint64_t size() const { return size_; }

  void write(AtomicFile& file) {
    std::string directory;
    for (Member& member : members_) {
      file.write(member.data, member.header.data(), member.header.size());
      write_elements(file, member.data + member.header.size(), member.array);
      member.checksum = checksum_of(file, member);
      const std::string header = member_header(member);
      file.write(member.begin, header.data(), header.size());
      directory += directory_entry(member);
    }
    const std::uint64_t directory_size = directory.size();
    directory += closing(directory_size);
    file.write(directory_, directory.data(), directory.size());
  }

 private:
  void add(const ArchiveEntry& entry) {
    Member member;
    member.name = entry.name + ".npy";
    member.array = entry.array;
    member.header = format_npy_header(entry.array.dtype(), entry.array.shape());
    member.size = member.header.size() + element_bytes(entry.array.dtype(), entry.array.shape());
    member.begin = end_;
    member.data = end_ + member_header(member).size();
    end_ = member.data + member.size;
    members_.push_back(std::move(member));
  }

  bool is_wide(std::uint64_t value) const { return value >= zip64_from_; }
  std::uint32_t narrow(std::uint64_t value, bool wide) const {
    return wide ? kElsewhere32 : static_cast<std::uint32_t>(value);
  }

  /// What the two headers of a member have in common.
  void append_facts(std::string& out, const Member& member, bool wide) const {
    append_little_endian(out, wide ? kVersionOfZip64 : kVersion);
    append_little_endian(out, kUtf8Name);
    append_little_endian(out, std::uint16_t{0});  // stored
    append_little_endian(out, std::uint16_t{0});  // time
    append_little_endian(out, kFirstOfJanuary1980);
    append_little_endian(out, member.checksum);
    append_little_endian(out, narrow(member.size, is_wide(member.size)));
    append_little_endian(out, narrow(member.size, is_wide(member.size)));
    append_little_endian(out, static_cast<std::uint16_t>(member.name.size()));
  }

  /// Padded so that the member's bytes begin at a multiple of kAlignment.
  std::string member_header(const Member& member) const {
    const bool wide = is_wide(member.size);
    std::string extra;
    if (wide) {
      append_little_endian(extra, kZip64Field);
      append_little_endian(extra, std::uint16_t{16});
      append_little_endian(extra, member.size);
      append_little_endian(extra, member.size);
    }
    constexpr std::size_t kFieldHead = 6;  // mark, length, and the alignment itself
    const std::uint64_t unpadded =
        member.begin + kMemberBytes + member.name.size() + extra.size() + kFieldHead;
    const auto padding =
        static_cast<std::uint16_t>((kAlignment - unpadded % kAlignment) % kAlignment);
    append_little_endian(extra, kPaddingField);
    append_little_endian(extra, static_cast<std::uint16_t>(padding + 2));
    append_little_endian(extra, static_cast<std::uint16_t>(kAlignment));
    extra.append(padding, '\0');

    std::string out = "PK\x03\x04";
    append_facts(out, member, wide);
    append_little_endian(out, static_cast<std::uint16_t>(extra.size()));
    return out + member.name + extra;
  }

  std::string directory_entry(const Member& member) const {
    std::string fields;
    if (is_wide(member.size)) {
      append_little_endian(fields, member.size);
      append_little_endian(fields, member.size);
    }
    if (is_wide(member.begin)) append_little_endian(fields, member.begin);
    std::string extra;
    if (!fields.empty()) {
      append_little_endian(extra, kZip64Field);
      append_little_endian(extra, static_cast<std::uint16_t>(fields.size()));
      extra += fields;
    }
    std::string out = "PK\x01\x02";
    append_little_endian(out, kVersionOfZip64);
    append_facts(out, member, !fields.empty());
    append_little_endian(out, static_cast<std::uint16_t>(extra.size()));
    append_little_endian(out, std::uint16_t{0});  // no comment
    append_little_endian(out, std::uint16_t{0});  // first disk
    append_little_endian(out, std::uint16_t{0});  // internal attributes
    append_little_endian(out, std::uint32_t{0});  // external attributes
    append_little_endian(out, narrow(member.begin, is_wide(member.begin)));
    return out + member.name + extra;
  }

  /// The records that end the archive.
  std::string closing(std::uint64_t directory_size) const {
    const std::uint64_t count = members_.size();
    const bool wide = is_wide(directory_) || is_wide(directory_size) || count >= kElsewhere16;
    std::string out;
    if (wide) {
      constexpr std::uint64_t kRecordTail = 44;
      out += "PK\x06\x06";
      append_little_endian(out, kRecordTail);
      append_little_endian(out, kVersionOfZip64);
      append_little_endian(out, kVersionOfZip64);
      append_little_endian(out, std::uint64_t{0});  // disks
      append_little_endian(out, count);
      append_little_endian(out, count);
      append_little_endian(out, directory_size);
      append_little_endian(out, directory_);
      out += "PK\x06\x07";
      append_little_endian(out, std::uint32_t{0});
      append_little_endian(out, directory_ + directory_size);
      append_little_endian(out, std::uint32_t{1});
    }
    const auto short_count = static_cast<std::uint16_t>(wide ? kElsewhere16 : count);
    out += "PK\x05\x06";
    append_little_endian(out, std::uint32_t{0});  // disks
    append_little_endian(out, short_count);
    append_little_endian(out, short_count);
    append_little_endian(out, narrow(directory_size, wide));
    append_little_endian(out, narrow(directory_, wide));
    append_little_endian(out, std::uint16_t{0});  // no comment
    return out;
  }

  static std::uint32_t checksum_of(AtomicFile& file, const Member& member) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    const auto* at = reinterpret_cast<const Bytef*>(file.map() + member.data);
    uLong sum = 0;
    for (std::uint64_t left = member.size; left > 0;) {
      const auto part = static_cast<uInt>(std::min(left, kMost));
      sum = ::crc32(sum, at, part);
      at += part;
      left -= part;
    }
    return static_cast<std::uint32_t>(sum);
  }

  std::uint64_t zip64_from_;
  std::vector<Member> members_;
  std::uint64_t end_ = 0;        ///< of the members so far
  std::uint64_t directory_ = 0;  ///< offset of the directory
  std::uint64_t size_ = 0;
};

}  // namespace

std::unique_ptr<AtomicFile> write_npz(const std::string& path,
                                      std::span<const ArchiveEntry> entries,
                                      std::uint64_t zip64_from) {
  NpzLayout layout(path, entries, zip64_from);
  auto file = std::make_unique<AtomicFile>(path, layout.size());
  layout.write(*file);
  return file;
}

}  // namespace tightloop::io
