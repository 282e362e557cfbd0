// What the specs of sources stand for. An existing file wins over every other reading of its name.
#include "tightloop/source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/formats/npy_stream.hpp"
#include "io/formats/stack.hpp"
#include "io/map_elements.hpp"
#include "io/stream_source.hpp"

namespace tightloop {
namespace {

using io::FileSpec;
using io::Format;

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
  if (accepts(spec)) return FileSpec{spec, "", spec};
  for (std::size_t cut = spec.rfind(':'); cut != std::string::npos && cut > 0;
       cut = spec.rfind(':', cut - 1)) {
    const std::string path = spec.substr(0, cut);
    if (accepts(path)) return FileSpec{path, spec.substr(cut + 1), path};
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

/// Opens what a pipe delivers: the format that its detail begins with (-:csv:price), else that of
/// its name, else .npy.
std::unique_ptr<Source> open_pipe(std::unique_ptr<io::ByteStream> stream, FileSpec spec,
                                  const ReadingLimits& limits) {
  const auto from_pipe = [](const std::string& name) {
    const Format* format = io::format_of_name(name);
    return format != nullptr && format->from_pipe ? format : nullptr;
  };
  const std::size_t cut = std::min(spec.detail.find(':'), spec.detail.size());
  const std::string end = '.' + spec.detail.substr(0, cut);
  const Format* format = end.rfind('.') == 0 ? from_pipe(end) : nullptr;
  const std::string detail = spec.detail;
  if (format != nullptr) {
    spec.detail.erase(0, cut + 1);
    spec.kind = end;
  } else {
    format = from_pipe(spec.path);
  }
  if (format == nullptr) format = &io::formats::npy;
  if (!spec.detail.empty() && format->detail.empty()) {
    io::throw_file_error(spec.path, io::in_quotes(detail) + " is no format of a stream",
                         "streams are " + list_file_ends(&FileFormat::from_pipe) +
                             ": -:csv reads one from standard input");
  }
  return format->open(std::move(stream), spec, limits);
}

std::unique_ptr<Source> open_file(const FileSpec& spec, const ReadingLimits& limits) {
  if (is_pipe(spec.path)) {
    return open_pipe(std::make_unique<io::PipeStream>(spec.path), spec, limits);
  }
  auto file = std::make_shared<const io::InputFile>(spec.path);
  const Format* format = io::format_of_file(*file);
  if (spec.detail.empty() && format == nullptr) {
    io::throw_file_error(spec.path, "is of no format that is read",
                         "read are " + list_file_ends(&FileFormat::can_read) +
                             "; other bytes as FILE:uint8:100x200");
  }
  const auto stream = [&] { return std::make_unique<io::FileStream>(std::move(file)); };
  // NumPy's files do not say which type of another package their elements have.
  if (DType said{};
      format == &io::formats::npy && parse_dtype(spec.detail, said) && !info(said).in_numpy) {
    return io::open_npy_stream(stream(), spec.path, said);
  }
  // Who names a dtype knows the file better than its first bytes do.
  const bool own_detail = format != nullptr && !format->detail.empty();
  if (!spec.detail.empty() && !own_detail) format = &io::formats::raw;
  return format->open(stream(), spec, limits);
}

}  // namespace

std::unique_ptr<Source> open_source(const std::string& spec, const ReadingLimits& limits) {
  if (spec == "-" || (spec.starts_with("-:") && !exists(spec))) {
    const std::string detail = spec.substr(std::min<std::size_t>(2, spec.size()));
    return open_pipe(io::open_standard_input(), {io::kStandardInput, detail, ""}, limits);
  }
  if (const std::optional<FileSpec> file = split(spec, exists)) return open_file(*file, limits);
  if (is_pattern(spec)) return open_pattern(spec, limits);
  // Says why it cannot be opened.
  return open_file({spec.substr(0, spec.find(':')), "", ""}, limits);
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
