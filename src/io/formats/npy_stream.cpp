// Takes the fixed part and the text of a .npy header from a stream; copies, so that a file that
// shrinks meanwhile is an error.
#include "io/formats/npy_stream.hpp"

#include <span>

#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/formats/npy_header.hpp"
#include "io/stream_source.hpp"

namespace tightloop::io {

ElementLayout read_npy_header(ByteStream& stream, const std::string& name,
                              std::optional<DType> said) {
  std::byte first[kNpyPreambleBytes];
  std::size_t count = stream.read(first, 8);
  if (count == 8) count += stream.read(first + 8, first[6] == std::byte{1} ? 2 : 4);
  const NpyPreamble preamble = parse_npy_preamble(std::span(first, count), stream.size(), name);
  std::string text(static_cast<std::size_t>(preamble.text_size), '\0');
  const std::size_t got = stream.read(text.data(), text.size());
  if (got < text.size()) {
    throw_file_error(name, "is cut off inside the .npy header: " +
                               std::to_string(text.size() - got) + " bytes are missing");
  }
  const NpyHeader header = parse_npy_header(text, preamble, name, said);
  const std::uint64_t offset = preamble.data_offset();
  const std::uint64_t present = stream.size() - offset;
  if (stream.size() != kUnknownSize && header.data_bytes > present) {
    throw_file_error(
        name, "is shorter than its header says: " + std::to_string(header.data_bytes - present) +
                  " of " + std::to_string(header.data_bytes) + " bytes of elements are missing");
  }
  return {header.dtype, header.shape, header.order, header.fortran_order, offset};
}

std::unique_ptr<Source> open_npy_stream(std::unique_ptr<ByteStream> stream, const std::string& name,
                                        std::optional<DType> said) {
  const ElementLayout found = read_npy_header(*stream, name, said);
  return std::make_unique<StreamSource>(name, found, std::move(stream));
}

constinit const Format formats::npy = {
    .name = "npy",
    .ends = ".npy",
    .detail = "",
    .doc = "NumPy's arrays; also what a name without an end is written as",
    .from_pipe = true,
    .begins = [](std::string_view first) { return first.starts_with("\x93NUMPY"); },
    .open = [](std::unique_ptr<ByteStream> stream, const FileSpec& spec,
               const ReadingLimits&) { return open_npy_stream(std::move(stream), spec.path); },
    .header = [](DType dtype, const Dims& shape) { return format_npy_header(dtype, shape); }};

}  // namespace tightloop::io
