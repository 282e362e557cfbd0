// Regions of sources: every format and dtype against a slice of the whole, bounds, and what cannot
// seek.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/hand_made_archive.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/npy.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

/// A slice as the caller would take it of the whole array.
Array slice(const Array& whole, const Dims& start, const Dims& count) {
  const ArrayView view = whole;
  const auto* first = static_cast<const std::byte*>(view.data());
  for (int i = 0; i < start.size(); ++i) first += start[i] * view.strides()[i];
  return Array::copy_of(ArrayView(static_cast<const void*>(first), view.dtype(), count,
                                  view.strides(), view.byte_order()));
}

Array region(Source& source, const Dims& start, const Dims& count) {
  Array out(source.dtype(), count);
  source.read_region(start, count, out.data());
  return out;
}

/// Compares the whole, some empty regions and random ones, in any order.
void check_regions(const std::string& spec, unsigned seed) {
  INFO(spec);
  const Array whole = load(spec);
  const auto source = open_source(spec);
  const Dims& shape = source->shape();
  std::mt19937 random(seed);
  Dims start = shape;
  for (int round = 0; round < 12; ++round) {
    Dims count = shape;
    for (int i = 0; i < shape.size(); ++i) {
      const auto up_to = [&](std::int64_t most) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most + 1));
      };
      start[i] = round == 0 ? 0 : up_to(shape[i]);
      count[i] = round == 0 ? shape[i] : up_to(shape[i] - start[i]);
    }
    CHECK(same(region(*source, start, count), slice(whole, start, count)));
  }
  // Reading in order goes on after a seek().
  source->seek(0);
  std::vector<char> bytes(static_cast<std::size_t>(source->bytes()));
  source->read(bytes.data(), bytes.size());
}

std::string swapped_npy(const Array& array, const std::string& file) {
  std::string text = file;
  const Array swapped = Array::copy_of(array);
  const std::size_t width = itemsize(array.dtype());
  const std::size_t part = is_complex(array.dtype()) ? width / 2 : width;
  const std::size_t data = file.size() - static_cast<std::size_t>(array.size()) * width;
  for (std::size_t at = data; at < text.size(); at += part) {
    std::reverse(text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(at + part));
  }
  const std::size_t mark = text.find('<');
  if (mark != std::string::npos && mark < data) text[mark] = '>';
  return text;
}

}  // namespace

TEST_CASE("io: regions of every dtype, order of axes and order of bytes") {
  const ScratchFolder folder;
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (!info(dtype).in_numpy) continue;  // its files do not say what they hold
    for (const Dims& shape : {Dims{}, Dims{9}, Dims{4, 5}, Dims{3, 1, 4, 2}, Dims{2, 0, 3}}) {
      const Array array = counted(dtype, shape, i);
      const auto seed = static_cast<unsigned>(i * 10 + shape.size());
      const std::string plain = folder.file("c.npy");
      write_npy(plain, array);
      check_regions(plain, seed);
      {
        NpyWriter writer(folder.file("f.npy"), dtype, shape, true);
        if (array.size() > 0) {
          writer.write(0, std::as_const(array).data(),
                       static_cast<std::size_t>(array.size()) * itemsize(dtype));
        }
        writer.commit();
      }
      check_regions(folder.file("f.npy"), seed + 1);
      check_regions(folder.write("s.npy", swapped_npy(array, folder.read("c.npy"))), seed + 2);
      check_regions(folder.write("d.npz", Archive(folder.read("c.npy")).bytes()) + ":x", seed + 3);
      check_regions(folder.write("fd.npz", Archive(folder.read("f.npy")).bytes()), seed + 4);
      save(folder.file("n.npz"), array);
      check_regions(folder.file("n.npz"), seed + 5);
      check_regions(folder.file("[cfs].npy"), seed + 6);
      check_regions(folder.file("*d.npz"), seed + 7);
      if (shape.size() == 0) continue;
      std::string raw = ":" + std::string(name(dtype)) + ":";
      for (int axis = 0; axis < shape.size(); ++axis) {
        raw += (axis > 0 ? "x" : "") + std::to_string(shape[axis]);
      }
      save(folder.file("x.raw"), array);
      check_regions(folder.file("x.raw") + raw, seed + 8);
      check_regions(folder.file("x.raw") + raw + ":big", seed + 9);
    }
  }
}

TEST_CASE("io: regions of images and of text") {
  const ScratchFolder folder;
  for (const Dims& shape : {Dims{7, 5}, Dims{6, 4, 3}}) {
    for (const DType dtype : {DType::uint8, DType::uint16}) {
      const Array image = counted(dtype, shape);
      for (const char* end : {".png", ".ppm"}) {
        save(folder.file(std::string("x") + end), image);
        check_regions(folder.file(std::string("x") + end), 1);
      }
    }
    save(folder.file("x.pfm"), counted(DType::float32, shape));
    check_regions(folder.file("x.pfm"), 2);
  }
  check_regions(folder.write("plain", "P2 3 4 300\n1 2 3 4 5 6 7 8 9 10 11 300"), 3);
  for (const Dims& shape : {Dims{6}, Dims{4, 3}}) {
    save(folder.file("t.csv"), counted(DType::int32, shape));
    check_regions(folder.file("t.csv"), 4);
    check_regions(folder.file("t.csv") + ":int64", 5);
  }
}

TEST_CASE("io: regions of files larger than what is read at once") {
  const ScratchFolder folder;
  const Array wide = counted(DType::float64, Dims{5, 150'001});
  const Array high = counted(DType::float64, Dims{150'001, 5});
  write_npy(folder.file("wide.npy"), wide);
  write_npy(folder.file("high.npy"), high);
  for (const bool is_wide : {true, false}) {
    const Array& array = is_wide ? wide : high;
    NpyWriter writer(folder.file(is_wide ? "wide_f.npy" : "high_f.npy"), DType::float64,
                     array.shape(), true);
    writer.write(0, std::as_const(array).data(), 5 * 150'001 * 8);
    writer.commit();
  }
  for (const char* file : {"wide.npy", "high.npy", "wide_f.npy", "high_f.npy"}) {
    INFO(file);
    const Array whole = load(folder.file(file));
    const auto source = open_source(folder.file(file));
    const bool is_wide = file[0] == 'w';
    for (const auto& [from, count] : {std::pair{0, 150'001}, {7, 140'000}, {150'000, 1}}) {
      const Dims start = is_wide ? Dims{1, from} : Dims{from, 1};
      const Dims counts = is_wide ? Dims{3, count} : Dims{count, 3};
      CHECK(same(region(*source, start, counts), slice(whole, start, counts)));
    }
  }
}

TEST_CASE("io: regions outside of a source are refused by name, axis and extent") {
  const ScratchFolder folder;
  write_npy(folder.file("x.npy"), counted(DType::uint8, Dims{4, 5}));
  write_npy(folder.file("y.npy"), counted(DType::uint8, Dims{4, 5}));
  save(folder.file("t.csv"), counted(DType::uint8, Dims{4, 5}));
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  char bytes[64];
  for (const char* file : {"x.npy", "t.csv", "?.npy"}) {
    const bool stack = file[0] == '?';
    const auto source = open_source(folder.file(file));
    const auto refusal = [&](Dims start, Dims count) {
      if (stack && start.size() == 2) start.insert(0, 0);
      if (stack && count.size() == 2) count.insert(0, 1);
      return message_of([&] { source->read_region(start, count, bytes); });
    };
    INFO(file);
    const std::string last = stack ? "axis 2" : "axis 1";
    CHECK(contains(refusal({0, 3}, {4, 3}), "3 elements from 3 on along " + last + " of '"));
    CHECK(contains(refusal({0, 3}, {4, 3}), std::string(file) + "' are asked for, which has 5"));
    CHECK(contains(refusal({0, -1}, {1, 1}), "from -1 on"));
    CHECK(contains(refusal({0, 0}, {1, -1}), "-1 elements from 0"));
    CHECK(contains(refusal({0, 6}, {1, 0}), "from 6 on"));
    CHECK(contains(refusal({0, 1}, {1, kMost}), "which has 5"));
    CHECK(contains(refusal({0, kMost}, {1, kMost}), "which has 5"));
    CHECK(contains(refusal({0}, {1}), stack ? "has 3 dimensions" : "has 2 dimensions"));
    CHECK(contains(refusal({0, 0}, {1}), "as many starts and counts"));
    CHECK(refusal({4, 5}, {0, 0}) == "(no error)");
  }
}

TEST_CASE("io: a stack opens the files that a region is of; a pipe has no regions") {
  const ScratchFolder folder;
  for (const char* file : {"1.npy", "2.npy", "3.npy"}) {
    write_npy(folder.file(file), counted(DType::uint8, Dims{4}, file[0]));
  }
  const Array second = load(folder.file("2.npy"));
  const auto source = open_source(folder.file("*.npy"));
  std::filesystem::remove(folder.file("1.npy"));
  std::filesystem::remove(folder.file("3.npy"));
  const Array read = region(*source, Dims{1, 1}, Dims{1, 3});
  CHECK(std::memcmp(read.view().data(), second.values<std::uint8_t>().data() + 1, 3) == 0);
  char bytes[4];
  CHECK(contains(message_of([&] {
                   source->read_region(Dims{0, 0}, Dims{3, 1}, bytes);
                 }),
                 "1.npy': No such file"));
  // Shorter than it was: an error, not what happens to stand there.
  const auto cut = open_source(folder.file("2.npy"));
  REQUIRE(::truncate(folder.file("2.npy").c_str(), 129) == 0);
  CHECK(contains(message_of([&] { cut->read_region(Dims{2}, Dims{2}, bytes); }), "bytes early"));

  const std::string file = folder.read("2.npy") + "123";
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], file.data(), file.size()) == static_cast<::ssize_t>(file.size()));
  ::close(ends[1]);
  const int saved = ::dup(0);
  ::dup2(ends[0], 0);
  {
    const auto pipe = open_source("-");
    CHECK(contains(message_of([&] { pipe->read_region(Dims{0}, Dims{4}, bytes); }),
                   "'standard input': is a pipe, of which no region can be read"));
    CHECK(pipe->chunk_shape() == Dims{});
  }
  ::dup2(saved, 0);
  ::close(saved);
  ::close(ends[0]);
}

TEST_CASE("io: the pieces that are cheap to read") {
  const ScratchFolder folder;
  const Array array = counted(DType::uint8, Dims{6, 4, 3});
  for (const char* file : {"x.npy", "x.npz", "x.png", "x.ppm"}) save(folder.file(file), array);
  write_npy(folder.file("y.npy"), array);
  save(folder.file("t.csv"), counted(DType::uint8, Dims{6, 4}));
  folder.write("d.npz", Archive(folder.read("x.npy")).bytes());
  const auto chunk = [&](const std::string& spec) {
    return open_source(folder.file(spec))->chunk_shape();
  };
  for (const char* plain : {"x.npy", "x.npz", "x.ppm", "t.csv", "x.npy:uint8"}) {
    INFO(plain);
    CHECK(chunk(plain) == Dims{});
  }
  CHECK(chunk("x.png") == Dims{1, 4, 3});
  CHECK(chunk("d.npz") == Dims{1, 4, 3});
  CHECK(chunk("?.npy") == Dims{1, 6, 4, 3});
}
