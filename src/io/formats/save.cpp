// Results in files of the format that their name stands for: all temporaries first, then the
// renames.
#include <bit>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/file_format.hpp"
#include "io/formats/npy_header.hpp"
#include "io/formats/npz_writer.hpp"
#include "io/formats/png_image.hpp"
#include "io/formats/pnm_image.hpp"
#include "io/formats/text_columns.hpp"
#include "tightloop/source.hpp"

namespace tightloop {
namespace {

using io::AtomicFile;
using io::FileFormat;
using FilePointer = std::unique_ptr<AtomicFile>;

/// A result's file and, in an archive, its name there.
struct SaveTarget {
  std::string path;
  std::string member;
  FileFormat format = FileFormat::npy;
};

SaveTarget target_of(const std::string& spec) {
  if (spec == "-") io::throw_file_error(spec, "is standard output, not a file");
  for (std::size_t cut = spec.find(':'); cut != std::string::npos; cut = spec.find(':', cut + 1)) {
    const std::string path = spec.substr(0, cut);
    if (io::format_of_name(path) == FileFormat::npz) {
      return {path, spec.substr(cut + 1), FileFormat::npz};
    }
  }
  if (const auto format = io::format_of_name(spec)) return {spec, "", *format};
  if (std::filesystem::path(spec).extension().empty()) return {spec, "", FileFormat::npy};
  io::throw_file_error(spec, "cannot be written: its name ends in no known format",
                       "use .npy, .npz, .png, .pgm, .ppm, .raw, .txt, .csv or .tsv");
}

FilePointer write_bytes(const std::string& path, std::span<const std::byte> bytes) {
  auto file = std::make_unique<AtomicFile>(path, bytes.size());
  file->write(0, bytes.data(), bytes.size());
  return file;
}

/// Returns the elements in C order and native byte order, copied where they are not.
Array in_order(const ArrayView& array) {
  return array.is_c_contiguous() ? Array(nullptr, array) : Array::copy_of(array);
}

FilePointer write_pnm(const std::string& path, const ArrayView& image) {
  const std::string header = io::format_pnm_header(image, path);
  if (image.dtype() != DType::bool_) {
    constexpr bool kBig = std::endian::native == std::endian::big;
    return io::write_with_header(path, header, image,
                                 kBig ? ByteOrder::native : ByteOrder::swapped);
  }
  Array shades(DType::uint8, image.shape());
  const Array bits = in_order(image);
  const auto* from = static_cast<const std::uint8_t*>(bits.data());
  auto* to = static_cast<std::uint8_t*>(shades.data());
  for (std::int64_t i = 0; i < image.size(); ++i) to[i] = from[i] != 0 ? 255 : 0;
  return io::write_with_header(path, header, shades);
}

FilePointer write_text(const std::string& path, const ArrayView& array) {
  const std::string text = io::format_text_columns(array, io::separator_of_name(path), path);
  return write_bytes(path, std::as_bytes(std::span(text)));
}

FilePointer write_one(const SaveTarget& target, const ArrayView& array) {
  const std::string& path = target.path;
  if (array.data() == nullptr && array.size() > 0) {
    throw Error(ErrorCode::value, "cannot write a view of nothing");
  }
  switch (target.format) {
    case FileFormat::raw: return io::write_with_header(path, {}, array);
    case FileFormat::png: {
      const Array ordered = in_order(array);
      return write_bytes(path, io::pack_png(ordered, path));
    }
    case FileFormat::pnm: return write_pnm(path, array);
    case FileFormat::text: return write_text(path, array);
    case FileFormat::npz:
    case FileFormat::npy: break;
  }
  return io::write_with_header(path, io::format_npy_header(array.dtype(), array.shape()), array);
}

}  // namespace

void save_all(std::span<const SavedArray> arrays) {
  std::map<std::string, std::vector<io::NpzEntry>> archives;
  std::vector<FilePointer> files;
  for (const SavedArray& saved : arrays) {
    const SaveTarget target = target_of(saved.path);
    if (target.format != FileFormat::npz) {
      files.push_back(write_one(target, saved.array));
      continue;
    }
    auto& entries = archives[target.path];
    const bool named = !target.member.empty();
    entries.push_back(
        {named ? target.member : "arr_" + std::to_string(entries.size()), saved.array});
  }
  for (const auto& [path, entries] : archives) files.push_back(io::write_npz(path, entries));
  for (const FilePointer& file : files) file->flush();
  for (const FilePointer& file : files) file->commit();
}

void save(const std::string& path, const ArrayView& array) {
  const SavedArray saved{path, array};
  save_all({&saved, 1});
}

}  // namespace tightloop
