// .npz archives: what we write, what NumPy writes, ZIP64, and archives that lie.
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/formats/npz_writer.hpp"
#include "io/hand_made_archive.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/npy.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

std::string npy_bytes(const ScratchFolder& folder, const Array& array) {
  write_npy(folder.file("content.npy"), array);
  return folder.read("content.npy");
}

}  // namespace

TEST_CASE("io: archives are written and read, for all dtypes, mapped at whole cache lines") {
  const ScratchFolder folder;
  std::vector<Array> arrays;
  std::vector<SavedArray> saved;
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (dtype == DType::float8_e4m3fn) continue;  // its members are not read without a name
    arrays.push_back(counted(dtype, i % 3 == 0 ? Dims{} : Dims{i, 5}, i));
    saved.push_back({folder.file("all.npz:") + std::string(name(dtype)), arrays.back()});
  }
  save_all(saved);
  CHECK(folder.entries() == 1);
  for (std::size_t i = 0; i < saved.size(); ++i) {
    const std::string& spec = saved[i].path;
    INFO(spec);
    const Array back = load(spec);
    CHECK(same(back, arrays[i]));
    if (back.size() > 0) CHECK(reinterpret_cast<std::uintptr_t>(back.data()) % 64 == 0);
    CHECK(same(read_in_parts(*open_source(spec), 7), arrays[i]));
  }
  const std::string all = folder.file("all.npz");
  CHECK(contains(message_of([&] { load(all); }), "16 arrays: 'bool', 'int8'"));
  CHECK(contains(message_of([&] { load(all + ":none"); }), "has no array 'none', but 'bool'"));
}

TEST_CASE("io: one array needs no name; columns and swapped bytes are written in order") {
  const ScratchFolder folder;
  const Array matrix = counted(DType::int32, Dims{3, 4});
  const ArrayView columns(matrix.data(), DType::int32, Dims{4, 3}, Dims{4, 16});
  save(folder.file("one.npz"), columns);
  CHECK(same(load(folder.file("one.npz")), Array::copy_of(columns)));
  CHECK(same(load(folder.file("one.npz:arr_0")), Array::copy_of(columns)));
  const std::vector<SavedArray> twice = {{folder.file("two.npz:a"), matrix},
                                         {folder.file("two.npz:a"), matrix}};
  CHECK(contains(message_of([&] { save_all(twice); }), "the name 'a'"));
  CHECK(contains(message_of([&] { save(folder.file("f.npz:" + std::string(2000, 'n')), matrix); }),
                 "1 to 1024 bytes"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: ZIP64 archives") {
  const ScratchFolder folder;
  const Array a = counted(DType::float32, Dims{100});
  const Array b = counted(DType::uint8, Dims{7, 3});
  const std::vector<io::ArchiveEntry> entries = {{"a", a}, {"b", b}};
  for (const std::uint64_t from : {0, 1, 200, 600}) {
    INFO("ZIP64 from " << from);
    const auto file = io::write_npz(folder.file("wide.npz"), entries, from);
    file->commit();
    CHECK(same(load(folder.file("wide.npz:a")), a));
    CHECK(same(read_in_parts(*open_source(folder.file("wide.npz:b")), 5), b));
  }
}

TEST_CASE("io: NumPy reads our archives and we read NumPy's") {
  if (std::system("/usr/bin/python3 -c 'import numpy' >/dev/null 2>&1") != 0) {
    WARN("/usr/bin/python3 has no numpy: skipped");
    return;
  }
  const ScratchFolder folder;
  const Array a = counted(DType::float64, Dims{50, 4});
  const Array b = counted(DType::int16, Dims{9});
  const std::vector<io::ArchiveEntry> entries = {{"a", a}, {"b", b}};
  io::write_npz(folder.file("wide.npz"), entries, 0)->commit();
  io::write_npz(folder.file("plain.npz"), entries)->commit();
  folder.write("check.py", R"(
import numpy, sys, zipfile
for name in ('plain', 'wide'):
    assert zipfile.ZipFile(name + '.npz').testzip() is None
    f = numpy.load(name + '.npz')
    assert f['a'].shape == (50, 4) and f['b'].dtype == numpy.int16 and len(f.files) == 2
numpy.savez('stored.npz', x=numpy.arange(1000.), y=numpy.array(7, '>i4'))
numpy.savez_compressed('packed.npz', x=numpy.arange(100000) % 77, y=numpy.ones((2, 3), order='F'))
)");
  const std::string run = "cd '" + folder.path().string() + "' && /usr/bin/python3 check.py";
  REQUIRE(std::system(run.c_str()) == 0);
  // NumPy puts the elements where they come to stand: mapped, they need not be aligned.
  CHECK(Array::copy_of(load(folder.file("stored.npz:x"))).values<double>()[999] == 999);
  CHECK(load(folder.file("stored.npz:y")).item<int>() == 7);
  const Array packed = load(folder.file("packed.npz:x"));
  CHECK(packed.values<std::int64_t>()[99'999] == 99'999 % 77);
  const auto source = open_source(folder.file("packed.npz:x"));
  std::int64_t value = 0;
  for (const std::uint64_t at : {5, 99'000, 98'000, 0, 99'999}) {
    source->seek(8 * at);
    source->read(&value, 8);
    CHECK(value == static_cast<std::int64_t>(at % 77));
  }
  CHECK(load(folder.file("packed.npz:y.npy")).shape() == Dims{2, 3});
}

TEST_CASE("io: archives that lie are refused, with the culprit named") {
  const ScratchFolder folder;
  const Array array = counted(DType::uint8, Dims{5000});
  const Archive good(npy_bytes(folder, array));
  const auto refusal = [&](const Archive& archive) {
    const std::string path = folder.write("f.npz", archive.bytes());
    return message_of([&] { load(path); });
  };
  REQUIRE(refusal(good) == "(no error)");
  const auto with = [&](auto change) {
    Archive archive = good;
    change(archive);
    return refusal(archive);
  };
  CHECK(contains(with([](Archive& a) { a.checksum ^= 1; }), "f.npz:x': is damaged: its bytes"));
  CHECK(contains(with([](Archive& a) { a.size += 1; }), "1 bytes behind its elements"));
  CHECK(contains(with([](Archive& a) { a.size = 64; }), "is cut off inside the .npy header"));
  CHECK(contains(with([](Archive& a) { a.size = 5127; }), "1 of 5000 bytes of elements"));
  CHECK(contains(with([](Archive& a) { a.size = 0xfffffff0; }), "bytes unpack to 4294967280"));
  CHECK(contains(with([](Archive& a) { a.size = 0xffffffff; }), "ZIP64 sizes of 'x.npy'"));
  CHECK(contains(with([](Archive& a) { a.packed_size += 1000; }), "ends after the file"));
  CHECK(contains(with([](Archive& a) { a.packed_size -= 10; }), "cut off inside its compressed"));
  CHECK(contains(with([](Archive& a) { a.packed[10] ^= 0x55; }), "f.npz:x'"));
  CHECK(contains(with([](Archive& a) { a.method = 0; }), "has two sizes"));
  CHECK(contains(with([](Archive& a) { a.method = 14; }), "compressed by method 14"));
  CHECK(contains(with([](Archive& a) { a.flags = 1; }), "is encrypted"));
  CHECK(contains(with([](Archive& a) { a.count = 2; }), "directory is too short"));
  CHECK(contains(with([](Archive& a) { a.count = 0; }), "without arrays"));
  CHECK(contains(with([](Archive& a) { a.count = 0xffff; }), "directory is too short"));
  CHECK(contains(with([](Archive& a) { a.member_offset = 5; }), "not where the directory says"));
  CHECK(contains(with([](Archive& a) { a.member_offset = 1 << 30; }), "not where the directory"));
  CHECK(
      contains(with([](Archive& a) { a.directory_shift = 1; }), "directory is not where it says"));
  CHECK(contains(with([](Archive& a) { a.name = "x\1\n.npy"; }), "(no error)"));
}

TEST_CASE("io: cut and overwritten archives never crash") {
  const ScratchFolder folder;
  const Array array = counted(DType::uint16, Dims{300});
  const std::vector<io::ArchiveEntry> entries = {{"a", array}, {"b", array}};
  io::write_npz(folder.file("wide.npz"), entries, 100)->commit();
  const std::vector<std::string> originals = {Archive(npy_bytes(folder, array)).bytes(),
                                              folder.read("wide.npz")};
  constexpr unsigned kSeed = 20261;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string bytes = originals[static_cast<std::size_t>(i % 2)];
    if (i % 5 == 0) bytes.resize(random() % bytes.size());
    for (unsigned n = 0; n < 1 + random() % 4 && !bytes.empty(); ++n) {
      // Mostly where the records are.
      const std::size_t near_end =
          bytes.size() - 1 - random() % std::min<std::size_t>(bytes.size(), 260);
      const std::size_t at = n % 2 == 0 ? near_end : random() % bytes.size();
      bytes[at] = static_cast<char>(random() % 3 == 0 ? 0xff : random() & 0xff);
    }
    const std::string path = folder.write("f.npz", bytes);
    const std::string message = message_of([&] {
      const auto source = open_source(path + ":a");
      if (source->bytes() < 1 << 20) read_in_parts(*source, 64);
    });
    refused += message == "(no error)" ? 0 : 1;
    CHECK_FALSE(contains(message, "(another code)"));
  }
  CHECK(refused > 100);
}
