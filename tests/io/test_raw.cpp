// Raw files: what the spec says of them, and specs that are wrong.
#include <string>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

TEST_CASE("io: raw files of all dtypes are mapped and streamed") {
  const ScratchFolder folder;
  for (int i = 0; i < kDTypeCount; ++i) {
    const Array array = counted(static_cast<DType>(i), Dims{3, 1, 4}, i);
    const std::string path = folder.file("x.raw");
    save(path, array);
    CHECK(folder.read("x.raw").size() == 12 * itemsize(array.dtype()));
    const std::string spec = path + ":" + std::string(name(array.dtype()));
    INFO(spec);
    CHECK(same(load(spec + ":3x1x4"), array));
    CHECK(same(read_in_parts(*open_source(spec + ":3x1x4"), 5), array));
    CHECK(load(spec).shape() == Dims{12});
    const Array other = load(spec + ":3x1x4:big");
    CHECK((itemsize(array.dtype()) == 1) == same(other, array));
    CHECK(same(load(spec + ":3x1x4:little"), array));
  }
}

TEST_CASE("io: raw elements in NumPy's codes, of no elements, in files that look like others") {
  const ScratchFolder folder;
  const std::string path = folder.write("x.bin", std::string("\1\2\3\4", 4));
  const Array swapped = load(path + ":>u2:2");
  CHECK(swapped.view().byte_order() == ByteOrder::swapped);
  CHECK(Array::copy_of(load(path + ":>u2:2")).values<std::uint16_t>()[1] == 0x304);
  CHECK(Array::copy_of(load(path + ":u2:2:big")).values<std::uint16_t>()[1] == 0x304);
  CHECK(load(path + ":<i4").item<int>() == 0x04030201);
  CHECK(load(path + ":V2").dtype() == DType::bfloat16);
  const std::string empty = folder.write("empty.raw", "");
  CHECK(load(empty + ":float64:0x3").shape() == Dims{0, 3});
  CHECK(load(empty + ":float64").shape() == Dims{0});
  const std::string image = folder.write("image", "P5 1 1 255\n!");
  CHECK(load(image + ":uint8").size() == 12);
  CHECK(load(image).shape() == Dims{1, 1});
  const std::string named = folder.write("x.bin:uint8", "P5 1 1 255\n!");
  CHECK(load(named).shape() == Dims{1, 1});
  CHECK(load(named + ":uint8").size() == 12);
}

TEST_CASE("io: specs of raw files that are wrong") {
  const ScratchFolder folder;
  const std::string path = folder.write("x.raw", "12345678");
  const auto refusal = [&](const std::string& rest) {
    return message_of([&] { open_source(path + rest); });
  };
  CHECK(contains(refusal(""), "its dtype and shape must be named"));
  CHECK(contains(refusal(":"), "its dtype and shape must be named"));
  CHECK(contains(refusal(":uint9:8"), "'uint9' is no element type"));
  CHECK(contains(refusal(":uint8:9"), "holds 8 bytes; that shape of uint8 has 9"));
  CHECK(contains(refusal(":uint16:2x3"), "has 12"));
  CHECK(contains(refusal(":complex128"), "no whole number of complex128"));
  CHECK(contains(refusal(":uint8:8:middle"), "'middle' is neither 'little' nor 'big'"));
  CHECK(contains(refusal(":uint8:8x"), "'8x' is no shape"));
  CHECK(contains(refusal(":uint8:-8"), "is no shape"));
  CHECK(contains(refusal(":uint8:x8"), "is no shape"));
  CHECK(contains(refusal(":uint8:99999999999999999999"), "is no shape"));
  CHECK(contains(refusal(":float64:4294967296x4294967296"), "x.raw"));
  CHECK(contains(refusal(":float64:0x4294967296x4294967296"), "x.raw"));
  CHECK(contains(refusal(":uint8:1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x8"), "is no shape"));
  CHECK(contains(message_of([&] { load(folder.file("absent.raw") + ":uint8:3"); }),
                 "absent.raw': No such file"));
}
