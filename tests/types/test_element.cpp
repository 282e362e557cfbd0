// Loads and stores of single elements: every dtype, both byte orders, odd addresses.
#include <algorithm>
#include <complex>
#include <cstring>
#include <vector>

#include "catch.hpp"
#include "types/element.hpp"
#include "types/half.hpp"

using namespace tightloop;

namespace {

// Reverses the bytes of each component of one element.
void swap_bytes(std::byte* element, DType dtype) {
  const std::size_t size = itemsize(dtype);
  const std::size_t width = is_complex(dtype) ? size / 2 : size;
  for (std::size_t at = 0; at < size; at += width) {
    std::reverse(element + at, element + at + width);
  }
}

}  // namespace

TEST_CASE("types: elements of every dtype load and store in both byte orders, unaligned") {
  for (int d = 0; d < kDTypeCount; ++d) {
    const auto dtype = static_cast<DType>(d);
    CAPTURE(name(dtype));
    const std::size_t size = itemsize(dtype);
    std::byte native[16];
    for (std::size_t i = 0; i < size; ++i) native[i] = static_cast<std::byte>(0x11 * (i + 1) % 113);
    if (is_bool(dtype)) native[0] = std::byte{1};
    std::vector<std::byte> memory(64, std::byte{0});
    std::byte* odd = memory.data() + 3;
    std::memcpy(odd, native, size);
    const Scalar plain = load_element(odd, dtype, ByteOrder::native);
    CHECK(plain.dtype == (is_half(dtype) ? DType::float32 : dtype));
    swap_bytes(odd, dtype);
    const Scalar swapped = load_element(odd, dtype, ByteOrder::swapped);
    CHECK(plain == swapped);
    if (!is_half(dtype)) CHECK(std::memcmp(plain.bytes, native, size) == 0);

    std::fill(memory.begin(), memory.end(), std::byte{0});
    store_element(odd, dtype, ByteOrder::swapped, plain);
    swap_bytes(odd, dtype);
    CHECK(std::memcmp(odd, native, size) == 0);
    CHECK(odd[-1] == std::byte{0});
    CHECK(odd[size] == std::byte{0});
    store_element(odd, dtype, ByteOrder::native, plain);
    CHECK(std::memcmp(odd, native, size) == 0);
  }
}

TEST_CASE("types: half elements are floats in the lane and round where they are stored") {
  std::byte memory[2];
  store_element(memory, DType::float16, ByteOrder::native, Scalar::of(65520.0F));
  CHECK(load_element(memory, DType::float16, ByteOrder::native).as<float>() == HUGE_VALF);
  store_element(memory, DType::bfloat16, ByteOrder::swapped, Scalar::of(1.00390625F));
  CHECK(load_element(memory, DType::bfloat16, ByteOrder::swapped).as<float>() == 1.0F);
}

TEST_CASE("types: any non-zero byte of a bool is true") {
  const std::byte two{2};
  CHECK(load_element(&two, DType::bool_, ByteOrder::native).as<bool>());
}

TEST_CASE("types: elements are gathered and scattered by byte offsets") {
  const std::int16_t from[] = {10, -20, 30};
  const std::int64_t offsets[] = {4, 0, 4, 2};
  std::int16_t lanes[4] = {};
  element_loader(DType::int16, ByteOrder::native)(reinterpret_cast<const std::byte*>(from), offsets,
                                                  4, lanes);
  CHECK(std::vector<int>(lanes, lanes + 4) == std::vector<int>{30, 10, 30, -20});
  std::int16_t to[3] = {};
  const std::int64_t back[] = {0, 4, 2};
  element_storer(DType::int16, ByteOrder::native)(reinterpret_cast<std::byte*>(to), back, 3, from);
  CHECK(std::vector<int>(to, to + 3) == std::vector<int>{10, 30, -20});
}

TEST_CASE("types: a store refuses a lane of another dtype") {
  std::byte memory[8];
  CHECK_THROWS_AS(store_element(memory, DType::float64, ByteOrder::native, Scalar::of(1.0F)),
                  Error);
}
