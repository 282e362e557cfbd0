// The text after the name of a raw file.
#include "io/formats/raw_layout.hpp"

#include <bit>
#include <charconv>
#include <optional>
#include <utility>

#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/stream_source.hpp"
#include "io/type_code.hpp"
#include "tightloop/error.hpp"
#include "types/dtype_text.hpp"

namespace tightloop::io {
namespace {

constexpr const char* kHint = "raw files are named as FILE:uint8:1000x370x370";

/// Takes the text up to the next ':'.
std::string_view take_part(std::string_view& text) {
  const std::size_t cut = std::min(text.find(':'), text.size());
  const std::string_view part = text.substr(0, cut);
  text.remove_prefix(std::min(cut + 1, text.size()));
  return part;
}

std::optional<TypeCode> parse_type(std::string_view text) {
  if (const auto code = parse_type_code(text)) return code;  // with a byte order
  const auto dtype = types::dtype_of_text(text);
  if (!dtype) return std::nullopt;
  TypeCode named;
  named.dtype = *dtype;
  return named;
}

std::optional<Dims> parse_shape(std::string_view text) {
  Dims shape;
  for (;;) {
    std::int64_t extent = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (read.ec != std::errc{} || extent < 0 || shape.size() == kMaxRank) return std::nullopt;
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (text.empty()) return shape;
    if (text.front() != 'x') return std::nullopt;
    text.remove_prefix(1);
  }
}

std::unique_ptr<Source> open_raw(std::unique_ptr<ByteStream> stream, const FileSpec& spec,
                                 const ReadingLimits&) {
  if (spec.detail.empty()) {
    throw_file_error(spec.path, "is raw; its dtype and shape must be named", kHint);
  }
  const ElementLayout layout = parse_raw_layout(spec.detail, stream->size(), spec.path);
  return std::make_unique<StreamSource>(spec.path, layout, std::move(stream));
}

}  // namespace

ElementLayout parse_raw_layout(std::string_view text, std::uint64_t size, const std::string& path) {
  const std::string_view type_text = take_part(text);
  const std::optional<TypeCode> type = parse_type(type_text);
  if (!type)
    throw_file_error(path, in_quotes(type_text) + " is no element type", types::dtype_list());
  ElementLayout layout;
  layout.dtype = type->dtype;
  layout.order = type->order;
  std::optional<Dims> shape;
  while (!text.empty()) {
    const std::string_view part = take_part(text);
    if (part == "little" || part == "big") {
      const bool big = part == "big";
      const bool swapped = big != (std::endian::native == std::endian::big);
      layout.order = swapped && itemsize(layout.dtype) > 1 ? ByteOrder::swapped : ByteOrder::native;
      continue;
    }
    if (shape) throw_file_error(path, in_quotes(part) + " is neither 'little' nor 'big'", kHint);
    shape = parse_shape(part);
    if (!shape) throw_file_error(path, in_quotes(part) + " is no shape", kHint);
  }
  const std::uint64_t width = itemsize(layout.dtype);
  if (!shape && size % width != 0) {
    throw_file_error(path, "its " + std::to_string(size) + " bytes are no whole number of " +
                               std::string(name(layout.dtype)) + " elements");
  }
  layout.shape = shape ? *shape : Dims{static_cast<std::int64_t>(size / width)};
  const std::uint64_t wanted = stated_bytes(layout.dtype, layout.shape, path);
  if (wanted != size) {
    throw_file_error(path, "holds " + std::to_string(size) + " bytes; that shape of " +
                               std::string(name(layout.dtype)) + " has " + std::to_string(wanted));
  }
  return layout;
}

constinit const Format formats::raw = {
    .name = "raw",
    .ends = ".raw .bin",
    .detail = ":dtype:shape",
    .doc =
        "elements without a header, whatever the file is called; written in C order and native "
        "byte order",
    .open = open_raw,
    .header = [](DType, const Dims&) { return std::string(); }};

}  // namespace tightloop::io
