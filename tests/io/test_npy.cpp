// .npy round trips over dtypes, orders and shapes, and files that NumPy itself writes and reads.
#include <algorithm>
#include <array>
#include <bit>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/array.hpp"
#include "tightloop/npy.hpp"

using namespace tightloop;
using tightloop::io::test::ScratchFolder;

namespace {

constexpr std::array<const char*, kDTypeCount> kCodes = {"b1", "i1", "i2",  "i4", "i8", "u1",
                                                         "u2", "u4", "u8",  "f2", "V2", "f4",
                                                         "f8", "c8", "c16", "V1", "f1"};

const std::vector<Dims>& shapes() {
  static const std::vector<Dims> list = {Dims{},     Dims{0},       Dims{5},
                                         Dims{3, 4}, Dims{3, 0, 2}, Dims{2, 3, 2, 1, 3}};
  return list;
}

std::string shape_text(const Dims& shape) {
  std::string out = "(";
  for (std::int64_t extent : shape) out += std::to_string(extent) + ",";
  return out + ")";
}

/// Bytes of element i in C order: distinct, valid for bool, native byte order.
std::string element_bytes(DType type, std::int64_t i) {
  if (type == DType::bool_) return std::string(1, static_cast<char>(i % 2));
  std::string out(itemsize(type), '\0');
  for (std::size_t b = 0; b < out.size(); ++b) {
    out[b] = static_cast<char>(static_cast<std::size_t>(i) * 7 + b * 31 + 1);
  }
  return out;
}

std::string swapped(DType type, std::string bytes) {
  const auto part = static_cast<std::ptrdiff_t>(is_complex(type) ? bytes.size() / 2 : bytes.size());
  for (auto at = bytes.begin(); at != bytes.end(); at += part) std::reverse(at, at + part);
  return bytes;
}

/// A file made by hand, without the code under test.
std::string npy_file(DType type, char mark, bool fortran, const Dims& shape, int version = 1) {
  std::string header = std::string("{'descr': '") + mark + kCodes[static_cast<std::size_t>(type)] +
                       "', 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + shape_text(shape) + ", }\n";
  std::string out("\x93NUMPY");
  out += static_cast<char>(version);
  out += '\0';
  const std::size_t width = version == 1 ? 2 : 4;
  for (std::size_t i = 0; i < width; ++i) out += static_cast<char>(header.size() >> (8 * i));
  out += header;
  const char native = std::endian::native == std::endian::little ? '<' : '>';
  std::int64_t count = 1;
  for (std::int64_t extent : shape) count *= extent;
  for (std::int64_t n = 0; n < count; ++n) {
    // n counts in file order; its index in C order names the element.
    std::int64_t left = n;
    std::vector<std::int64_t> index(static_cast<std::size_t>(shape.size()));
    for (int k = 0; k < shape.size(); ++k) {
      const int axis = fortran ? k : shape.size() - 1 - k;
      index[static_cast<std::size_t>(axis)] = left % shape[axis];
      left /= shape[axis];
    }
    std::int64_t c = 0;
    for (int axis = 0; axis < shape.size(); ++axis) {
      c = c * shape[axis] + index[static_cast<std::size_t>(axis)];
    }
    const std::string bytes = element_bytes(type, c);
    out += mark == native || mark == '|' || mark == '=' ? bytes : swapped(type, bytes);
  }
  return out;
}

/// The elements in C order and native byte order.
std::string c_bytes(const Array& array) {
  const Array copy = Array::copy_of(array);
  return std::string(static_cast<const char*>(copy.data()),
                     static_cast<std::size_t>(copy.size()) * itemsize(copy.dtype()));
}

std::string expected_bytes(DType type, const Dims& shape) {
  std::string out;
  std::int64_t count = 1;
  for (std::int64_t extent : shape) count *= extent;
  for (std::int64_t i = 0; i < count; ++i) out += element_bytes(type, i);
  return out;
}

bool numpy_available() {
  static const bool found = std::system("/usr/bin/python3 -c 'import numpy' >/dev/null 2>&1") == 0;
  return found;
}

}  // namespace

TEST_CASE("io: every dtype, order, byte order and shape is read and written") {
  const ScratchFolder folder;
  for (int t = 0; t < kDTypeCount; ++t) {
    const auto type = static_cast<DType>(t);
    if (type == DType::float8_e4m3fn) continue;  // only where the reader says so
    for (const Dims& shape : shapes()) {
      for (char mark : {'<', '>'}) {
        for (bool fortran : {false, true}) {
          CAPTURE(std::string(name(type)), shape_text(shape), mark, fortran);
          const std::string path = folder.write("x.npy", npy_file(type, mark, fortran, shape));
          const std::string expected = expected_bytes(type, shape);

          const Array mapped = map_npy(path);
          REQUIRE(mapped.dtype() == type);
          REQUIRE(mapped.shape() == shape);
          REQUIRE(mapped.view().readonly());
          REQUIRE(c_bytes(mapped) == expected);
          const bool swap =
              (mark == '>') == (std::endian::native == std::endian::little) && itemsize(type) > 1;
          REQUIRE((mapped.view().byte_order() == ByteOrder::swapped) == swap);

          const Array read = read_npy(path);
          REQUIRE(read.dtype() == type);
          REQUIRE(read.shape() == shape);
          REQUIRE(read.view().is_c_contiguous());
          REQUIRE(c_bytes(read) == expected);

          write_npy(folder.file("y.npy"), mapped);
          const Array again = read_npy(folder.file("y.npy"));
          REQUIRE(again.dtype() == type);
          REQUIRE(again.shape() == shape);
          REQUIRE(c_bytes(again) == expected);
        }
      }
    }
  }
}

TEST_CASE("io: bytes that the file does not name are what the reader says") {
  const ScratchFolder folder;
  const std::string path = folder.write("x.npy", npy_file(DType::float8_e4m3fn, '<', false, {5}));
  CHECK(read_npy(folder.write("y.npy", npy_file(DType::float8_e5m2, '<', false, {5}))).dtype() ==
        DType::float8_e5m2);
  CHECK_THROWS_WITH(read_npy(path), Catch::Contains("of a type that it does not name"));
  for (DType type : {DType::float8_e4m3fn, DType::float8_e5m2}) {
    const Array said = load(path + ":" + std::string(name(type)));
    CHECK(said.dtype() == type);
    CHECK(said.shape() == Dims{5});
    CHECK(c_bytes(said) == expected_bytes(type, Dims{5}));
  }
  CHECK_THROWS_WITH(load(path + ":bfloat16"), Catch::Contains("of a type that it does not name"));
  write_npy(folder.file("z.npy"), load(path + ":float8_e4m3fn"));
  CHECK(contains(folder.read("z.npy"), "'descr': '<V1'"));
}

TEST_CASE("io: versions 1.0, 2.0 and 3.0, and the marks '=' and '|'") {
  const ScratchFolder folder;
  for (int version : {1, 2, 3}) {
    for (char mark : {'<', '=', '>'}) {
      CAPTURE(version, mark);
      const Dims shape{2, 3};
      const std::string path =
          folder.write("v.npy", npy_file(DType::int32, mark, false, shape, version));
      CHECK(c_bytes(map_npy(path)) == expected_bytes(DType::int32, shape));
    }
    for (DType type : {DType::bool_, DType::int8, DType::uint8, DType::bfloat16}) {
      const std::string path = folder.write("v.npy", npy_file(type, '|', false, Dims{3}, version));
      CHECK(c_bytes(map_npy(path)) == expected_bytes(type, Dims{3}));
    }
  }
}

TEST_CASE("io: what is written is aligned and begins as NumPy writes it") {
  const ScratchFolder folder;
  const std::vector<float> values = {1.5F, -2.0F, 0.25F};
  write_npy(folder.file("x.npy"), ArrayView(values.data(), Dims{3}));
  const std::string bytes = folder.read("x.npy");
  REQUIRE(bytes.size() == 128 + 12);
  CHECK(bytes.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  CHECK(bytes.substr(10, 57) == "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
  CHECK(bytes[127] == '\n');
  CHECK(std::memcmp(bytes.data() + 128, values.data(), 12) == 0);
  const Array mapped = map_npy(folder.file("x.npy"));
  CHECK(reinterpret_cast<std::uintptr_t>(mapped.data<float>()) % 64 == 0);
}

TEST_CASE("io: strided, reversed and broadcast views are written in C order") {
  const ScratchFolder folder;
  const std::vector<std::int16_t> v = {0, 1, 2, 3, 4, 5};
  const ArrayView reversed(static_cast<const void*>(v.data() + 5), DType::int16, Dims{2, 3},
                           Dims{-2, -4});
  write_npy(folder.file("x.npy"), reversed);
  const Array back = read_npy(folder.file("x.npy"));
  const auto got = back.values<std::int16_t>();
  CHECK(std::vector<std::int16_t>(got.begin(), got.end()) ==
        std::vector<std::int16_t>{5, 3, 1, 4, 2, 0});
  const ArrayView repeated(static_cast<const void*>(v.data() + 2), DType::int16, Dims{2, 2},
                           Dims{0, 0});
  write_npy(folder.file("y.npy"), repeated);
  CHECK(read_npy(folder.file("y.npy")).values<std::int16_t>()[3] == 2);
}

TEST_CASE("io: the mapping lives as long as the array, also when the file is replaced") {
  const ScratchFolder folder;
  const std::string path = folder.file("x.npy");
  const std::vector<std::int32_t> first = {1, 2, 3};
  const std::vector<std::int32_t> second = {4, 5};
  write_npy(path, ArrayView(first.data(), Dims{3}));
  const Array mapped = map_npy(path);
  write_npy(path, ArrayView(second.data(), Dims{2}));
  CHECK(mapped.values<std::int32_t>()[2] == 3);
  CHECK(map_npy(path).values<std::int32_t>()[1] == 5);
  std::filesystem::remove(path);
  CHECK(mapped.values<std::int32_t>()[0] == 1);
}

TEST_CASE("io: bytes after the elements are ignored and odd true values become 1") {
  const ScratchFolder folder;
  std::string bytes = npy_file(DType::bool_, '|', false, Dims{3});
  bytes.replace(bytes.size() - 3, 3, std::string("\x00\x02\xff", 3));
  const Array read = read_npy(folder.write("x.npy", bytes + "more"));
  CHECK(c_bytes(read) == std::string("\x00\x01\x01", 3));
}

TEST_CASE("io: NumPy's files are read as NumPy reads them") {
  if (!numpy_available()) {
    WARN("/usr/bin/python3 has no numpy: skipped");
    return;
  }
  const ScratchFolder folder;
  const std::string script = folder.write("make.py", R"(
import sys, numpy as np
from numpy.lib import format
folder = sys.argv[1]
x = np.arange(24).reshape(2, 3, 4) - 5
for i, t in enumerate('? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16'.split()):
    for order in '<>':
        y = x.astype(np.dtype(t).newbyteorder(order))
        np.save(f'{folder}/{i}{order}C.npy', y)
        np.save(f'{folder}/{i}{order}F.npy', np.asfortranarray(y))
    for version in ((1, 0), (2, 0), (3, 0)):
        with open(f'{folder}/{i}v{version[0]}.npy', 'wb') as f:
            format.write_array(f, x.astype(t), version=version)
    np.save(f'{folder}/{i}scalar.npy', x.astype(t)[1, 2, 3])
    np.save(f'{folder}/{i}empty.npy', x.astype(t)[:, :0])
)");
  REQUIRE(std::system(("/usr/bin/python3 " + script + " " + folder.path().string()).c_str()) == 0);
  constexpr DType kTypes[] = {DType::bool_,     DType::int8,      DType::int16,   DType::int32,
                              DType::int64,     DType::uint8,     DType::uint16,  DType::uint32,
                              DType::uint64,    DType::float16,   DType::float32, DType::float64,
                              DType::complex64, DType::complex128};
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    const DType type = kTypes[i];
    CAPTURE(std::string(name(type)));
    const std::string reference = c_bytes(read_npy(folder.file(std::to_string(i) + "v1.npy")));
    for (const char* suffix : {"<C", "<F", ">C", ">F", "v1", "v2", "v3"}) {
      CAPTURE(suffix);
      const Array array = map_npy(folder.file(std::to_string(i) + suffix + ".npy"));
      CHECK(array.dtype() == type);
      CHECK(array.shape() == Dims{2, 3, 4});
      CHECK(c_bytes(array) == reference);
    }
    CHECK(map_npy(folder.file(std::to_string(i) + "scalar.npy")).ndim() == 0);
    CHECK(map_npy(folder.file(std::to_string(i) + "empty.npy")).shape() == Dims{2, 0, 4});
    write_npy(folder.file("w" + std::to_string(i) + ".npy"),
              map_npy(folder.file(std::to_string(i) + ">F.npy")));
  }
  const std::string check = folder.write("check.py", R"(
import sys, numpy as np
for i in range(14):
    a = np.load(f'{sys.argv[1]}/w{i}.npy'); b = np.load(f'{sys.argv[1]}/{i}>F.npy')
    assert a.dtype == b.dtype.newbyteorder('=') and a.flags.c_contiguous and np.array_equal(a, b), i
)");
  CHECK(std::system(("/usr/bin/python3 " + check + " " + folder.path().string()).c_str()) == 0);
}
