// Globs: files in the order a reader expects, as one array that is never in memory as a whole.
#include <sys/stat.h>

#include <string>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/formats/stack.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/npy.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

TEST_CASE("io: files of a pattern come in their natural order") {
  const ScratchFolder folder;
  const std::vector<std::string> wanted = {
      "a", "a1", "a01", "a2b", "a2c", "a10", "a010", "a10x", "a99999999999999999999999", "b"};
  for (const std::string& name : wanted) folder.write(name, "x");
  std::vector<std::string> names = io::matching_files(folder.file("*"));
  for (std::string& name : names) name = std::filesystem::path(name).filename().string();
  std::vector<std::string> sorted = wanted;
  std::swap(sorted[1], sorted[2]);
  std::swap(sorted[5], sorted[6]);
  CHECK(names == sorted);
  CHECK(io::matching_files(folder.file("none*")).empty());
}

TEST_CASE("io: a stack of images is an array with a new first axis") {
  const ScratchFolder folder;
  std::vector<Array> frames;
  for (int i = 0; i < 12; ++i) {
    frames.push_back(counted(DType::uint16, Dims{4, 5}, i));
    save(folder.file("f" + std::to_string(i) + (i % 2 == 0 ? ".png" : ".pgm")), frames.back());
  }
  const std::string spec = folder.file("f*.p?[gm]");
  const Array all = load(spec);
  REQUIRE(all.shape() == Dims{12, 4, 5});
  for (std::size_t i = 0; i < 12; ++i) {
    const ArrayView frame(all.values<std::uint16_t>().data() + 20 * i, Dims{4, 5});
    CHECK(same(Array::copy_of(frame), frames[i]));
  }
  const auto source = open_source(spec);
  CHECK(source->rewindable());
  CHECK(source->name() == spec);
  CHECK(same(read_in_parts(*source, 33), all));
  source->seek(40 * 7 + 6);
  std::uint16_t sample = 0;
  source->read(&sample, 2);
  CHECK(sample == frames[7].values<std::uint16_t>()[3]);
}

TEST_CASE("io: stacks of members, of raw files and of arrays in other orders") {
  const ScratchFolder folder;
  const Array a = counted(DType::float32, Dims{2, 3}, 1);
  for (const std::string name : {"a.npz:x", "b.npz:x", "a.raw", "b.raw"})
    save(folder.file(name), a);
  CHECK(load(folder.file("*.npz:x")).shape() == Dims{2, 2, 3});
  const Array raw = load(folder.file("?.raw:float32:2x3"));
  CHECK(raw.shape() == Dims{2, 2, 3});
  CHECK(same(load(folder.file("?.raw:>f4:2x3")), load(folder.file("?.raw:float32:2x3:big"))));

  write_npy(folder.file("1.npy"), a);
  std::string text = folder.read("1.npy");
  text.replace(text.find("False"), 5, "True ");
  folder.write("2.npy", text);
  const Array mixed = load(folder.file("[12].npy"));
  CHECK(mixed.shape() == Dims{2, 2, 3});
  const auto values = mixed.values<float>();
  const auto first = a.values<float>();
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(values[i] == first[i]);
    CHECK(values[6 + i] == first[i / 3 + 2 * (i % 3)]);
  }
  const auto source = open_source(folder.file("[12].npy"));
  source->seek(24 + 4);
  float value = 0;
  source->read(&value, 4);
  CHECK(value == first[2]);
}

TEST_CASE("io: stacks that are none") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& spec) {
    return message_of([&] { load(folder.file(spec)); });
  };
  CHECK(contains(refusal("*.png"), "*.png': matches no file"));
  save(folder.file("1.npy"), counted(DType::uint8, Dims{2, 3}));
  save(folder.file("2.npy"), counted(DType::uint8, Dims{2, 3}));
  save(folder.file("10.npy"), counted(DType::uint8, Dims{3, 2}));
  CHECK(contains(refusal("*.npy"), "10.npy': is uint8 (3, 2), but"));
  save(folder.file("10.npy"), counted(DType::int8, Dims{2, 3}));
  CHECK(contains(refusal("*.npy"), "10.npy': is int8 (2, 3), but"));
  CHECK(contains(refusal("*"), "10.npy"));
  save(folder.file("10.npy"), counted(DType::uint8, Dims{2, 3}));
  REQUIRE(::mkfifo(folder.file("3.npy").c_str(), 0600) == 0);
  CHECK(contains(refusal("*.npy"), "3.npy': is a pipe"));
  std::filesystem::remove(folder.file("3.npy"));

  const auto source = open_source(folder.file("*.npy"));
  char bytes[18];
  source->read(bytes, 8);
  save(folder.file("10.npy"), counted(DType::uint8, Dims{7}));
  CHECK(contains(message_of([&] { source->read(bytes, 10); }), "10.npy': has become another"));
  std::filesystem::remove(folder.file("10.npy"));
  source->seek(12);
  CHECK(contains(message_of([&] { source->read(bytes, 6); }), "10.npy': No such file"));

  Dims deep;
  for (int i = 0; i < kMaxRank; ++i) deep.push_back(1);
  save(folder.file("deep.npy"), counted(DType::uint8, deep));
  CHECK(contains(refusal("de*"), "more than 16 dimensions"));
  const Array one = counted(DType::uint8, Dims{2});
  save(folder.file("x[1]*.npy"), one);
  CHECK(same(load(folder.file("x[1]*.npy")), one));
}
