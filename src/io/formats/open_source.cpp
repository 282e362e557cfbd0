// What the specs of sources stand for. An existing file wins over every other reading of its name.
#include "tightloop/source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "io/file_error.hpp"
#include "io/formats/file_format.hpp"
#include "io/formats/npy_stream.hpp"
#include "io/formats/npz_member.hpp"
#include "io/formats/png_image.hpp"
#include "io/formats/pnm_image.hpp"
#include "io/formats/raw_layout.hpp"
#include "io/formats/stack.hpp"
#include "io/formats/text_columns.hpp"
#include "io/map_elements.hpp"
#include "io/stream_source.hpp"

namespace tightloop {
namespace {

using io::FileFormat;

/// A file and what stands after it: a member, or the dtype and the shape of raw elements.
struct FileSpec {
  std::string path;
  std::string detail;
};

bool exists(const std::string& path) {
  struct stat info {};
  return path.find('\0') == std::string::npos && ::stat(path.c_str(), &info) == 0;
}

bool is_pipe(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
}

/// Splits at the last ':' for which `accepts` the text before it; the whole text is tried first.
template <class F>
std::optional<FileSpec> split(const std::string& spec, F&& accepts) {
  if (accepts(spec)) return FileSpec{spec, ""};
  for (std::size_t cut = spec.rfind(':'); cut != std::string::npos && cut > 0;
       cut = spec.rfind(':', cut - 1)) {
    if (accepts(spec.substr(0, cut))) return FileSpec{spec.substr(0, cut), spec.substr(cut + 1)};
  }
  return std::nullopt;
}

bool is_pattern(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

std::unique_ptr<Source> open_pattern(const std::string& spec, const ReadingLimits& limits) {
  std::vector<std::string> files;
  const std::optional<FileSpec> found = split(spec, [&](const std::string& pattern) {
    if (is_pattern(pattern)) files = io::matching_files(pattern);
    return !files.empty();
  });
  if (!found) io::throw_file_error(spec, "matches no file");
  for (std::string& file : files) {
    if (file == "-") file = "./-";  // a file of that name, not standard input
    if (is_pipe(file)) io::throw_file_error(file, "is a pipe; a stack needs files");
    if (!found->detail.empty()) file += ':' + found->detail;
  }
  return io::open_stack(std::move(files), spec, limits);
}

std::unique_ptr<Source> open_raw(std::shared_ptr<const io::InputFile> file,
                                 const std::string& detail) {
  if (detail.empty()) {
    io::throw_file_error(file->path(), "is raw; its dtype and shape must be named",
                         "raw files are named as FILE:uint8:1000x370x370");
  }
  const std::string path = file->path();
  const io::ElementLayout layout = io::parse_raw_layout(detail, file->size(), path);
  return std::make_unique<io::StreamSource>(path, layout,
                                            std::make_unique<io::FileStream>(std::move(file)));
}

std::unique_ptr<Source> open_text(io::ByteStream& stream, const std::string& path,
                                  std::string_view detail, bool tabs, const ReadingLimits& limits) {
  return std::make_unique<io::ArraySource>(
      path, io::read_text_columns(stream, path, detail, tabs, limits));
}

/// Opens what a pipe delivers: .npy, or text where its detail or its name says so.
std::unique_ptr<Source> open_stream(std::unique_ptr<io::ByteStream> stream, const std::string& path,
                                    std::string_view detail, const ReadingLimits& limits) {
  const std::size_t cut = std::min(detail.find(':'), detail.size());
  const std::string_view format = detail.substr(0, cut);
  if (format == "csv" || format == "tsv" || format == "txt") {
    return open_text(*stream, path, detail.substr(std::min(cut + 1, detail.size())),
                     format != "txt", limits);
  }
  if (io::format_of_name(path) == FileFormat::text) {
    return open_text(*stream, path, detail, io::separator_of_name(path) != ' ', limits);
  }
  if (!detail.empty() && detail != "npy") {
    io::throw_file_error(path, io::in_quotes(detail) + " is no format of a stream",
                         "streams are npy, csv, tsv or txt: -:csv");
  }
  return io::open_npy_stream(std::move(stream), path);
}

std::unique_ptr<Source> open_file(const FileSpec& spec, const ReadingLimits& limits) {
  if (is_pipe(spec.path)) {
    return open_stream(std::make_unique<io::PipeStream>(spec.path), spec.path, spec.detail, limits);
  }
  auto file = std::make_shared<const io::InputFile>(spec.path);
  FileFormat format = io::format_of_file(*file);
  if (spec.detail.empty() && io::is_unknown(*file)) {
    io::throw_file_error(spec.path, "is of no format that is read",
                         "read are .npy, .npz, .png, .pgm, .ppm, .csv, .tsv and .txt; other bytes "
                         "as FILE:uint8:100x200");
  }
  const auto stream = [&] { return std::make_unique<io::FileStream>(std::move(file)); };
  // NumPy's files do not say which type of another package their elements have.
  if (DType said{};
      format == FileFormat::npy && parse_dtype(spec.detail, said) && !info(said).in_numpy) {
    return io::open_npy_stream(stream(), spec.path, said);
  }
  // Who names a dtype knows the file better than its first bytes do.
  const bool has_names = format == FileFormat::npz || format == FileFormat::text;
  if (!spec.detail.empty() && !has_names) format = FileFormat::raw;
  switch (format) {
    case FileFormat::npz: return io::open_npz_member(std::move(file), spec.detail);
    case FileFormat::raw: return open_raw(std::move(file), spec.detail);
    case FileFormat::text:
      return open_text(*stream(), spec.path, spec.detail, io::separator_of_name(spec.path) != ' ',
                       limits);
    case FileFormat::png: return io::open_png(stream(), spec.path);
    case FileFormat::pnm: return io::open_pnm(stream(), spec.path);
    case FileFormat::npy: break;
  }
  return io::open_npy_stream(stream(), spec.path);
}

}  // namespace

Source::Source(std::string name, DType dtype, const Dims& shape, bool fortran_order,
               ByteOrder order)
    : name_(std::move(name)),
      shape_(shape),
      bytes_(io::element_bytes(dtype, shape)),
      dtype_(dtype),
      order_(order),
      fortran_order_(fortran_order) {}

Source::~Source() = default;

void Source::stop_when(const std::atomic<bool>*) {}

std::unique_ptr<Source> open_source(const std::string& spec, const ReadingLimits& limits) {
  if (spec == "-" || (spec.starts_with("-:") && !exists(spec))) {
    return open_stream(io::open_standard_input(), io::kStandardInput,
                       spec.substr(std::min<std::size_t>(2, spec.size())), limits);
  }
  if (const std::optional<FileSpec> file = split(spec, exists)) return open_file(*file, limits);
  if (is_pattern(spec)) return open_pattern(spec, limits);
  return open_file({spec.substr(0, spec.find(':')), ""}, limits);  // says why it cannot be opened
}

Array load(const std::string& spec) {
  const std::unique_ptr<Source> source = open_source(spec);
  const auto* stream = dynamic_cast<const io::StreamSource*>(source.get());
  if (stream == nullptr || !stream->place() || source->bytes() == 0) return io::read_whole(*source);
  const io::FilePlace place = *stream->place();
  return io::map_elements(*place.file, {source->dtype(), source->shape(),
                                        source->swapped() ? ByteOrder::swapped : ByteOrder::native,
                                        source->fortran_order(), place.offset});
}

}  // namespace tightloop
