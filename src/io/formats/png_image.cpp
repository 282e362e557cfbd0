// libpng reports errors by longjmp: each call stands in a lambda that owns nothing, below a frame
// that does nothing but catch the jump.
#include "io/formats/png_image.hpp"

#include <png.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <exception>
#include <utility>

#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/format.hpp"
#include "io/formats/inflate_stream.hpp"
#include "io/stream_source.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {
namespace {

constexpr bool kSwapSamples = std::endian::native == std::endian::little;

/// What a callback of libpng leaves for the frame that the jump returns to.
struct Failure {
  char text[128] = {};
  std::exception_ptr thrown;
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  auto* failure = static_cast<Failure*>(png_get_error_ptr(png));
  std::strncpy(failure->text, text, sizeof failure->text - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

/// Calls f(); returns false where libpng jumped out of it.
template <class F>
bool survives(png_structp png, F&& f) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  f();
  return true;
}

template <class F>
void checked(png_structp png, Failure& failure, const std::string& name, const char* what, F&& f) {
  if (survives(png, f)) return;
  if (failure.thrown != nullptr) std::rethrow_exception(std::exchange(failure.thrown, nullptr));
  throw_file_error(name, std::string(what) + ": " + failure.text);
}

/// The decoded samples of an image, in native byte order.
class PngSamples final : public ByteStream {
 public:
  PngSamples(std::unique_ptr<ByteStream> file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {
    begin();
  }
  ~PngSamples() override { end(); }
  PngSamples(const PngSamples&) = delete;
  PngSamples& operator=(const PngSamples&) = delete;

  const ElementLayout& layout() const { return layout_; }
  std::size_t read(void* into, std::size_t count) override;
  std::uint64_t size() const override { return row_bytes_ * height_; }
  std::uint64_t reading_bytes() const override { return passes_ > 1 ? size() : row_bytes_; }
  bool rewindable() const override { return file_->rewindable(); }
  void seek(std::uint64_t offset) override;

 private:
  void begin();
  void end() noexcept { png_destroy_read_struct(&png_, &info_, nullptr); }
  void read_header();
  void check_size();
  void unpack_next();
  template <class F>
  void decode(F&& f) {
    checked(png_, failure_, name_, "is a PNG image that cannot be decoded", f);
  }
  static void on_read(png_structp png, png_bytep to, std::size_t count);

  std::unique_ptr<ByteStream> file_;
  std::string name_;
  Failure failure_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  ElementLayout layout_;
  std::uint64_t row_bytes_ = 0;
  std::uint32_t height_ = 0;
  int passes_ = 1;
  std::uint64_t at_ = 0;
  std::vector<png_byte> rows_;  ///< one row, or all of an interlaced image
  std::uint64_t unpacked_ = 0;  ///< bytes of the image that were unpacked, the last into rows_
};

void PngSamples::on_read(png_structp png, png_bytep to, std::size_t count) {
  auto* self = static_cast<PngSamples*>(png_get_io_ptr(png));
  bool whole = false;
  try {
    whole = self->file_->read(to, count) == count;
  } catch (...) {
    self->failure_.thrown = std::current_exception();
  }
  if (!whole) png_error(png, "the file ends early");
}

void PngSamples::begin() {
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure_, on_error, on_warning);
  if (png_ != nullptr) info_ = png_create_info_struct(png_);
  if (info_ == nullptr) {
    end();
    throw Error(ErrorCode::memory, "no memory to decode an image with");
  }
  try {
    png_set_read_fn(png_, this, on_read);
    read_header();
  } catch (...) {
    end();
    throw;
  }
}

void PngSamples::read_header() {
  decode([this] { png_read_info(png_, info_); });
  check_size();
  decode([this] {
    const int color = png_get_color_type(png_, info_);
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (color == PNG_COLOR_TYPE_PALETTE && png_get_valid(png_, info_, PNG_INFO_tRNS) != 0) {
      png_set_tRNS_to_alpha(png_);
    }
    if (png_get_bit_depth(png_, info_) < 8 && color == PNG_COLOR_TYPE_GRAY) {
      png_set_expand_gray_1_2_4_to_8(png_);
    }
    if (png_get_bit_depth(png_, info_) == 16 && kSwapSamples) png_set_swap(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  });
  height_ = png_get_image_height(png_, info_);
  row_bytes_ = png_get_rowbytes(png_, info_);
  layout_.dtype = png_get_bit_depth(png_, info_) == 16 ? DType::uint16 : DType::uint8;
  layout_.shape = Dims{height_, png_get_image_width(png_, info_)};
  const int channels = png_get_channels(png_, info_);
  if (channels > 1) layout_.shape.push_back(channels);
}

/// A bomb whose header is true is decoded row by row; one whose header lies is refused here.
void PngSamples::check_size() {
  const std::uint64_t packed = file_->size();
  if (packed == kUnknownSize) return;
  const std::uint64_t height = png_get_image_height(png_, info_);
  const std::uint64_t row =
      png_get_rowbytes(png_, info_);  // as in the file: no sample is expanded yet
  if (row * height / kMostInflation > packed) {
    throw_file_error(name_, "says that it is an image of " +
                                std::to_string(png_get_image_width(png_, info_)) + "x" +
                                std::to_string(height) + " pixels, which " +
                                std::to_string(packed) + " bytes cannot hold");
  }
}

/// Unpacks the next row, or the whole of an interlaced image; checks the end of the file after the
/// last.
void PngSamples::unpack_next() {
  const std::uint64_t rows = passes_ > 1 ? height_ : 1;
  rows_.resize(static_cast<std::size_t>(row_bytes_ * rows));
  decode([this, rows] {
    for (int pass = 0; pass < passes_; ++pass) {
      for (std::uint64_t y = 0; y < rows; ++y) {
        png_read_row(png_, rows_.data() + y * row_bytes_, nullptr);
      }
    }
  });
  unpacked_ += rows_.size();
  if (unpacked_ == size()) decode([this] { png_read_end(png_, nullptr); });
}

std::size_t PngSamples::read(void* into, std::size_t count) {
  auto* to = static_cast<std::byte*>(into);
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, size() - at_));
  for (std::size_t done = 0; done < wanted;) {
    if (at_ == unpacked_) unpack_next();
    const std::uint64_t ready = unpacked_ - at_;
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(wanted - done, ready));
    std::memcpy(to + done, rows_.data() + (rows_.size() - ready), part);
    done += part;
    at_ += part;
  }
  return wanted;
}

void PngSamples::seek(std::uint64_t offset) {
  if (offset < unpacked_ - rows_.size()) {
    end();
    file_->seek(0);
    begin();
    unpacked_ = 0;
    rows_.clear();
  }
  while (unpacked_ < offset) unpack_next();
  at_ = offset;
}

/// The writer's side: bytes go to a vector.
struct PackedImage {
  PackedImage() {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure, on_error, on_warning);
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_write_struct(&png, nullptr);
      throw Error(ErrorCode::memory, "no memory to encode an image with");
    }
    png_set_write_fn(png, this, on_write, nullptr);
  }
  ~PackedImage() { png_destroy_write_struct(&png, &info); }
  PackedImage(const PackedImage&) = delete;
  PackedImage& operator=(const PackedImage&) = delete;

  static void on_write(png_structp png, png_bytep from, std::size_t count) {
    auto* self = static_cast<PackedImage*>(png_get_io_ptr(png));
    bool kept = false;
    try {
      const auto* bytes = reinterpret_cast<const std::byte*>(from);
      self->bytes.insert(self->bytes.end(), bytes, bytes + count);
      kept = true;
    } catch (...) {
      self->failure.thrown = std::current_exception();
    }
    if (!kept) png_error(png, "out of memory");
  }

  Failure failure;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::vector<std::byte> bytes;
};

/// Returns PNG's code for so many channels, or -1.
int color_of(std::int64_t channels) {
  switch (channels) {
    case 1: return PNG_COLOR_TYPE_GRAY;
    case 2: return PNG_COLOR_TYPE_GRAY_ALPHA;
    case 3: return PNG_COLOR_TYPE_RGB;
    case 4: return PNG_COLOR_TYPE_RGB_ALPHA;
    default: return -1;
  }
}

}  // namespace

std::unique_ptr<Source> open_png(std::unique_ptr<ByteStream> stream, const std::string& name) {
  auto samples = std::make_unique<PngSamples>(std::move(stream), name);
  const ElementLayout layout = samples->layout();
  return std::make_unique<StreamSource>(name, layout, std::move(samples));
}

std::vector<std::byte> pack_png(const ArrayView& image, const std::string& path) {
  const DType type = image.dtype();
  if (type != DType::uint8 && type != DType::uint16 && type != DType::bool_) {
    throw_file_error(
        path, "PNG images hold uint8, uint16 or bool, not " + std::string(tightloop::name(type)));
  }
  const Dims& shape = image.shape();
  const std::int64_t channels = shape.size() == 3 ? shape[2] : 1;
  if ((shape.size() != 2 && shape.size() != 3) || color_of(channels) < 0 ||
      (shape.size() == 3 && channels == 1)) {
    throw_file_error(path, "PNG images have the shape (h, w) or (h, w, 2), (h, w, 3), (h, w, 4)");
  }
  if (image.size() == 0 || shape[0] > PNG_UINT_31_MAX || shape[1] > PNG_UINT_31_MAX) {
    throw_file_error(path, "an image has 1 to 2147483647 rows and columns");
  }
  const auto height = static_cast<png_uint_32>(shape[0]);
  const auto width = static_cast<png_uint_32>(shape[1]);
  const std::size_t row_bytes =
      static_cast<std::size_t>(width) * static_cast<std::size_t>(channels) * itemsize(type);
  PackedImage packed;
  const png_structp png = packed.png;
  const char* const what = "cannot be written as PNG";
  checked(png, packed.failure, path, what, [&] {
    png_set_IHDR(png, packed.info, width, height, type == DType::uint16 ? 16 : 8,
                 color_of(channels), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, packed.info);
    if (type == DType::uint16 && kSwapSamples) png_set_swap(png);
  });
  std::vector<png_byte> row(row_bytes);
  for (std::size_t y = 0; y < height; ++y) {
    std::memcpy(row.data(), static_cast<const std::byte*>(image.data()) + y * row_bytes, row_bytes);
    if (type == DType::bool_) {
      for (png_byte& sample : row) sample = sample != 0 ? 255 : 0;
    }
    checked(png, packed.failure, path, what, [&] { png_write_row(png, row.data()); });
  }
  checked(png, packed.failure, path, what, [&] { png_write_end(png, nullptr); });
  return std::move(packed.bytes);
}

constinit const Format formats::png = {
    .name = "png",
    .ends = ".png",
    .detail = "",
    .doc = "images: uint8 or uint16 of shape (h, w), or (h, w, channels) with 2 to 4 channels",
    .begins = [](std::string_view first) { return first.starts_with("\x89PNG\r\n\x1a\n"); },
    .open = [](std::unique_ptr<ByteStream> stream, const FileSpec& spec,
               const ReadingLimits&) { return open_png(std::move(stream), spec.path); },
    .write =
        [](const std::string& path, const ArrayView& image) {
          const Array ordered = in_c_order(image);
          return write_bytes(path, pack_png(ordered, path));
        }};

}  // namespace tightloop::io
