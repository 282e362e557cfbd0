// Results in files of the format that their name stands for: all temporaries first, then the
// renames.
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "tightloop/source.hpp"

namespace tightloop {
namespace {

using FilePointer = std::unique_ptr<io::AtomicFile>;

/// A result's file and, in an archive, its name there.
struct SaveTarget {
  std::string path;
  std::string member;
  const io::Format* format = nullptr;
};

SaveTarget target_of(const std::string& spec) {
  if (spec == "-") io::throw_file_error(spec, "is standard output, not a file");
  for (std::size_t cut = spec.find(':'); cut != std::string::npos; cut = spec.find(':', cut + 1)) {
    const std::string path = spec.substr(0, cut);
    const io::Format* format = io::format_of_name(path);
    if (format != nullptr && format->write_members != nullptr) {
      return {path, spec.substr(cut + 1), format};
    }
  }
  const io::Format* format = io::format_of_name(spec);
  if (format == nullptr && std::filesystem::path(spec).extension().empty()) {
    return {spec, "", &io::formats::npy};
  }
  if (format != nullptr && format->can_write()) return {spec, "", format};
  io::throw_file_error(spec,
                       format == nullptr ? "cannot be written: its name ends in no known format"
                                         : "cannot be written: files of this format are only read",
                       "use " + list_file_ends(&FileFormat::can_write, " or "));
}

FilePointer write_one(const SaveTarget& target, const ArrayView& array) {
  if (array.data() == nullptr && array.size() > 0) {
    throw Error(ErrorCode::value, "cannot write a view of nothing");
  }
  if (target.format->write != nullptr) return target.format->write(target.path, array);
  const std::string header = target.format->header(array.dtype(), array.shape());
  return io::write_with_header(target.path, header, array);
}

}  // namespace

void save_all(std::span<const SavedArray> arrays) {
  struct Archive {
    const io::Format* format = nullptr;
    std::vector<io::ArchiveEntry> entries;
  };
  std::map<std::string, Archive> archives;
  std::vector<FilePointer> files;
  for (const SavedArray& saved : arrays) {
    const SaveTarget target = target_of(saved.path);
    if (target.format->write_members == nullptr) {
      files.push_back(write_one(target, saved.array));
      continue;
    }
    Archive& archive = archives[target.path];
    archive.format = target.format;
    const bool named = !target.member.empty();
    archive.entries.push_back(
        {named ? target.member : "arr_" + std::to_string(archive.entries.size()), saved.array});
  }
  for (const auto& [path, archive] : archives) {
    files.push_back(archive.format->write_members(path, archive.entries));
  }
  for (const FilePointer& file : files) file->flush();
  for (const FilePointer& file : files) file->commit();
}

void save(const std::string& path, const ArrayView& array) {
  const SavedArray saved{path, array};
  save_all({&saved, 1});
}

}  // namespace tightloop
