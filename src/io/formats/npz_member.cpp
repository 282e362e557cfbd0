// The names of arrays are those of the members without their ".npy", as NumPy has it.
#include "io/formats/npz_member.hpp"

#include <algorithm>
#include <utility>

#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/formats/npy_stream.hpp"
#include "io/formats/npz_writer.hpp"
#include "io/formats/zip_archive.hpp"
#include "io/stream_source.hpp"

namespace tightloop::io {
namespace {

std::string_view array_name(const ZipMember& member) {
  std::string_view name = member.name;
  if (name.ends_with(".npy")) name.remove_suffix(4);
  return name;
}

std::string list_of(const ZipArchive& archive) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(archive.members().size(), kMost); ++i) {
    text += (i > 0 ? ", " : "") + in_quotes(array_name(archive.members()[i]));
  }
  return text + (archive.members().size() > kMost ? ", ..." : "");
}

const ZipMember& find(const ZipArchive& archive, std::string_view wanted, const std::string& path) {
  const auto& members = archive.members();
  if (members.empty()) throw_file_error(path, "is an archive without arrays");
  if (wanted.empty()) {
    if (members.size() == 1) return members.front();
    throw_file_error(
        path, "is an archive of " + std::to_string(members.size()) + " arrays: " + list_of(archive),
        "name one: FILE.npz:" + std::string(array_name(members.front())));
  }
  for (const ZipMember& member : members) {
    if (array_name(member) == wanted || member.name == wanted) return member;
  }
  throw_file_error(path, "has no array " + in_quotes(wanted) + ", but " + list_of(archive));
}

}  // namespace

std::unique_ptr<Source> open_npz_member(std::shared_ptr<const InputFile> file,
                                        std::string_view member) {
  const std::string path = file->path();
  const ZipArchive archive(std::move(file));
  const ZipMember& found = find(archive, member, path);
  const std::string name = path + ":" + std::string(array_name(found));
  std::unique_ptr<ByteStream> stream = archive.open(found, name);
  const ElementLayout layout = read_npy_header(*stream, name);
  // The checksum is compared at the last byte, which has to be an element's.
  const std::uint64_t after =
      found.size - layout.offset - element_bytes(layout.dtype, layout.shape);
  if (after > 0)
    throw_file_error(name, "has " + std::to_string(after) + " bytes behind its elements");
  return std::make_unique<StreamSource>(name, layout, std::move(stream));
}

constinit const Format formats::npz = {
    .name = "npz",
    .ends = ".npz",
    .detail = ":member",
    .doc =
        "NumPy's archives; the member may be left out where it is the only one. Deflated members "
        "are read, stored ones written",
    .begins =
        [](std::string_view first) {
          return first.starts_with("PK\x03\x04") || first.starts_with("PK\x05\x06");
        },
    .open =
        [](std::unique_ptr<ByteStream> stream, const FileSpec& spec, const ReadingLimits&) {
          return open_npz_member(stream->place()->file, spec.detail);
        },
    .write_members =
        [](const std::string& path, std::span<const ArchiveEntry> entries) {
          return write_npz(path, entries);
        }};

}  // namespace tightloop::io
