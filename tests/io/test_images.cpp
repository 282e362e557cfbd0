// PNG, PGM and PPM: round trips, files made by hand, and images that lie about their size.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/stream.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

/// A PNG file of any kind that libpng writes; `rows` are the bytes of the file's samples.
std::string png_file(int width, int height, int depth, int color, int interlace,
                     const std::string& rows, bool transparency = false) {
  std::string out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp p, png_bytep bytes, std::size_t count) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(bytes), count);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth,
               color, interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[2] = {{10, 20, 30}, {200, 100, 50}};
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 2);
  const png_byte alpha[2] = {0, 255};
  if (transparency) png_set_tRNS(png, info, alpha, 2, nullptr);
  png_write_info(png, info);
  const std::size_t row_bytes = rows.size() / static_cast<std::size_t>(height);
  std::vector<png_bytep> pointers;
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    pointers.push_back(reinterpret_cast<png_bytep>(const_cast<char*>(rows.data())) + y * row_bytes);
  }
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

std::vector<int> values(const Array& array) {
  const Array native = Array::copy_of(array);
  std::vector<int> out;
  for (std::int64_t i = 0; i < array.size(); ++i) {
    out.push_back(array.dtype() == DType::uint8
                      ? native.values<std::uint8_t>()[static_cast<std::size_t>(i)]
                      : native.values<std::uint16_t>()[static_cast<std::size_t>(i)]);
  }
  return out;
}

}  // namespace

TEST_CASE("io: images of 8 and 16 bits survive a round trip") {
  const ScratchFolder folder;
  for (const DType dtype : {DType::uint8, DType::uint16}) {
    for (const Dims& shape :
         {Dims{5, 7}, Dims{1, 1}, Dims{4, 3, 3}, Dims{4, 3, 4}, Dims{2, 9, 2}}) {
      const Array image = counted(dtype, shape);
      for (const std::string end : {".png", ".pgm", ".ppm"}) {
        if (end != ".png" && shape.size() == 3 && shape[2] != 3) continue;
        const std::string path = folder.file("x" + end);
        INFO(end << " " << shape.size() << " " << name(dtype));
        save(path, image);
        CHECK(same(load(path), image));
        const auto source = open_source(path);
        const Array parts = read_in_parts(*source, 3);
        CHECK(same(
            Array::copy_of(ArrayView(parts.data(), dtype, shape, c_strides(shape, itemsize(dtype)),
                                     source->swapped() ? ByteOrder::swapped : ByteOrder::native)),
            image));
        source->seek(0);
        read_in_parts(*source, 1000);
        source->seek(source->bytes() - itemsize(dtype));
        std::uint8_t last[2];
        source->read(last, itemsize(dtype));
        source->seek(0);
        source->read(last, itemsize(dtype));
      }
    }
  }
  const Array wide = counted(DType::uint16, Dims{6, 4});
  const ArrayView turned(wide.data(), DType::uint16, Dims{4, 6}, Dims{2, 8});
  for (const std::string end : {".png", ".pgm"}) {
    save(folder.file("turned" + end), turned);
    CHECK(same(load(folder.file("turned" + end)), Array::copy_of(turned)));
    save(folder.file("bits" + end), counted(DType::bool_, Dims{2, 2}));
    CHECK(values(load(folder.file("bits" + end))) == std::vector<int>{0, 255, 0, 255});
  }
}

TEST_CASE("io: other kinds of PNG") {
  const ScratchFolder folder;
  const auto read = [&](const std::string& bytes) { return load(folder.write("x.png", bytes)); };
  const std::string bits("\x80\x40", 2);
  CHECK(values(read(png_file(2, 2, 1, PNG_COLOR_TYPE_GRAY, 0, bits))) ==
        std::vector<int>{255, 0, 0, 255});
  const std::string palette("\0\1", 2);
  const Array colors = read(png_file(2, 1, 8, PNG_COLOR_TYPE_PALETTE, 0, palette));
  CHECK(colors.shape() == Dims{1, 2, 3});
  CHECK(values(colors) == std::vector<int>{10, 20, 30, 200, 100, 50});
  const Array clear = read(png_file(2, 1, 8, PNG_COLOR_TYPE_PALETTE, 0, palette, true));
  CHECK(values(clear) == std::vector<int>{10, 20, 30, 0, 200, 100, 50, 255});

  const Array wide = counted(DType::uint16, Dims{11, 13, 3});
  std::string samples(reinterpret_cast<const char*>(wide.data()), 11 * 13 * 6);
  for (std::size_t i = 0; i < samples.size(); i += 2) std::swap(samples[i], samples[i + 1]);
  const std::string interlaced =
      png_file(13, 11, 16, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, samples);
  CHECK(same(read(interlaced), wide));
  const auto source = open_source(folder.file("x.png"));
  source->seek(13 * 6 * 10);
  std::uint16_t sample = 0;
  source->read(&sample, 2);
  CHECK(sample == wide.values<std::uint16_t>()[13 * 3 * 10]);
  // It is decoded as a whole, which a bound on memory counts.
  CHECK(source->reading_bytes() == 13 * 11 * 6);
  const std::vector<StreamBinding> vars = {{"x", *source}};
  StreamOptions options;
  options.memory = 700;
  try {
    stream("sum(x)", vars, {}, options);
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::memory);
  }
}

TEST_CASE("io: PGM and PPM by hand: comments, plain numbers, odd largest samples") {
  const ScratchFolder folder;
  const auto read = [&](const std::string& bytes) { return load(folder.write("x.pnm", bytes)); };
  CHECK(values(read("P2\n# a comment\n3 2 # more\n15\n1 2 3\n4 5\t15")) ==
        std::vector<int>{1, 2, 3, 4, 5, 15});
  const Array color = read("P3 1 2 1000\n1 2 3 400 500 1000 ");
  CHECK(color.dtype() == DType::uint16);
  CHECK(color.shape() == Dims{2, 1, 3});
  CHECK(values(color) == std::vector<int>{1, 2, 3, 400, 500, 1000});
  CHECK(values(read("P5 2 1 7\n\1\2")) == std::vector<int>{1, 2});
  CHECK(values(read(std::string("P5 1 1 256\n\1\2", 13))) == std::vector<int>{258});
  const auto plain = open_source(folder.write("x.pnm", "P2 3 1 300 1 2 300"));
  std::uint16_t sample = 0;
  for (const int i : {2, 0, 1}) {
    plain->seek(static_cast<std::uint64_t>(2 * i));
    plain->read(&sample, 2);
    CHECK(sample == (i == 2 ? 300 : i + 1));
  }

  const auto refusal = [&](const std::string& bytes) {
    return message_of([&] { load(folder.write("x.pnm", bytes)); });
  };
  CHECK(contains(refusal("P7 1 1"), "no PGM or PPM"));
  CHECK(contains(refusal("P5 3"), "ends where its height should follow"));
  CHECK(contains(refusal("P5 x"), "no number for its width"));
  CHECK(contains(refusal("P5 3x"), "stray character"));
  CHECK(contains(refusal("P5 0 3 255\n"), "without pixels"));
  CHECK(contains(refusal("P5 1 1 0\n1"), "largest sample is 0"));
  CHECK(contains(refusal("P5 1 1 65536\n11"), "more than 65535"));
  CHECK(contains(refusal("P5 99999999999999999999 1 255\n1"), "more than 2147483647"));
  CHECK(contains(refusal("P6 2147483647 2147483647 65535\n1"), "x.pnm': "));
  CHECK(contains(refusal("P6 2147483647 2147 65535\n1"), "bytes of samples are missing"));
  CHECK(contains(refusal("P5 2 2 255\n123"), "1 of 4 bytes of samples are missing"));
  CHECK(contains(refusal("P2 2000 2000 255\n1 2 3"), "bytes of samples are missing"));
  CHECK(contains(refusal("P2 2 1 255\n1     "), "ends where a sample"));
  CHECK(contains(refusal("P2 2 1 9\n1 10"), "a sample is more than 9"));
  CHECK(contains(refusal("P2 2 1 9\n1 -1"), "no number for a sample"));
  CHECK(contains(refusal("P5 #" + std::string(1 << 17, 'c') + "\n2 1 9\nab"), "more than 64 KiB"));
}

TEST_CASE("io: arrays that are no images") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& name, DType dtype, const Dims& shape) {
    const Array array = counted(dtype, shape);
    return message_of([&] { save(folder.file(name), array); });
  };
  CHECK(contains(refusal("x.png", DType::float32, Dims{2, 2}), "not float32"));
  CHECK(contains(refusal("x.pgm", DType::int16, Dims{2, 2}), "not int16"));
  CHECK(contains(refusal("x.png", DType::uint8, Dims{2}), "have the shape"));
  CHECK(contains(refusal("x.png", DType::uint8, Dims{2, 2, 5}), "have the shape"));
  CHECK(contains(refusal("x.png", DType::uint8, Dims{2, 2, 1}), "have the shape"));
  CHECK(contains(refusal("x.ppm", DType::uint8, Dims{2, 2, 4}), "have the shape"));
  CHECK(contains(refusal("x.png", DType::uint8, Dims{0, 2}), "1 to 2147483647"));
  CHECK(contains(refusal("x.pgm", DType::uint8, Dims{2, 0}), "1 to 2147483647"));
  CHECK(contains(refusal("x.png", DType::uint8, Dims{1, 2'000'000}), "cannot be written as PNG"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("io: PNG files that lie, are cut or overwritten never crash") {
  const ScratchFolder folder;
  const Array image = counted(DType::uint8, Dims{40, 50, 3});
  save(folder.file("x.png"), image);
  const std::string good = folder.read("x.png");
  const auto refusal = [&](const std::string& bytes) {
    const std::string path = folder.write("f.png", bytes);
    return message_of([&] { load(path); });
  };
  CHECK(contains(refusal(good.substr(0, 30)), "the file ends early"));
  CHECK(contains(refusal(good.substr(0, good.size() - 3)), "f.png': is a PNG image that cannot"));
  CHECK(contains(refusal("\x89PNG\r\n\x1a\n"), "cannot be decoded"));
  CHECK(contains(refusal("nothing"), "cannot be decoded"));
  // A header of its own, so that its checksum is right.
  std::string absurd = png_file(50'000, 1, 8, PNG_COLOR_TYPE_GRAY, 0, std::string(50'000, 'x'));
  const std::string tall = png_file(1, 1, 8, PNG_COLOR_TYPE_GRAY, 0, "x");
  std::string header("IHDR\0\0\xc3\x50\0\0\xc3\x50\x08\0\0\0\0", 17);
  const auto sum = static_cast<std::uint32_t>([&] {
    std::uint32_t c = 0xffffffff;
    for (const char byte : header) {
      c ^= static_cast<unsigned char>(byte);
      for (int k = 0; k < 8; ++k) c = (c >> 1) ^ ((c & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~c;
  }());
  for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(sum >> shift);
  absurd.replace(12, header.size(), header);
  CHECK(contains(refusal(absurd), "50000x50000 pixels, which"));
  CHECK(refusal(tall) == "(no error)");

  constexpr unsigned kSeed = 20262;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = good;
    if (i % 4 == 0) bytes.resize(random() % bytes.size());
    for (int n = 0; n < 3 && !bytes.empty(); ++n) {
      bytes[random() % std::min<std::size_t>(bytes.size(), 200)] = static_cast<char>(random());
    }
    const std::string message = refusal(bytes);
    refused += message == "(no error)" ? 0 : 1;
    CHECK_FALSE(contains(message, "(another code)"));
  }
  CHECK(refused > 300);
}

TEST_CASE("io: PGM and PPM that are cut or overwritten never crash") {
  const ScratchFolder folder;
  save(folder.file("x.ppm"), counted(DType::uint16, Dims{3, 4, 3}));
  const std::vector<std::string> originals = {folder.read("x.ppm"),
                                              "P2 # plain\n4 3\n99\n1 2 3 4 5 6 7 8 9 10 11 12\n"};
  constexpr unsigned kSeed = 20263;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string bytes = originals[static_cast<std::size_t>(i % 2)];
    if (i % 3 == 0) bytes.resize(1 + random() % bytes.size());
    for (int n = 0; n < 2; ++n) {
      bytes[random() % std::min<std::size_t>(bytes.size(), 16)] =
          "0123456789 \n#P\xff"[random() % 15];
    }
    const std::string path = folder.write("f.pnm", bytes);
    const std::string message = message_of([&] {
      const auto source = open_source(path);
      if (source->bytes() < 1 << 20) read_in_parts(*source, 64);
    });
    refused += message == "(no error)" ? 0 : 1;
    CHECK_FALSE(contains(message, "(another code)"));
  }
  CHECK(refused > 100);
}
