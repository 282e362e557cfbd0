// Headers and decimal samples of Netpbm images (pgm(5), ppm(5)).
#include "io/formats/pnm_image.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/formats/netpbm_text.hpp"
#include "io/stream_source.hpp"

namespace tightloop::io {
namespace {

constexpr std::uint32_t kLargestSample = 0xffff;

/// The samples of P2 and P3 as binary numbers in native byte order.
class PlainSamples final : public ByteStream {
 public:
  PlainSamples(std::unique_ptr<ByteStream> text, const PnmImage& image, std::string name)
      : text_(std::move(text)),
        name_(std::move(name)),
        numbers_(*text_, name_, SIZE_MAX),
        begin_(image.layout.offset),
        size_(element_bytes(image.layout.dtype, image.layout.shape)),
        most_(image.most),
        width_(itemsize(image.layout.dtype)) {}

  std::size_t read(void* into, std::size_t count) override {
    auto* to = static_cast<std::byte*>(into);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - at_));
    for (std::size_t i = 0; i < wanted; ++i, ++at_) {
      if (at_ % width_ == 0)
        sample_ = static_cast<std::uint16_t>(numbers_.number("a sample", most_));
      to[i] = byte_of_sample(at_ % width_);
    }
    return wanted;
  }
  std::uint64_t size() const override { return size_; }
  bool rewindable() const override { return text_->rewindable(); }
  void stop_when(const std::atomic<bool>* stop) override { text_->stop_when(stop); }
  void seek(std::uint64_t offset) override {
    if (offset < at_) {
      text_->seek(begin_);
      numbers_.restart();
      at_ = 0;
    }
    std::byte skipped[256];
    while (at_ < offset) {
      read(skipped,
           static_cast<std::size_t>(std::min<std::uint64_t>(sizeof skipped, offset - at_)));
    }
  }

 private:
  std::byte byte_of_sample(std::uint64_t i) const {
    if (width_ == 1) return static_cast<std::byte>(sample_);
    std::byte bytes[2];
    std::memcpy(bytes, &sample_, 2);
    return bytes[i];
  }

  std::unique_ptr<ByteStream> text_;
  std::string name_;
  NetpbmText numbers_;
  std::uint64_t begin_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  std::uint32_t most_;
  std::size_t width_;
  std::uint16_t sample_ = 0;
};

/// Returns the samples of a bool image: 0 and 255.
Array shades_of(const ArrayView& image) {
  Array shades(DType::uint8, image.shape());
  const Array bits = in_c_order(image);
  const auto* from = static_cast<const std::uint8_t*>(bits.data());
  auto* to = static_cast<std::uint8_t*>(shades.data());
  for (std::int64_t i = 0; i < image.size(); ++i) to[i] = from[i] != 0 ? 255 : 0;
  return shades;
}

std::unique_ptr<AtomicFile> write_pnm(const std::string& path, const ArrayView& image) {
  const std::string header = format_pnm_header(image, path);
  if (image.dtype() == DType::bool_) {
    const Array shades = shades_of(image);
    return write_with_header(path, header, shades);
  }
  constexpr bool kBig = std::endian::native == std::endian::big;
  return write_with_header(path, header, image, kBig ? ByteOrder::native : ByteOrder::swapped);
}

bool begins_pnm(std::string_view first) {
  return first.size() >= 3 && first[0] == 'P' &&
         std::string_view("2356").find(first[1]) != std::string_view::npos &&
         (is_netpbm_space(first[2]) || first[2] == '#');
}

/// Samples that a file of this size cannot hold are a lie of the header.
void check_size(const PnmImage& image, std::uint64_t size, const std::string& name) {
  const std::uint64_t bytes = stated_bytes(image.layout.dtype, image.layout.shape, name);
  // A plain sample is a digit and, but for the last, a space.
  const std::uint64_t needed = image.plain ? 2 * (bytes / itemsize(image.layout.dtype)) - 1 : bytes;
  require_samples(needed, size, image.layout.offset, name);
}

}  // namespace

PnmImage read_pnm_header(ByteStream& stream, const std::string& name) {
  CountedStream counted(stream, name);
  NetpbmText reader(counted, name, 1);
  const int mark = reader.next();
  const int kind = reader.next();
  if (mark != 'P' || (kind != '2' && kind != '3' && kind != '5' && kind != '6')) {
    throw_file_error(name, "is no PGM or PPM image (it does not begin with P2, P3, P5 or P6)");
  }
  const std::uint32_t width = reader.number("its width", kLargestExtent);
  const std::uint32_t height = reader.number("its height", kLargestExtent);
  PnmImage image;
  image.most = reader.number("its largest sample", kLargestSample);
  if (width == 0 || height == 0) throw_file_error(name, "is an image without pixels");
  if (image.most == 0) throw_file_error(name, "is an image whose largest sample is 0");
  image.plain = kind < '5';
  const bool wide = image.most > 0xff;
  image.layout.dtype = wide ? DType::uint16 : DType::uint8;
  image.layout.shape = Dims{height, width};
  if (kind == '3' || kind == '6') image.layout.shape.push_back(3);
  const bool swapped = wide && !image.plain && std::endian::native == std::endian::little;
  image.layout.order = swapped ? ByteOrder::swapped : ByteOrder::native;
  image.layout.offset = counted.count();
  check_size(image, stream.size(), name);
  return image;
}

std::unique_ptr<Source> open_pnm(std::unique_ptr<ByteStream> stream, const std::string& name) {
  PnmImage image = read_pnm_header(*stream, name);
  if (image.plain) {
    stream = std::make_unique<PlainSamples>(std::move(stream), image, name);
    image.layout.offset = 0;
  }
  return std::make_unique<StreamSource>(name, image.layout, std::move(stream));
}

std::string format_pnm_header(const ArrayView& image, const std::string& path) {
  const DType type = image.dtype();
  if (type != DType::uint8 && type != DType::uint16 && type != DType::bool_) {
    throw_file_error(path, "PGM and PPM images hold uint8, uint16 or bool, not " +
                               std::string(tightloop::name(type)));
  }
  const Dims& shape = image.shape();
  const bool color = shape.size() == 3 && shape[2] == 3;
  if (shape.size() != 2 && !color) {
    throw_file_error(path, "PGM and PPM images have the shape (h, w) or (h, w, 3)");
  }
  if (image.size() == 0 || shape[0] > kLargestExtent || shape[1] > kLargestExtent) {
    throw_file_error(path, "an image has 1 to 2147483647 rows and columns");
  }
  return std::string(color ? "P6\n" : "P5\n") + std::to_string(shape[1]) + ' ' +
         std::to_string(shape[0]) + '\n' + (type == DType::uint16 ? "65535\n" : "255\n");
}

constinit const Format formats::pnm = {
    .name = "pnm",
    .ends = ".pgm .ppm .pnm",
    .detail = "",
    .doc = "PGM and PPM images, plain or binary: uint8 or uint16 of shape (h, w) or (h, w, 3)",
    .from_pipe = true,
    .begins = begins_pnm,
    .open = [](std::unique_ptr<ByteStream> stream, const FileSpec& spec,
               const ReadingLimits&) { return open_pnm(std::move(stream), spec.path); },
    .write = write_pnm};

}  // namespace tightloop::io
