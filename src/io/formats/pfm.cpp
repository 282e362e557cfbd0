// Portable float maps: "PF" (RGB) or "Pf" (gray), width and height, a scale whose sign is the byte
// order (negative: little endian), then float32 samples, the bottom row first. The scale's size is
// the caller's affair: samples come as they are.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "io/element_layout.hpp"
#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/formats/netpbm_text.hpp"
#include "io/stream_source.hpp"
#include "types/strides.hpp"

namespace tightloop::io {
namespace {

/// Rows of one size behind a header, the last of the file first.
class FlippedRows final : public ByteStream {
 public:
  FlippedRows(std::unique_ptr<ByteStream> file, std::uint64_t begin, std::uint64_t row_bytes,
              std::uint64_t rows)
      : file_(std::move(file)), begin_(begin), row_bytes_(row_bytes), rows_(rows) {}

  /// Takes whole rows in one read, and turns them round in place; of others the part in question.
  std::size_t read(void* into, std::size_t count) override {
    constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;
    auto* to = static_cast<std::byte*>(into);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, size() - at_));
    for (std::size_t done = 0; done < wanted;) {
      const std::uint64_t row = at_ / row_bytes_;
      const std::uint64_t inside = at_ % row_bytes_;
      const std::uint64_t left = wanted - done;
      const bool whole = inside == 0 && left >= row_bytes_;
      const std::uint64_t rows =
          whole ? std::clamp(kBlock / row_bytes_, std::uint64_t{1}, left / row_bytes_) : 1;
      const auto part =
          static_cast<std::size_t>(whole ? rows * row_bytes_ : std::min(left, row_bytes_ - inside));
      file_->seek(begin_ + (rows_ - row - rows) * row_bytes_ + inside);
      const std::size_t got = file_->read(to + done, part);
      if (got < part) return done;  // the file was made shorter
      if (rows > 1) reverse_rows(to + done, rows);
      done += part;
      at_ += part;
    }
    return wanted;
  }
  std::uint64_t size() const override { return rows_ * row_bytes_; }
  bool rewindable() const override { return true; }
  void seek(std::uint64_t offset) override { at_ = offset; }

 private:
  void reverse_rows(std::byte* first, std::uint64_t rows) const {
    for (std::uint64_t a = 0, b = rows - 1; a < b; ++a, --b) {
      std::byte* row = first + a * row_bytes_;
      std::swap_ranges(row, row + row_bytes_, first + b * row_bytes_);
    }
  }

  std::unique_ptr<ByteStream> file_;
  std::uint64_t begin_;
  std::uint64_t row_bytes_;
  std::uint64_t rows_;
  std::uint64_t at_ = 0;
};

/// Returns the byte order that a scale stands for.
ByteOrder order_of_scale(const std::string& text, const std::string& path) {
  double scale = 0;
  const bool plus = text.starts_with('+');
  const auto read = std::from_chars(text.data() + (plus ? 1 : 0), text.data() + text.size(), scale);
  const bool number = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  if (!number || !std::isfinite(scale) || scale == 0) {
    throw_file_error(path, "has the scale " + in_quotes(text) + "; it is a number, not 0");
  }
  const bool big = scale > 0;
  return big == (std::endian::native == std::endian::big) ? ByteOrder::native : ByteOrder::swapped;
}

std::unique_ptr<Source> open_pfm(std::unique_ptr<ByteStream> stream, const FileSpec& spec,
                                 const ReadingLimits&) {
  constexpr std::size_t kLongestScale = 64;
  CountedStream counted(*stream, spec.path);
  NetpbmText text(counted, spec.path, 1);
  const std::string mark = text.word("its mark", 2);
  if (mark != "PF" && mark != "Pf") {
    throw_file_error(spec.path, "is no portable float map (it does not begin with PF or Pf)");
  }
  const std::uint32_t width = text.number("its width", kLargestExtent);
  const std::uint32_t height = text.number("its height", kLargestExtent);
  if (width == 0 || height == 0) throw_file_error(spec.path, "is an image without pixels");
  ElementLayout layout;
  layout.order = order_of_scale(text.word("its scale", kLongestScale), spec.path);
  layout.dtype = DType::float32;
  layout.shape = Dims{height, width};
  if (mark == "PF") layout.shape.push_back(3);
  const std::uint64_t bytes = stated_bytes(layout.dtype, layout.shape, spec.path);
  require_samples(bytes, stream->size(), counted.count(), spec.path);
  auto rows =
      std::make_unique<FlippedRows>(std::move(stream), counted.count(), bytes / height, height);
  return std::make_unique<StreamSource>(spec.path, layout, std::move(rows));
}

std::unique_ptr<AtomicFile> write_pfm(const std::string& path, const ArrayView& image) {
  if (image.dtype() != DType::float32) {
    throw_file_error(path,
                     "portable float maps hold float32, not " + std::string(name(image.dtype())),
                     "convert with float32(x)");
  }
  const Dims& shape = image.shape();
  const bool color = shape.size() == 3 && shape[2] == 3;
  if (shape.size() != 2 && !color) {
    throw_file_error(path, "portable float maps have the shape (h, w) or (h, w, 3)");
  }
  if (image.size() == 0 || shape[0] > kLargestExtent || shape[1] > kLargestExtent) {
    throw_file_error(path, "an image has 1 to 2147483647 rows and columns");
  }
  constexpr bool kBig = std::endian::native == std::endian::big;
  const std::string header = std::string(color ? "PF\n" : "Pf\n") + std::to_string(shape[1]) + ' ' +
                             std::to_string(shape[0]) + (kBig ? "\n1.0\n" : "\n-1.0\n");
  const std::int64_t step = image.strides()[0];
  const auto* last = static_cast<const std::byte*>(image.data()) + (shape[0] - 1) * step;
  Dims strides{-step, image.strides()[1]};
  if (color) strides.push_back(image.strides()[2]);
  const ArrayView flipped(static_cast<const void*>(last), DType::float32, shape, strides,
                          image.byte_order());
  return write_with_header(path, header, flipped);
}

}  // namespace

constinit const Format formats::pfm = {
    .name = "pfm",
    .ends = ".pfm",
    .detail = "",
    .doc = "portable float maps: float32 of shape (h, w) or (h, w, 3), the scale not applied",
    .begins =
        [](std::string_view first) {
          return (first.starts_with("PF") || first.starts_with("Pf")) && first.size() > 2 &&
                 is_netpbm_space(first[2]);
        },
    .open = open_pfm,
    .write = write_pfm};

}  // namespace tightloop::io
