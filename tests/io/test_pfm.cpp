// Portable float maps: round trips, files made by hand, headers that lie.
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/source.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

std::string bytes_of(float value, bool big) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return big ? std::string(out.rbegin(), out.rend()) : out;
}

std::vector<float> values(const Array& array) {
  const Array copy = Array::copy_of(array);
  const auto span = copy.values<float>();
  return {span.begin(), span.end()};
}

}  // namespace

TEST_CASE("io: float images survive a round trip, whole and in parts") {
  const ScratchFolder folder;
  const std::string path = folder.file("x.pfm");
  for (const Dims& shape : {Dims{5, 7}, Dims{1, 1}, Dims{4, 3, 3}, Dims{700, 600}}) {
    const Array image = counted(DType::float32, shape);
    save(path, image);
    CHECK(same(load(path), image));
    const auto source = open_source(path);
    CHECK(source->rewindable());
    for (const std::size_t part : {std::size_t{3}, std::size_t{100}, std::size_t{1} << 20}) {
      source->seek(0);
      CHECK(same(read_in_parts(*source, part), image));
    }
  }
  const Array image = counted(DType::float32, Dims{6, 4});
  save(path, ArrayView(image.view().data(), DType::float32, Dims{4, 6}, Dims{4, 16}));
  CHECK(same(load(path), Array::copy_of(ArrayView(image.view().data(), DType::float32, Dims{4, 6},
                                                  Dims{4, 16}))));
  save(folder.file("y.pfm"), load(path));
  CHECK(folder.read("y.pfm") == folder.read("x.pfm"));
  CHECK(folder.read("x.pfm").substr(0, 12) == "Pf\n6 4\n-1.0\n");
}

TEST_CASE("io: float images by hand: the bottom row first, either byte order") {
  const ScratchFolder folder;
  for (const bool big : {false, true}) {
    std::string samples;
    for (float value : {3.0F, 4.0F, 1.0F, 2.0F}) samples += bytes_of(value, big);
    const std::string scale = big ? "1" : "-0.5e1";
    const Array gray = load(folder.write("gray", "Pf\n2 2\n" + scale + "\n" + samples));
    CHECK(gray.shape() == Dims{2, 2});
    CHECK(values(gray) == std::vector<float>{1, 2, 3, 4});
    const Array color = load(folder.write(
        "color", "PF 1\t1 # one pixel\n" + scale + " " + samples.substr(0, 12) + "more"));
    CHECK(color.shape() == Dims{1, 1, 3});
    CHECK(values(color) == std::vector<float>{3, 4, 1});
  }
}

TEST_CASE("io: arrays that are no float images") {
  const ScratchFolder folder;
  const auto refusal = [&](DType dtype, const Dims& shape) {
    return message_of([&] { save(folder.file("x.pfm"), counted(dtype, shape)); });
  };
  CHECK(contains(refusal(DType::float64, Dims{2, 2}), "hold float32, not float64"));
  CHECK(contains(refusal(DType::uint8, Dims{2, 2}), "convert with float32(x)"));
  CHECK(contains(refusal(DType::float32, Dims{4}), "the shape (h, w) or (h, w, 3)"));
  CHECK(contains(refusal(DType::float32, Dims{2, 2, 4}), "the shape (h, w) or (h, w, 3)"));
  CHECK(contains(refusal(DType::float32, Dims{0, 4}), "1 to 2147483647"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("io: float images whose headers lie or are cut never crash") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& bytes) {
    return message_of([&] { load(folder.write("x.pfm", bytes)); });
  };
  const std::string sample(4, '\0');
  CHECK(contains(refusal(""), "ends where its mark should follow"));
  CHECK(contains(refusal("P5 1 1 255\n"), "1 of 1 bytes of samples are missing"));
  CHECK(contains(refusal("PG 1 1 -1\n"), "does not begin with PF or Pf"));
  CHECK(contains(refusal("PF4\n1 1\n-1\n"), "no number for its mark"));
  CHECK(contains(refusal("Pf\n0 4\n-1\n"), "without pixels"));
  CHECK(contains(refusal("Pf\n-1 4\n-1\n"), "no number for its width"));
  CHECK(contains(refusal("Pf\n2147483648 4\n-1\n"), "its width is more than 2147483647"));
  CHECK(contains(refusal("Pf\n1 1\n0\n" + sample), "has the scale '0'"));
  CHECK(contains(refusal("Pf\n1 1\nnan\n" + sample), "has the scale 'nan'"));
  CHECK(contains(refusal("Pf\n1 1\n-inf\n" + sample), "has the scale '-inf'"));
  CHECK(contains(refusal("Pf\n1 1\n1e999\n" + sample), "has the scale '1e999'"));
  CHECK(contains(refusal("Pf\n1 1\n-1x\n" + sample), "has the scale '-1x'"));
  CHECK(contains(refusal("Pf\n1 1\n" + std::string(100, '1') + "\n"), "no number for its scale"));
  CHECK(contains(refusal("Pf\n1 1\n-1\n" + sample.substr(1)), "1 of 4 bytes of samples"));
  CHECK(contains(refusal("PF\n2147483647 2147483647\n-1\n" + sample), "x.pfm"));
  CHECK(contains(refusal("Pf\n" + std::string(70'000, ' ')), "header of more than 64 KiB"));
  save(folder.file("good.pfm"), counted(DType::float32, Dims{3, 2}));
  const std::string good = folder.read("good.pfm");
  std::mt19937 random(7);
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK(refusal(good.substr(0, length)) != "(no error)");
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    CHECK_FALSE(contains(refusal(bytes), "(another code)"));
  }
}
